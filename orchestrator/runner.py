"""The one way to run a task. `Runner.run` is the life of a run, on one screen.

Whoever calls it has started the task: the row reads `processing` under this process's lease, with the attempt that
fences every write from here on. If the process dies at any line, the rows are as the last commit left them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, assert_never

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.types import Command

from domain.errors import DatabaseUnavailable, Superseded
from domain.review import Issue, Validation
from domain.vocabulary import GENERATOR_OF, RETRY_OF, STRUCTURAL, ContentType, Step, TaskStatus, TaskType
from nodes.authors.ledger import Ledger
from nodes.context import RunContext
from nodes.state import RunState
from orchestrator import transitions
from orchestrator.gate import RunPermit
from orchestrator.graphs.creation import build_creation_graph
from orchestrator.graphs.modification import build_modification_graph
from orchestrator.graphs.retry import build_retry_graph
from orchestrator.lease import HeldRun
from orchestrator.requests import answer_of, input_of
from orchestrator.resources import Resources
from repository import contents, events, roadmaps, tasks
from repository.calls import KnownAnswer, known_answers
from repository.checkpoints import FencedSaver
from repository.database import Session
from repository.events import EventWriter
from repository.tables import RoadmapRow, TaskRow
from repository.tasks import Fence

_log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Runner:
    resources: Resources

    async def run(self, task: TaskRow) -> TaskRow:
        """Run a started task until it is final or waits for a review; its row then.

        Raises Superseded when the task is another's by now, DatabaseUnavailable when the database stays away, and
        CancelledError once the row reads `cancelled`, or `pending` where the process is stopping.
        """
        fence = Fence(task.task_id, task.attempt)
        this = asyncio.current_task()
        assert this is not None
        held = self.resources.lease.hold(task.task_id, task.attempt, this.cancel)
        writer: EventWriter | None = None
        try:
            context = await self._prepare(task, fence, held)
            writer = context.events
            state = await self._step_through(task, context)
            await writer.flush()
            if interrupts := state.get("__interrupt__"):
                return await self._persist(lambda session: transitions.park(session, fence, interrupts[0].id))
            return await self._persist(lambda session: transitions.finish(session, fence, _warnings(state)))
        except (Superseded, DatabaseUnavailable):
            raise
        except asyncio.CancelledError:
            if held.lost:
                raise Superseded("Another attempt owns this task.") from None
            await asyncio.shield(self._stop(task, fence, writer))
            raise
        except Exception as error:
            _log.info("run failed", task_id=task.task_id, exc_info=error)
            reason = str(error) or type(error).__name__
            return await self._end(fence, writer, TaskStatus.FAILED, reason)
        finally:
            self.resources.lease.release(held)
            if writer is not None:
                await writer.close()

    async def _prepare(self, task: TaskRow, fence: Fence, held: HeldRun) -> RunContext:
        """Read what earlier attempts left, and make its contents this attempt's."""
        resources = self.resources

        async def read(session: Session) -> tuple[dict[str, KnownAnswer], list[dict[str, Any]], int, RoadmapRow]:
            await tasks.hold_task(session, fence)
            await contents.adopt_contents(session, fence)
            return (
                await known_answers(session, task.task_id),
                await events.untold_contents(session, task.task_id),
                await events.last_sequence(session, task.task_id),
                await roadmaps.get_roadmap_metadata(session, task.roadmap_id or ""),
            )

        known, untold, last, roadmap = await self._persist(read)
        writer = EventWriter(resources.database, fence, last)
        for payload in untold:
            writer.append("content_completed", payload)
        content_type = ContentType(task.content_type) if task.content_type else None
        return RunContext(
            roadmap_id=roadmap.roadmap_id,
            user_id=roadmap.user_id,
            base_version=(task.user_request or {}).get("base_version", 0),
            instructions=(task.user_request or {}).get("instructions") or "",
            content_step=GENERATOR_OF[content_type] if content_type else Step.CONTENT_GENERATION,
            max_concepts=resources.settings.max_concepts,
            database=resources.database,
            fence=fence,
            ledger=Ledger(
                author=resources.author,
                throttle=resources.throttle,
                permit=RunPermit(resources.gate, held),
                database=resources.database,
                fence=fence,
                round=task.round,
                urgent=task.task_type in RETRY_OF.values(),
                known=known,
            ),
            events=writer,
        )

    async def _step_through(self, task: TaskRow, context: RunContext) -> dict[str, Any]:
        """The graph, from its beginning, from where its checkpoint stands, or from the contents on."""
        saver = FencedSaver(await self.resources.checkpoints.pool(), context.fence, context.database)
        graph = graph_of(TaskType(task.task_type)).compile(checkpointer=saver)
        config: RunnableConfig = {"configurable": {"thread_id": task.task_id}}
        stands = await graph.aget_state(config)
        start: RunState | Command[Any] | None = None
        if not stands.values:
            start = await self._persist(lambda session: input_of(session, task))
        elif task.accepted_version is not None or task.task_type not in STRUCTURAL:
            # A run whose failures were caught stands at its end: the rows say what is missing, so enter anew.
            await graph.aupdate_state(config, {}, as_node=Step.CONTENT_GENERATION)
            await context.enter(context.content_step)
        elif (answer := answer_of(task)) and answer.keys() <= {interrupt.id for interrupt in stands.interrupts}:
            start = Command(resume=answer)
        return await graph.ainvoke(start, config, context=context, durability="sync")

    async def _stop(self, task: TaskRow, fence: Fence, writer: EventWriter | None) -> None:
        """Cancelled: by a process that stops, which hands back, or by whoever runs in the foreground."""
        if not self.resources.gate.is_closed:
            await self._end(fence, writer, TaskStatus.CANCELLED, "The run was interrupted.")
            return
        if writer is not None:
            await writer.flush()

        async def hand_back(session: Session) -> None:
            await transitions.hand_back(session, fence)
            await self.resources.queue.enqueue(session, task.task_id)

        await self._persist(hand_back)

    async def _end(self, fence: Fence, writer: EventWriter | None, status: TaskStatus, reason: str) -> TaskRow:
        """The run stops before its end, for `reason`; what it left unfinished is settled with it."""
        if writer is not None:
            await writer.flush()
        return await self._persist(lambda session: transitions.end(session, fence, status, reason))

    async def _persist(self, work: Callable[[Session], Awaitable[T]]) -> T:
        return await self.resources.database.persist(work)


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


def _warnings(state: Mapping[str, Any]) -> list[Issue]:
    issues = Validation.model_validate(state["validation"]).issues if "validation" in state else []
    return [issue for issue in issues if issue.severity == "warning"]
