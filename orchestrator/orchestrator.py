"""The orchestrator: opens what it needs, takes requests, runs them, and tells what the rows say.

async with Orchestrator.open() as orchestrator:
    task = await orchestrator.create("become a backend engineer in Go")
    async for event in orchestrator.follow(task.task_id):
        print(event.type)
    print((await orchestrator.wait(task.task_id)).status)
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from domain.editing.review import Decision
from domain.errors import Superseded
from domain.request import LearningRequest, Preferences, Text, UserId
from domain.vocabulary import ContentType
from nodes.authors.port import Author
from orchestrator.access.webhooks import Webhooks
from orchestrator.arguments import checks_arguments, invalid
from orchestrator.clock import Clock, utc_now
from orchestrator.commands import transitions
from orchestrator.commands.bin import request_bin, request_restore
from orchestrator.commands.request_context import OPERATOR, Terms
from orchestrator.commands.requests import (
    request_batch,
    request_creation,
    request_decision,
    request_modification,
    request_resume,
    request_retry,
)
from orchestrator.commands.run_request import RetryRequest, ReviewRequest
from orchestrator.execution.author_guard import check_opening
from orchestrator.learners.learning import Learning
from orchestrator.learners.pace import Paces
from orchestrator.queries.reader import Reader
from orchestrator.queries.status import RoadmapView, TaskView
from orchestrator.resources import OrchestratorResources, ProcessKind, open_resources
from orchestrator.settings import Settings, load_settings
from repository.db.database import Session
from repository.runs import tasks
from repository.runs.workers import database_now, lease_renewed_since, retry_past_stalled_sessions
from repository.tables.runs import TaskRow

if TYPE_CHECKING:
    from orchestrator.execution.stepper import Stepper
    from orchestrator.workers.worker import Worker
    from repository.runs.retention import Pruned

FOLLOW_TIMEOUT_SECONDS: Final = 60.0
"""Seconds that the streams of a server wait for a database that went away."""

Requested = TypeVar("Requested", TaskRow, TaskRow | None)


@checks_arguments
class Orchestrator(Reader):
    """Everything a backend, the command line or a script may ask for. Acts as operator, unless `terms` say for whom.

    What it tells about tasks and roadmaps stands in orchestrator/queries/reader.py; `learning` is what learners do,
    `paces` their hours and deadlines.
    """

    def __init__(self, resources: OrchestratorResources) -> None:
        """Use `Orchestrator.open`."""
        # Whoever streams to a browser has time, though its requests want an answer.
        patience = FOLLOW_TIMEOUT_SECONDS if resources.kind == "server" else None
        super().__init__(resources.database, follow_patience=patience, clock=resources.clock)
        self.learning = Learning(resources.database)
        self.paces = Paces(resources.database, resources.clock)
        self._resources = resources
        self._requests: set[asyncio.Task[Any]] = set()
        self._runs: dict[str, asyncio.Task[TaskRow]] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings | None = None,
        *,
        author: Author | None = None,
        kind: ProcessKind = "foreground",
        leave_stopped: bool = False,
        clock: Clock = utc_now,
    ) -> AsyncIterator["Orchestrator"]:
        """Settings from the environment and the author they name, unless given.

        `kind` of process: `foreground` runs its own requests, `worker` takes from the queue, a `stepper` steps.
        `leave_stopped`: raise DatabaseStopped where the embedded database was stopped on purpose, for processes that
        are started again by themselves; any other start of it is explicit, and ends that state.
        At the end, runs that are still going are cancelled, resumable. Raises DatabaseUnavailable and InvalidInput.
        """
        check_opening(settings, author, kind)
        effective = settings or load_settings()
        async with open_resources(
            effective, author=author, kind=kind, leave_stopped=leave_stopped, clock=clock
        ) as resources:
            orchestrator = cls(resources)
            try:
                yield orchestrator
            finally:
                await orchestrator._close()

    async def create(
        self,
        request: LearningRequest | str,
        *,
        review: ReviewRequest | None = None,
        detach: bool = False,
        terms: Terms = OPERATOR,
    ) -> TaskView:
        """A new roadmap, from a request or just a goal; returns as soon as its row is committed.

        It runs in this process, or `detach`ed in a worker. `follow` and `wait` tell how it goes.
        """
        if isinstance(request, str):
            try:
                request = LearningRequest(preferences=Preferences(learning_goal=request))
            except ValidationError as error:
                raise invalid(error) from error
        return await self._begun(request_creation(self._resources, request, review, detach=detach, terms=terms))

    async def retry(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        request: RetryRequest | None = None,
        *,
        detach: bool = False,
        terms: Terms = OPERATOR,
    ) -> TaskView:
        """One content anew, as a run of its own. Raises NotFound, InvalidInput, Conflict."""
        wanted = request or RetryRequest()
        return await self._begun(
            request_retry(self._resources, roadmap_id, concept_id, content_type, wanted, detach=detach, terms=terms)
        )

    async def retry_failed(
        self,
        roadmap_id: str,
        content_types: Sequence[ContentType] = tuple(ContentType),
        request: RetryRequest | None = None,
        *,
        detach: bool = False,
        terms: Terms = OPERATOR,
    ) -> TaskView | None:
        """One run over everything that failed or is stale; None where there is nothing to do.

        Raises NotFound, InvalidInput, and Conflict if live runs hold all of it.
        """
        wanted = request or RetryRequest()
        task = await self._carried(
            request_batch(self._resources, roadmap_id, content_types, wanted, detach=detach, terms=terms)
        )
        return None if task is None else await self.task(task.task_id)

    async def modify(
        self,
        roadmap_id: str,
        instructions: str,
        *,
        user_id: UserId | None = None,
        review: ReviewRequest | None = None,
        detach: bool = False,
        terms: Terms = OPERATOR,
    ) -> TaskView:
        """Change the framework in words; contents of new and changed concepts are made, the others stay.

        Raises NotFound, InvalidInput, and Conflict while another run makes or changes the framework.
        """
        wanted = RetryRequest(user_id=user_id, instructions=instructions)
        return await self._begun(
            request_modification(self._resources, roadmap_id, wanted, review, detach=detach, terms=terms)
        )

    async def review(
        self, task_id: str, decision: Decision, *, detach: bool = False, terms: Terms = OPERATOR
    ) -> TaskView:
        """Answer a review; the run goes on. Raises NotFound, and Conflict naming the decision that stands."""
        return await self._begun(request_decision(self._resources, task_id, decision, detach=detach, terms=terms))

    async def resume(self, task_id: str, *, detach: bool = False, terms: Terms = OPERATOR) -> TaskView:
        """Let a failed, cancelled, stale or queued task go on from where it stopped. Raises NotFound, Conflict."""
        return await self._begun(request_resume(self._resources, task_id, detach=detach, terms=terms))

    async def cancel(
        self, task_id: str, reason: Text = "Cancelled by its user.", *, terms: Terms = OPERATOR
    ) -> TaskView:
        """End an active task; returns when no model call of it can start any more. Raises NotFound, Conflict."""

        async def end(session: Session) -> TaskRow:
            await tasks.get_task(session, task_id, owner=terms.owner)
            return await transitions.cancel(session, task_id, reason)

        before = await retry_past_stalled_sessions(self._database, end)
        if before.worker_id is not None:
            async with self._database.transaction() as session:
                cancelled_at = await database_now(session)
            await self._heard(before.worker_id, cancelled_at)
        return await self.task(task_id)

    async def bin(self, roadmap_id: str, *, terms: Terms = OPERATOR) -> RoadmapView:
        """Put a roadmap into the bin: listed there only, and nothing runs for it, until it is restored.

        Raises NotFound, and Conflict naming a live task of it.
        """
        await request_bin(self._database, roadmap_id, terms)
        return await self.roadmap(roadmap_id)

    async def restore(self, roadmap_id: str, *, terms: Terms = OPERATOR) -> RoadmapView:
        """Take a roadmap out of the bin. Raises NotFound."""
        await request_restore(self._database, roadmap_id, terms)
        return await self.roadmap(roadmap_id)

    async def _heard(self, worker_id: str, since: datetime) -> None:
        """Returns when a worker has renewed its lease since then, and so knows, or is dead."""
        while not await self._database.persist(lambda session: lease_renewed_since(session, worker_id, since)):
            await asyncio.sleep(0.1)

    @property
    def worker_id(self) -> str:
        """Under which this process runs tasks."""
        return self._resources.lease.worker_id

    def worker(self, concurrency: int) -> "Worker":
        """A worker for the queue, in an orchestrator that was opened as one."""
        from orchestrator.workers.worker import Worker

        return Worker(self._resources, concurrency)

    @property
    def webhooks(self) -> Webhooks:
        """Of all users."""
        return Webhooks(self._database, self._resources.settings.webhook_allow)

    async def interrupt(self, task_id: str) -> TaskView:
        """End a run of this process: cancelled, resumable. The task as it is then. Raises NotFound."""
        run = self._runs.get(task_id)
        if run is not None:
            run.cancel()
            await asyncio.wait([run])
        return await self.task(task_id)

    async def prune(self, *, older_than: float | None = None, dry_run: bool = False) -> "Pruned":
        """Remove what runs left behind that ended so many days ago, or as many as the settings say; what it was."""
        from orchestrator.workers.pruner import ages_of, prune

        ages = ages_of(self._resources.settings, older_than)
        return await prune(self._database, ages, dry_run=dry_run)

    async def _begun(self, request: Coroutine[Any, Any, TaskRow]) -> TaskView:
        return await self.task((await self._carried(request)).task_id)

    async def _carried(self, request: Coroutine[Any, Any, Requested]) -> Requested:
        """A request is carried through even if who made it leaves: no row may read `processing` without its run."""

        async def carry() -> Requested:
            task = await request
            stepped = self._resources.kind == "stepper"
            if task is not None and task.worker_id == self._resources.lease.worker_id and not stepped:
                await self._run(task)
            return task

        carried = asyncio.create_task(carry())
        self._requests.add(carried)
        carried.add_done_callback(self._requests.discard)
        return await asyncio.shield(carried)

    async def _run(self, task: TaskRow) -> None:
        """A foreground task runs in this process from here on."""
        from orchestrator.execution.runner import Runner

        run = asyncio.create_task(Runner(self._resources).run(task), name=f"run {task.task_id}")
        self._runs[task.task_id] = run
        await asyncio.sleep(0)  # it has begun: from here on its end puts the row in order

    @asynccontextmanager
    async def step(self, task_id: str) -> AsyncIterator["Stepper"]:
        """Step a task that this orchestrator, opened as a `stepper`, has started (create, retry, modify, resume).

        Raises Superseded when it is cancelled or taken meanwhile.
        """
        from orchestrator.execution.stepper import open_stepper

        async with self._database.transaction() as session:
            row = await tasks.get_task(session, task_id)
        async with open_stepper(self._resources, row) as stepper:
            yield stepper

    async def wait(self, task_id: str) -> TaskView:
        """The task once it is final, wherever it runs. Raises NotFound and DatabaseUnavailable."""
        run = self._runs.get(task_id)
        if run is not None:
            try:
                await asyncio.shield(run)
            except Superseded:
                pass  # another process has it, or has ended it
            finally:
                if run.done():
                    self._runs.pop(task_id, None)
        else:
            async with aclosing(self.follow(task_id)) as story:
                async for _ in story:
                    pass
        return await self.task(task_id)

    async def _close(self) -> None:
        await asyncio.gather(*self._requests, return_exceptions=True)
        for run in self._runs.values():
            run.cancel()
        await asyncio.gather(*self._runs.values(), return_exceptions=True)
        await self._follower.close()
