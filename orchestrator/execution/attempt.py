"""One attempt of one task: the state that earlier attempts left, its graph at its checkpoint, and the ways it ends.

The runner runs the graph as a whole, the stepper node by node; both use this.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt, StateSnapshot

from domain.content_types import CONTENT_STEPS, GENERATOR_OF
from domain.editing.review import Issue, Validation
from domain.errors import ModelDenied
from domain.request import Preferences
from domain.vocabulary import RETRY_OF, STRUCTURAL, ContentType, Step, TaskStatus, TaskType
from nodes.authors.port import Author, AuthorByGoal
from nodes.context import RunContext
from nodes.ledger.budget import Budget, Limit
from nodes.ledger.ledger import Ledger
from nodes.ledger.retry_policy import RetryPolicy
from nodes.state import RunState, check_state
from orchestrator.commands import reviews, transitions
from orchestrator.commands.author_guard import begun_by_a_model
from orchestrator.commands.outcomes import Cause
from orchestrator.commands.run_request import answer_of, input_of
from orchestrator.graphs.creation import build_creation_graph
from orchestrator.graphs.modification import build_modification_graph
from orchestrator.graphs.retry import build_retry_graph
from orchestrator.process.call_gate import RunPermit
from orchestrator.process.lease import HeldRun
from orchestrator.process.wakeups import wake_workers
from orchestrator.queries.pace import pace_of_task
from orchestrator.resources import OrchestratorResources
from orchestrator.settings import Settings
from repository.contents import contents
from repository.db.checkpoints import FencedSaver
from repository.db.database import Session
from repository.db.fence import Fence, assert_fence
from repository.ledger.calls import KnownAnswer, TaskUsage, known_answers, settle_lost_calls, usage_of
from repository.roadmaps import roadmaps
from repository.runs import events, tasks
from repository.runs.events import EventWriter
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

T = TypeVar("T")
Graph = CompiledStateGraph[RunState, RunContext, RunState, RunState]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A started task in this process, fenced by the number of its attempt."""

    resources: OrchestratorResources
    task: TaskRow
    fence: Fence
    held: HeldRun
    context: RunContext
    graph: Graph
    config: RunnableConfig

    async def snapshot(self) -> StateSnapshot:
        """Return the newest checkpoint: the state, and which nodes come next."""
        return await self.graph.aget_state(self.config)

    async def entry(self) -> RunState | Command[Any] | None:
        """Return the input with which the graph continues; None: it continues from its checkpoint.

        That is the input of a new graph, or the answer to its review.
        """
        snapshot = await self.snapshot()
        check_state(snapshot.values, self.task.task_id)
        # The update below repeats the whole state: it drops values of a step whose own checkpoint was not saved.
        state = cast(RunState, dict(snapshot.values))
        if not state:
            state = await self._persist(lambda session: input_of(session, self.task))
            if self.task.accepted_version is None:
                return state  # else its checkpoints were pruned, and the rows are the truth by now
        if self._is_about_contents(snapshot):
            # The graph of a run with failed contents is at its end. Enter it again: the rows say what is missing.
            await self.graph.aupdate_state(self.config, state, as_node=Step.CONTENT_GENERATION)
            await self.context.enter(self.context.content_step)
            return None
        return self.answer_to(snapshot)

    def _is_about_contents(self, snapshot: StateSnapshot) -> bool:
        """Whether contents come next: not if a stepper went back to before them after a framework was accepted."""
        if self.task.task_type not in STRUCTURAL:
            return True
        return self.task.accepted_version is not None and CONTENT_STEPS.issuperset(snapshot.next)

    def answer_to(self, snapshot: StateSnapshot) -> Command[Any] | None:
        """Return the decision about the review that the graph waits for, or None if there is none yet."""
        answer = answer_of(self.task)
        open_reviews = {interrupt.id for interrupt in snapshot.interrupts}
        return Command(resume=answer) if answer and answer.keys() <= open_reviews else None

    async def advance(
        self, start: RunState | Command[Any] | None, stop_before: list[str] | None = None
    ) -> list[Interrupt]:
        """Run the graph to its end, a review, or before one of `stop_before`; return the reviews that are open then."""
        result = await self.graph.ainvoke(
            start, self.config, context=self.context, durability="sync", interrupt_before=stop_before
        )
        await self.context.events.flush()
        return list(result.get("__interrupt__", ()))

    async def park(self, interrupt: Interrupt) -> TaskRow:
        """Let the run wait for a review. Raises Superseded."""
        return await self._persist(lambda session: reviews.park(session, self.fence, interrupt.id))

    async def finish(self) -> TaskRow:
        """End the run after its graph has come to its end. Raises Superseded."""
        warnings = warnings_of((await self.snapshot()).values)
        return await self._persist(lambda session: transitions.finish(session, self.fence, warnings))

    async def end(self, status: TaskStatus, reason: str, cause: Cause | None = None) -> TaskRow:
        """End the run early, for `reason`, and settle what it leaves unfinished. Raises Superseded."""
        await self.context.events.flush()
        return await end_task(self.resources, self.fence, status, reason, cause)

    async def check_author(self) -> None:
        """Keep the offline author from continuing the run of a model. Raises ModelDenied."""
        author = self.resources.author.name
        if reason := await self._persist(lambda session: begun_by_a_model(session, self.task.task_id, author)):
            raise ModelDenied(reason)

    async def _persist(self, work: Callable[[Session], Awaitable[T]]) -> T:
        return await self.resources.database.persist(work)


async def end_task(
    resources: OrchestratorResources, fence: Fence, status: TaskStatus, reason: str, cause: Cause | None = None
) -> TaskRow:
    """End a task early. If its attempt is open, flush its events before. Raises Superseded."""
    return await resources.database.persist(
        lambda session: transitions.end(session, fence, status, reason, cause=cause)
    )


async def requeue_task(resources: OrchestratorResources, fence: Fence) -> None:
    """Give a task back to the queue. If its attempt is open, flush its events before.

    Raises Superseded.
    """
    await resources.database.persist(lambda session: transitions.requeue(session, fence))
    await wake_workers(resources.database)


@asynccontextmanager
async def open_attempt(resources: OrchestratorResources, task: TaskRow, held: HeldRun) -> AsyncIterator[Attempt]:
    """Read the state that earlier attempts left, and take over their contents. Raises Superseded."""
    fence = Fence(task.task_id, task.attempt)

    async def read(
        session: Session,
    ) -> tuple[dict[str, KnownAnswer], TaskUsage, list[dict[str, Any]], int, RoadmapRow]:
        await assert_fence(session, fence)
        await contents.adopt_contents(session, fence)
        await settle_lost_calls(session, task.task_id)
        return (
            await known_answers(session, task.task_id),
            await usage_of(session, task.task_id),
            await events.contents_without_event(session, task.task_id),
            await events.last_sequence(session, task.task_id),
            await roadmaps.get_roadmap_metadata(session, task.roadmap_id or ""),
        )

    known, spent, without_event, last, roadmap = await resources.database.persist(read)
    writer = EventWriter(resources.database, fence, last)
    for payload in without_event:
        writer.append("content_completed", payload)
    ledger = Ledger(
        author=await asyncio.to_thread(_author, resources, task),  # it may read files
        throttle=resources.throttle,
        permit=RunPermit(resources.gate, held),
        database=resources.database,
        fence=fence,
        round=task.round,
        urgent=task.task_type in RETRY_OF.values(),
        user_id=task.user_id,
        known=known,
        retry_policy=RetryPolicy(resources.settings.model_patience),
        budget=_budget(resources.settings, spent),
        tell=writer.append,
    )
    context = _context(resources, task, roadmap, ledger, writer)
    saver = FencedSaver(await resources.checkpoints.pool(), fence, resources.database)
    graph = _compiled(TaskType(task.task_type)).copy({"checkpointer": saver})
    config: RunnableConfig = {
        "configurable": {"thread_id": task.task_id},
        "run_name": f"roadmap {task.task_type}",
        "callbacks": list(resources.callbacks),
    }
    try:
        yield Attempt(resources, task, fence, held, context, graph, config)
    finally:
        await asyncio.shield(writer.close())


def _author(resources: OrchestratorResources, task: TaskRow) -> Author:
    """Return the author of a run. A modification asks for what no recording holds, so it gets the usual one."""
    author, preferences = resources.author, tasks.request_of(task).get("preferences")
    if preferences is None or task.task_type == TaskType.MODIFICATION or not isinstance(author, AuthorByGoal):
        return author
    weeks = pace_of_task(task).weeks
    return author.for_goal(Preferences.model_validate(preferences), resources.settings.max_concepts, weeks)


def _budget(settings: Settings, spent: TaskUsage) -> Budget:
    """Return the rest of the run's budget, after all attempts so far."""
    if settings.budget is None:
        return Budget()
    limit = Limit.read(settings.budget)
    if not limit.money:
        return Budget(limit, spent.tokens)
    return Budget(limit, None if spent.unpriced_calls else spent.cost)


def _context(
    resources: OrchestratorResources, task: TaskRow, roadmap: RoadmapRow, ledger: Ledger, writer: EventWriter
) -> RunContext:
    request = tasks.request_of(task)
    content_type = ContentType(task.content_type) if task.content_type else None
    modifies = task.task_type == TaskType.MODIFICATION
    return RunContext(
        roadmap_id=roadmap.roadmap_id,
        user_id=roadmap.user_id,
        base_version=request.get("base_version", 0),
        instructions="" if modifies else request.get("instructions") or "",
        content_step=GENERATOR_OF[content_type] if content_type else Step.CONTENT_GENERATION,
        max_concepts=resources.settings.max_concepts,
        weeks=pace_of_task(task).weeks,
        any_language=resources.settings.model is not None or ledger.author.kind == "recording",
        second_look=resources.settings.second_look if ledger.author.kind == "model" else "none",
        links=resources.links,
        search=resources.search,
        code=resources.code,
        database=resources.database,
        fence=ledger.fence,
        ledger=ledger,
        events=writer,
        short_lessons=resources.settings.lessons == "short",
        lesson_id=request.get("lesson"),
    )


@cache
def _compiled(task_type: TaskType) -> Graph:
    """Compile a graph once per process: it takes up to 30 ms, an eighth of a worker's time for a small run."""
    return graph_of(task_type).compile()


def graph_of(task_type: TaskType) -> StateGraph[RunState, RunContext, RunState, RunState]:
    """Return the uncompiled graph that runs tasks of this type."""
    if task_type in RETRY_OF.values():
        return build_retry_graph()
    match task_type:
        case TaskType.CREATION:
            return build_creation_graph()
        case TaskType.MODIFICATION:
            return build_modification_graph()
        case TaskType.RETRY_BATCH:
            return build_retry_graph()
        case _:
            raise LookupError(f"There is no graph for tasks of type {task_type}.")


def warnings_of(state: Mapping[str, Any]) -> list[Issue]:
    """Return the warnings of the last validation."""
    issues = Validation.model_validate(state["validation"]).issues if "validation" in state else []
    return [issue for issue in issues if issue.severity == "warning"]
