"""The runs of a `langgraph dev` process: a thread of the server is a task, and its nodes run in the task's attempt.

The server keeps the state of its thread. Rows, ledger, events and the run's own checkpoint are written as in any other
process, so a run outlives the server: it is stale then, and can be resumed elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import Context
from typing import Any, Final, TypeVar

from domain.editing.review import Decision
from domain.errors import InvalidInput, RoadmapError, Superseded
from domain.text.language import load_languages
from domain.vocabulary import Step, TaskStatus
from nodes.authors.port import Author
from nodes.state import Json, RunState
from orchestrator.commands import transitions
from orchestrator.commands.requests import request_decision, request_resume
from orchestrator.commands.run_request import answer_of
from orchestrator.execution.attempt import Attempt, open_attempt, warnings_of
from orchestrator.execution.stepper import Stepper
from orchestrator.resources import OrchestratorResources, open_resources
from orchestrator.settings import Settings, load_settings
from repository.runs import tasks
from repository.tables.runs import TaskRow

T = TypeVar("T")

_BEFORE_CONTENTS: Final = {
    Step.INTENT_ANALYSIS,
    Step.CURRICULUM_DESIGN,
    Step.STRUCTURE_VALIDATION,
    Step.EDIT_PLAN_ANALYSIS,
    Step.ROADMAP_EDIT,
    Step.COURSE_DESIGN,
    Step.HUMAN_REVIEW,
}


class StudioRuns:
    """The tasks whose nodes run in this process. Resources are opened once and kept until `close`."""

    def __init__(self, settings: Settings | None = None, *, author: Author | None = None) -> None:
        """None: settings from the environment, and the author that they name."""
        self._settings = settings
        self._author = author
        self._resources: OrchestratorResources | None = None
        self._life = AsyncExitStack()
        self._entering = asyncio.Lock()
        self._entered: dict[str, tuple[Attempt, AsyncExitStack]] = {}

    async def resources(self) -> OrchestratorResources:
        """Return the resources of a stepper: its runs wait for a person, and are never requeued or taken over."""
        async with self._entering:
            if self._resources is None:
                if self._settings is None:
                    self._settings = await asyncio.to_thread(load_settings)
                    await asyncio.to_thread(load_languages)
                opening = open_resources(self._settings, author=self._author, kind="stepper")
                self._resources = await self._life.enter_async_context(opening)
            return self._resources

    async def close(self) -> None:
        """Leave all runs, which are stale from now on, and close the resources."""
        for task_id in list(self._entered):
            await self.leave(task_id)
        await self._life.aclose()

    async def task(self, task_id: str) -> TaskRow:
        """Return the row of a task. Raises NotFound."""
        resources = await self.resources()
        return await resources.database.persist(lambda session: tasks.get_task(session, task_id))

    async def enter(self, task_id: str) -> Attempt:
        """Return the attempt in which the nodes of a task run. A task that has ended or is stale is resumed.

        Raises Conflict if it cannot be resumed, and Superseded if it was cancelled or taken since the last node.
        """
        resources = await self.resources()
        async with self._entering:
            if task_id not in self._entered:
                self._entered[task_id] = await self._open(resources, task_id)
            attempt, _ = self._entered[task_id]
            if not attempt.held.lost:
                return attempt
        await self.leave(task_id)
        raise Superseded("Another process has cancelled or taken this run; continue the thread to resume it.")

    async def _open(self, resources: OrchestratorResources, task_id: str) -> tuple[Attempt, AsyncExitStack]:
        task = await resources.database.persist(lambda session: tasks.get_task(session, task_id))
        if (task.status, task.worker_id) != (TaskStatus.PROCESSING, resources.lease.worker_id):
            task = await request_resume(resources, task_id, detach=False)
        async with AsyncExitStack() as stack:
            held = resources.lease.hold(task_id, task.attempt, lambda: None)  # the next node or write will raise
            stack.callback(resources.lease.release, held)
            attempt = await stack.enter_async_context(open_attempt(resources, task, held))
            return attempt, stack.pop_all()

    @asynccontextmanager
    async def within(self, task_id: str) -> AsyncIterator[Attempt]:
        """Yield the attempt for one node. After a failure, the next node opens a new attempt from the rows."""
        attempt = await self.enter(task_id)
        try:
            yield attempt
        except BaseException:
            await asyncio.shield(self.leave(task_id))
            raise

    async def leave(self, task_id: str) -> None:
        """Close the attempt of a task, flush its events if they may still be written; the row stays as it is."""
        if entered := self._entered.pop(task_id, None):
            attempt, stack = entered
            with suppress(RoadmapError):
                await attempt.context.events.flush()
            await stack.aclose()

    async def keep(self, attempt: Attempt, state: Mapping[str, Any], step: Step) -> None:
        """Save the state as the run's own checkpoint too, so that another process can continue. Raises RunFailed.

        From content_generation on this is not needed: the rows say where the run is.
        """
        if step in _BEFORE_CONTENTS:
            own = {key: value for key, value in state.items() if key in RunState.__annotations__}
            await _detached(attempt.graph.aupdate_state(attempt.config, own, as_node=step))

    async def ask(self, task_id: str, state: Mapping[str, Any]) -> None:
        """Let the run wait for a review, which may be answered here or elsewhere. Raises InvalidInput."""
        async with self.within(task_id) as attempt:
            await self.keep(attempt, state, Step.COURSE_DESIGN)
            stepper = Stepper(attempt, None)
            if await _detached(stepper.next_nodes()) != (Step.HUMAN_REVIEW,):
                raise InvalidInput("This state leads to no review: wants_review must be true, and the framework sound.")
            await _detached(stepper.advance())
        await self.leave(task_id)

    async def decide(self, task_id: str, decision: Decision) -> Json:
        """Answer a review; return the answer with the edits of others. Raises Conflict if it is answered already."""
        task = await request_decision(await self.resources(), task_id, decision, detach=False)
        return next(iter(answer_of(task).values()))

    async def finish(self, task_id: str, state: Mapping[str, Any]) -> TaskRow:
        """End a run whose graph has come to its end, and return its row."""
        warnings = warnings_of(state)
        async with self.within(task_id) as attempt:
            await attempt.context.events.flush()
            task = await attempt.resources.database.persist(
                lambda session: transitions.finish(session, attempt.fence, warnings)
            )
        await self.leave(task_id)
        return task


async def _detached(work: Coroutine[Any, Any, T]) -> T:
    """Run outside of the context of the server's graph: LangGraph would take the run's graph for a part of that."""
    return await asyncio.create_task(work, context=Context())
