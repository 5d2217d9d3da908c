"""The one way to run a task. `Runner.run` is the life of a run, on one screen.

Whoever calls it has started the task: the row reads `processing` under this process's lease, with the attempt that
fences every write from here on. If the process dies at any line, the rows are as the last commit left them.
"""

import asyncio
from dataclasses import dataclass
from typing import cast

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph

from domain.errors import DatabaseUnavailable, RunFailed, Superseded
from domain.review import Issue, Validation
from domain.vocabulary import RETRY_OF, Step, TaskStatus, TaskType
from nodes.authors.ledger import Ledger
from nodes.context import RunContext
from nodes.state import RunState
from orchestrator import transitions
from orchestrator.graphs.creation import build_creation_graph
from orchestrator.outcomes import execution_summary, other_language, outcome
from orchestrator.resources import Resources
from repository import contents, events, roadmaps, tasks
from repository.calls import bill, known_answers
from repository.checkpoints import FencedSaver
from repository.events import EventWriter
from repository.tables import TaskRow
from repository.tasks import Fence

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    resources: Resources

    async def run(self, task: TaskRow) -> TaskRow:
        """Run a started task to its end; its final row.

        Raises DatabaseUnavailable when the database stays away, Superseded when the task is another's by now;
        CancelledError after the row reads `cancelled`.
        """
        fence = Fence(task.task_id, task.attempt)
        this = asyncio.current_task()
        assert this is not None
        self.resources.lease.watch(task.task_id, task.attempt, this.cancel)
        writer: EventWriter | None = None
        try:
            context = await self._prepare(task, fence)
            writer = context.events
            state = await self._step_through(task, context)
            await writer.flush()
            return await self._finish(fence, _warnings(state))
        except (Superseded, DatabaseUnavailable):
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._end(fence, writer, TaskStatus.CANCELLED, "The run was interrupted."))
            raise
        except Exception as error:
            _log.error("run failed", task_id=task.task_id, reason=str(error), exc_info=error)
            return await self._end(fence, writer, TaskStatus.FAILED, str(error) or type(error).__name__)
        finally:
            self.resources.lease.unwatch(task.task_id)
            if writer is not None:
                await writer.close()

    async def _prepare(self, task: TaskRow, fence: Fence) -> RunContext:
        """Read what earlier attempts left, and make its contents this attempt's."""
        assert task.roadmap_id is not None
        resources = self.resources
        async with resources.database.transaction() as session:
            await tasks.hold_task(session, fence)
            await contents.adopt_contents(session, fence)
            known = await known_answers(session, task.task_id)
            untold = await events.untold_contents(session, task.task_id)
            last = await events.last_sequence(session, task.task_id)
            roadmap = await roadmaps.get_roadmap_metadata(session, task.roadmap_id)
        writer = EventWriter(resources.database, fence, last)
        for payload in untold:
            writer.append("content_completed", payload)
        urgent = task.task_type in RETRY_OF.values()
        return RunContext(
            roadmap_id=task.roadmap_id,
            user_id=roadmap.user_id,
            framework_version=roadmap.framework_version,
            instructions=(task.user_request or {}).get("instructions") or "",
            max_concepts=resources.settings.max_concepts,
            database=resources.database,
            fence=fence,
            ledger=Ledger(resources.author, resources.throttle, resources.database, fence, task.round, urgent, known),
            events=writer,
        )

    async def _step_through(self, task: TaskRow, context: RunContext) -> RunState:
        """The graph, from its beginning, from where its checkpoint stands, or from the contents on."""
        saver = FencedSaver(self.resources.checkpoints, context.fence)
        graph = _graph_of(TaskType(task.task_type)).compile(checkpointer=saver)
        config: RunnableConfig = {"configurable": {"thread_id": task.task_id}}
        begun = bool((await graph.aget_state(config)).values)
        if begun and context.framework_version > 0:
            # A run whose failures were caught stands at its end: the rows say what is missing, so enter anew.
            await graph.aupdate_state(config, {}, as_node=Step.CONTENT_GENERATION)
        start: RunState | None = None if begun else {"request": task.user_request or {}}
        return cast(RunState, await graph.ainvoke(start, config, context=context, durability="sync"))

    async def _finish(self, fence: Fence, warnings: list[Issue]) -> TaskRow:
        """The graph came to its end: count what became of the contents, say it in the row and in the last event."""
        async with self.resources.database.transaction() as session:
            task = await tasks.lock_task(session, fence.task_id)
            tally = await contents.tally(session, fence.task_id)
            languages = await contents.languages_written(session, fence.task_id)
            tokens, cost = await bill(session, fence.task_id)
            status, step, message = outcome(tally)
            summary = execution_summary(
                tally,
                await contents.failures(session, fence.task_id),
                [*warnings, *other_language(task.user_request, languages)],
                tokens=tokens,
                cost=cost,
            )
            return await transitions.end(session, fence, status, step, message, summary)

    async def _end(self, fence: Fence, writer: EventWriter | None, status: TaskStatus, reason: str) -> TaskRow:
        """The run stops before its end, for `reason`; what it left unfinished is settled with it."""
        if writer is not None:
            await writer.flush()
        async with self.resources.database.transaction() as session:
            await tasks.lock_task(session, fence.task_id)
            step = Step.CANCELLED if status is TaskStatus.CANCELLED else Step.FAILED
            return await transitions.end(session, fence, status, step, reason)


def _graph_of(task_type: TaskType) -> StateGraph[RunState, RunContext, RunState, RunState]:
    match task_type:
        case TaskType.CREATION:
            return build_creation_graph()
        case _:
            raise RunFailed(f"This version cannot run a task of type {task_type}.")


def _warnings(state: RunState) -> list[Issue]:
    issues = Validation.model_validate(state["validation"]).issues if "validation" in state else []
    return [issue for issue in issues if issue.severity == "warning"]
