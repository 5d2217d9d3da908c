"""One attempt of one task: what earlier attempts left, the graph where its checkpoint stands, and the ways it ends.

The runner goes through a graph in one go, the stepper node by node; both do it over this.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, assert_never, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt, StateSnapshot

from domain.editing.review import Issue, Validation
from domain.errors import ModelDenied
from domain.vocabulary import CONTENT_STEPS, GENERATOR_OF, RETRY_OF, STRUCTURAL, ContentType, Step, TaskStatus, TaskType
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
from orchestrator.queries.pace import pace_of_task
from orchestrator.resources import OrchestratorResources
from orchestrator.settings import Settings
from repository.db.checkpoints import FencedSaver
from repository.db.database import Session
from repository.db.fence import Fence, assert_fence
from repository.roadmaps import contents, roadmaps
from repository.runs import events, tasks
from repository.runs.calls import Bill, KnownAnswer, known_answers, settle_lost_calls, usage_of
from repository.runs.events import EventWriter
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

T = TypeVar("T")
Graph = CompiledStateGraph[RunState, RunContext, RunState, RunState]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A started task in this process, under the fence of its attempt."""

    resources: OrchestratorResources
    task: TaskRow
    fence: Fence
    held: HeldRun
    context: RunContext
    graph: Graph
    config: RunnableConfig

    async def stands(self) -> StateSnapshot:
        """Where the graph is."""
        return await self.graph.aget_state(self.config)

    async def entry(self) -> RunState | Command[Any] | None:
        """What to go on with: the input of a new graph, the answer to its review, or nothing but its checkpoint."""
        stands = await self.stands()
        check_state(stands.values, self.task.task_id)
        # All of it is given again below: of values that a step wrote, and whose checkpoint was not saved any more,
        # an update keeps nothing.
        begin = cast(RunState, dict(stands.values))
        if not begin:
            begin = await self._persist(lambda session: input_of(session, self.task))
            if self.task.accepted_version is None:
                return begin  # else its checkpoints were pruned, and the rows are the truth by now
        if self._is_about_contents(stands):
            # A run whose failures were caught stands at its end: the rows say what is missing, so enter anew.
            await self.graph.aupdate_state(self.config, begin, as_node=Step.CONTENT_GENERATION)
            await self.context.enter(self.context.content_step)
            return None
        return self.answer_to(stands)

    def _is_about_contents(self, stands: StateSnapshot) -> bool:
        """Not where a stepper went back to before them, although a framework has been accepted."""
        if self.task.task_type not in STRUCTURAL:
            return True
        return self.task.accepted_version is not None and CONTENT_STEPS.issuperset(stands.next)

    def answer_to(self, stands: StateSnapshot) -> Command[Any] | None:
        """What was decided about the review that the graph waits for, if it was."""
        answer = answer_of(self.task)
        open_reviews = {interrupt.id for interrupt in stands.interrupts}
        return Command(resume=answer) if answer and answer.keys() <= open_reviews else None

    async def advance(
        self, start: RunState | Command[Any] | None, stop_before: list[str] | None = None
    ) -> list[Interrupt]:
        """Go on to the end, to a review, or to before one of `stop_before`; the reviews that are open then."""
        result = await self.graph.ainvoke(
            start, self.config, context=self.context, durability="sync", interrupt_before=stop_before
        )
        await self.context.events.flush()
        return list(result.get("__interrupt__", ()))

    async def park(self, interrupt: Interrupt) -> TaskRow:
        """The run waits for a review."""
        return await self._persist(lambda session: reviews.park(session, self.fence, interrupt.id))

    async def finish(self) -> TaskRow:
        """The graph came to its end."""
        warnings = warnings_of((await self.stands()).values)
        return await self._persist(lambda session: transitions.finish(session, self.fence, warnings))

    async def end(self, status: TaskStatus, reason: str, cause: Cause | None = None) -> TaskRow:
        """The run stops before its end, for `reason`; what it left unfinished is settled with it."""
        await self.context.events.flush()
        return await end_task(self.resources, self.fence, status, reason, cause)

    async def check_author(self) -> None:
        """Raises ModelDenied where a model has begun what only rules would go on with."""
        author = self.resources.author.name
        if stranger := await self._persist(lambda session: begun_by_a_model(session, self.task.task_id, author)):
            raise ModelDenied(stranger)

    async def _persist(self, work: Callable[[Session], Awaitable[T]]) -> T:
        return await self.resources.database.persist(work)


async def end_task(
    resources: OrchestratorResources, fence: Fence, status: TaskStatus, reason: str, cause: Cause | None = None
) -> TaskRow:
    """Where an attempt is open, its events go first."""
    return await resources.database.persist(
        lambda session: transitions.end(session, fence, status, reason, cause=cause)
    )


async def hand_back_task(resources: OrchestratorResources, fence: Fence) -> None:
    """To the queue, row and entry in one transaction; where an attempt is open, its events go first."""

    async def give(session: Session) -> None:
        await transitions.requeue(session, fence)
        await resources.queue.enqueue(session, fence.task_id)

    await resources.database.persist(give)


@asynccontextmanager
async def open_attempt(resources: OrchestratorResources, task: TaskRow, held: HeldRun) -> AsyncIterator[Attempt]:
    """Reads what earlier attempts left, and makes its contents this attempt's. Raises Superseded."""
    fence = Fence(task.task_id, task.attempt)

    async def read(
        session: Session,
    ) -> tuple[dict[str, KnownAnswer], Bill, list[dict[str, Any]], int, RoadmapRow]:
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

    known, spent, untold, last, roadmap = await resources.database.persist(read)
    writer = EventWriter(resources.database, fence, last)
    for payload in untold:
        writer.append("content_completed", payload)
    ledger = Ledger(
        author=resources.author,
        throttle=resources.throttle,
        permit=RunPermit(resources.gate, held),
        database=resources.database,
        fence=fence,
        round=task.round,
        urgent=task.task_type in RETRY_OF.values(),
        known=known,
        patience=RetryPolicy(resources.settings.model_patience),
        budget=_budget(resources.settings, spent),
    )
    context = _context(resources, task, roadmap, ledger, writer)
    saver = FencedSaver(await resources.checkpoints.pool(), fence, resources.database)
    graph = _compiled(TaskType(task.task_type)).copy({"checkpointer": saver})
    config: RunnableConfig = {"configurable": {"thread_id": task.task_id}}
    try:
        yield Attempt(resources, task, fence, held, context, graph, config)
    finally:
        await asyncio.shield(writer.close())


def _budget(settings: Settings, spent: Bill) -> Budget:
    """What is left of the run's, over all its attempts."""
    if settings.budget is None:
        return Budget()
    limit = Limit.read(settings.budget)
    if not limit.money:
        return Budget(limit, spent.tokens)
    return Budget(limit, None if spent.unpriced_calls else spent.cost)


def _context(
    resources: OrchestratorResources, task: TaskRow, roadmap: RoadmapRow, ledger: Ledger, writer: EventWriter
) -> RunContext:
    asked = tasks.asked_of(task)
    content_type = ContentType(task.content_type) if task.content_type else None
    return RunContext(
        roadmap_id=roadmap.roadmap_id,
        user_id=roadmap.user_id,
        base_version=asked.get("base_version", 0),
        instructions=asked.get("instructions") or "",
        content_step=GENERATOR_OF[content_type] if content_type else Step.CONTENT_GENERATION,
        max_concepts=resources.settings.max_concepts,
        weeks=pace_of_task(task).weeks,
        any_language=resources.settings.model is not None,
        second_opinion=resources.settings.model_review is not None,
        links=resources.links,
        search=resources.search,
        database=resources.database,
        fence=ledger.fence,
        ledger=ledger,
        events=writer,
    )


@cache
def _compiled(task_type: TaskType) -> Graph:
    """Once a process: it takes up to 30 ms, which is an eighth of what a worker spends on a small run."""
    return graph_of(task_type).compile()


def graph_of(task_type: TaskType) -> StateGraph[RunState, RunContext, RunState, RunState]:
    """The graph that runs tasks of this type, uncompiled."""
    match task_type:
        case TaskType.CREATION:
            return build_creation_graph()
        case TaskType.RETRY_TUTORIAL | TaskType.RETRY_RESOURCES | TaskType.RETRY_QUIZ | TaskType.RETRY_BATCH:
            return build_retry_graph()
        case TaskType.MODIFICATION:
            return build_modification_graph()
        case _:
            assert_never(task_type)


def warnings_of(state: Mapping[str, Any]) -> list[Issue]:
    """What validation found and the run went on with."""
    issues = Validation.model_validate(state["validation"]).issues if "validation" in state else []
    return [issue for issue in issues if issue.severity == "warning"]
