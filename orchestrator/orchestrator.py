"""The public Python API: opens a database, takes requests for runs, runs them, and reads what they made.

async with Orchestrator.open() as orchestrator:
    task = await orchestrator.create("become a backend engineer in Go")
    async for event in orchestrator.follow(task.task_id):
        print(event.type)
    print((await orchestrator.wait(task.task_id)).status)
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from domain.course.book import CourseBook
from domain.course.estimate import Estimate
from domain.editing.review import Decision
from domain.request import LearningRequest, Preferences, Text, UserId
from domain.vocabulary import ContentType
from nodes.authors.port import Author
from orchestrator.access.webhooks import Webhooks
from orchestrator.arguments import checks_arguments, invalid
from orchestrator.author_check import check_opening
from orchestrator.clock import Clock, utc_now
from orchestrator.commands import transitions
from orchestrator.commands.bin import request_bin, request_restore
from orchestrator.commands.book_edits import request_book_edit
from orchestrator.commands.renaming import request_rename
from orchestrator.commands.request_context import OPERATOR, Terms
from orchestrator.commands.requests import (
    request_batch,
    request_creation,
    request_decision,
    request_modification,
    request_resume,
    request_retry,
)
from orchestrator.commands.reverts import request_revert
from orchestrator.commands.run_request import RetryRequest, ReviewRequest
from orchestrator.execution.local_runs import LocalRuns
from orchestrator.learners.estimates import estimate_creation
from orchestrator.learners.feedback import Feedback
from orchestrator.learners.learning import Learning
from orchestrator.learners.pace import Paces
from orchestrator.learners.practice import Practice
from orchestrator.learners.proposals import Proposal, proposal_of
from orchestrator.learners.repetition import Repetition
from orchestrator.learners.wishes import Wishes
from orchestrator.queries.contents import ContentQueries
from orchestrator.queries.events import EventQueries, never
from orchestrator.queries.health import Readiness, read_readiness
from orchestrator.queries.ledger import LedgerQueries
from orchestrator.queries.metrics import MetricQueries
from orchestrator.queries.roadmaps import RoadmapQueries
from orchestrator.queries.status import RoadmapView, StatusCheck, TaskView
from orchestrator.queries.structures import StructureQueries
from orchestrator.queries.tasks import TaskQueries
from orchestrator.resources import OrchestratorResources, ProcessKind, open_resources
from orchestrator.settings import Settings, load_settings
from repository.db.database import Database, Session
from repository.runs import tasks
from repository.runs.events import Event
from repository.runs.workers import database_now, lease_renewed_since, retry_past_stalled_sessions
from repository.tables.roadmaps import ContentVersionRow
from repository.tables.runs import TaskRow

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel

    from orchestrator.execution.stepper import Stepper
    from orchestrator.workers.worker import Worker
    from repository.runs.retention import Pruned

FOLLOW_TIMEOUT_SECONDS: Final = 60.0
"""Seconds that the streams of a server wait for an unavailable database."""
LEASE_POLL_SECONDS: Final = 0.1
"""Seconds between two checks whether a worker has renewed its lease since a cancel."""


@checks_arguments
class Orchestrator:
    """Requests, runs and reads roadmaps. Open it with `Orchestrator.open`.

    Small objects read what is stored:

    * `tasks`, `events`, `ledger`: runs, their events and their calls;
    * `roadmaps`, `contents`, `structures`: what runs made;
    * `learning`, `paces`, `wishes`: progress of learners, their hours and deadlines, and their wishes for contents;
    * `practice`, `repetition`, `feedback`: tests of stages and cards, questions that come back, notes and reports;
    * `metrics`, `webhooks`: for operators.

    Arguments of all methods:

    * `terms`: the user and the limits of a request. Default: the operator, without limits.
    * `owner`: only rows of this user are visible. None: rows of all users.
    * `detach`: leave the run to a worker instead of running it in this process.

    Wrong arguments raise InvalidInput, ids that do not exist NotFound, and a database that does not answer
    DatabaseUnavailable; all are RoadmapError (domain/errors.py).
    """

    def __init__(self, resources: OrchestratorResources) -> None:
        """Use `Orchestrator.open`."""
        database = resources.database
        # Requests of a server are answered at once or refused; a stream has time to wait for the database.
        retry_seconds = FOLLOW_TIMEOUT_SECONDS if resources.kind == "server" else None
        self.tasks = TaskQueries(database)
        self.events = EventQueries(database, retry_seconds=retry_seconds)
        self.ledger = LedgerQueries(database)
        self.roadmaps = RoadmapQueries(database, resources.clock)
        self.contents = ContentQueries(database)
        self.structures = StructureQueries(database)
        self.learning = Learning(database, resources.clock)
        self.paces = Paces(database, resources.clock)
        self.wishes = Wishes(database)
        self.practice = Practice(database)
        self.feedback = Feedback(database)
        self.repetition = Repetition(database, resources.clock)
        self.metrics = MetricQueries(database)
        self.webhooks = Webhooks(database, resources.settings.webhook_allow)
        self._database = database
        self._resources = resources
        self._runs = LocalRuns(resources)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings | None = None,
        *,
        author: Author | None = None,
        model: "BaseChatModel | None" = None,
        callbacks: "Sequence[BaseCallbackHandler]" = (),
        kind: ProcessKind = "foreground",
        leave_stopped: bool = False,
        clock: Clock = utc_now,
    ) -> AsyncIterator["Orchestrator"]:
        """Open an orchestrator; at the end, runs that are still going are cancelled, and can be resumed.

        Args:
            settings: None: read from the environment.
            author: writes the contents; None: the one that the settings name.
            model: a chat model of LangChain, used in place of the one that the settings name. It is used in this event
                loop only, and is not closed.
            callbacks: handlers of LangChain; they see the nodes and the model calls of every run of this process.
            kind: what this process does. `foreground` runs its own requests, a `worker` takes runs from the queue, a
                `stepper` runs node by node. A `server` and a `reader` run nothing: they read, and request runs with
                `detach`; they need no author.
            leave_stopped: raise DatabaseStopped instead of starting an embedded database that was stopped by command.
                For processes that are restarted automatically.
            clock: returns the present time, in any time zone; deadlines depend on the day.

        Raises InvalidInput for settings that cannot be used, and DatabaseUnavailable.
        """
        check_opening(settings, author, kind, model, callbacks)
        effective = settings or load_settings()
        if model is not None:
            from nodes.authors.chat_models.given_model import name_of

            effective = effective.model_copy(update={"model": name_of(model)})
        async with open_resources(
            effective,
            author=author,
            model=model,
            callbacks=callbacks,
            kind=kind,
            leave_stopped=leave_stopped,
            clock=clock,
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
        """Request a new roadmap; return as soon as its task is committed. `follow` and `wait` report its progress.

        Args:
            request: a learning request, or only its goal.
            review: let a person approve the structure before contents are written.

        Raises InvalidInput, and LimitReached if the user has too many active runs (`terms`).
        """
        wanted = _request_of(request)
        return await self._view_of(request_creation(self._resources, wanted, review, detach=detach, terms=terms))

    async def estimate(self, request: LearningRequest | str, *, terms: Terms = OPERATOR) -> Estimate:
        """Return about how many concepts, calls, minutes and dollars `create` takes. Creates nothing.

        Raises InvalidInput as `create` does.
        """
        return await estimate_creation(self._resources, _request_of(request), terms.time_zone)

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
        """Request a new version of one content. Raises NotFound, InvalidInput, Conflict, LimitReached."""
        options = request or RetryRequest()
        return await self._view_of(
            request_retry(self._resources, roadmap_id, concept_id, content_type, options, detach=detach, terms=terms)
        )

    async def retry_failed(
        self,
        roadmap_id: str,
        content_types: Sequence[ContentType] = tuple(ContentType),
        request: RetryRequest | None = None,
        *,
        out_of_date: bool = False,
        detach: bool = False,
        terms: Terms = OPERATOR,
    ) -> TaskView | None:
        """Request one run over all contents of these types that failed or are stale.

        With `out_of_date`, also over those that were made from another lesson than the newest one. Contents that live
        runs hold, and those that need a lesson which is missing, are skipped.

        Returns None where there are none. Raises NotFound, InvalidInput, LimitReached, and Conflict if all of them are
        skipped.
        """
        options = request or RetryRequest()
        batch = request_batch(
            self._resources,
            roadmap_id,
            content_types,
            options,
            out_of_date=out_of_date,
            detach=detach,
            terms=terms,
        )
        task = await self._runs.request(batch)
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
        """Request a change of the structure, in words; contents of new and changed concepts are written.

        Args:
            instructions: the change, for example "add a module about testing".
            user_id: owner of the run; None: the owner of the roadmap.
            review: let a person approve the new structure before contents are written.

        Raises NotFound, InvalidInput, LimitReached, and Conflict while another run makes or changes the structure.
        """
        options = RetryRequest(user_id=user_id, instructions=instructions)
        return await self._view_of(
            request_modification(self._resources, roadmap_id, options, review, detach=detach, terms=terms)
        )

    async def revert(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        version: int,
        *,
        terms: Terms = OPERATOR,
    ) -> ContentVersionRow:
        """Put an older version of a content back: its newest version becomes a copy, byte for byte. It needs no model.

        Wishes that were made after that version are taken back. Returns the newest version, which is the present one
        where it is the same. Raises NotFound, and Conflict while a run works on the content.
        """
        return await request_revert(self._resources, roadmap_id, concept_id, content_type, version, terms)

    async def review(
        self, task_id: str, decision: Decision, *, detach: bool = False, terms: Terms = OPERATOR
    ) -> TaskView:
        """Answer the open review of a task; the run continues.

        Raises NotFound, and Conflict if the review is answered already.
        """
        return await self._view_of(request_decision(self._resources, task_id, decision, detach=detach, terms=terms))

    async def proposal(self, task_id: str, *, owner: str | None = None) -> Proposal:
        """Return what the plan under review does with contents, with its warnings and about what it costs.

        Raises NotFound, and Conflict if the task waits for no review.
        """
        return await proposal_of(self._resources, task_id, owner)

    async def edit_book(
        self,
        task_id: str,
        book: CourseBook | Callable[[CourseBook], CourseBook],
        *,
        round: int | None = None,
        by: str = "",
        terms: Terms = OPERATOR,
    ) -> CourseBook:
        """Replace the course book of a run whose review is open, and return it.

        Args:
            book: the new book, or what makes it of the present one, so that edits of several people do not get lost.
            round: the round of the review that the user has seen; None: the open one.

        Raises NotFound, Conflict if no review is open, and InvalidInput for a book that does not fit the structure.
        """
        change = (lambda _: book) if isinstance(book, CourseBook) else book
        return await request_book_edit(self._database, task_id, change, round=round, by=by, terms=terms)

    async def resume(self, task_id: str, *, detach: bool = False, terms: Terms = OPERATOR) -> TaskView:
        """Continue a failed, cancelled, stale or queued task from where it stopped.

        Raises NotFound, LimitReached, and Conflict for a task that is running, completed, or waits for a review.
        """
        return await self._view_of(request_resume(self._resources, task_id, detach=detach, terms=terms))

    async def may_resume(self, task_id: str) -> bool:
        """Return whether `resume` would find nothing in its way now. Raises NotFound."""
        return await self._database.persist(lambda session: transitions.may_resume(session, task_id))

    async def cancel(
        self, task_id: str, reason: Text = "Cancelled by its user.", *, terms: Terms = OPERATOR
    ) -> TaskView:
        """End an active task; return when it can start no further model call.

        Raises NotFound, and Conflict for a task that has ended.
        """

        async def end(session: Session) -> TaskRow:
            await tasks.get_task(session, task_id, owner=terms.owner)
            return await transitions.cancel(session, task_id, reason)

        before = await retry_past_stalled_sessions(self._database, end)
        if before.worker_id is not None:
            async with self._database.transaction() as session:
                cancelled_at = await database_now(session)
            await self._lease_renewed(before.worker_id, cancelled_at)
        return await self.task(task_id)

    async def bin(self, roadmap_id: str, *, terms: Terms = OPERATOR) -> RoadmapView:
        """Move a roadmap to the bin: no list shows it and no run can be requested for it until it is restored.

        Raises NotFound, and Conflict that names a live task of it.
        """
        await request_bin(self._database, roadmap_id, terms)
        return await self.roadmap(roadmap_id)

    async def restore(self, roadmap_id: str, *, terms: Terms = OPERATOR) -> RoadmapView:
        """Take a roadmap out of the bin. Raises NotFound."""
        await request_restore(self._database, roadmap_id, terms)
        return await self.roadmap(roadmap_id)

    async def rename(self, roadmap_id: str, title: str, *, terms: Terms = OPERATOR) -> RoadmapView:
        """Give a roadmap a title of one's own, which later structures keep.

        Raises NotFound, InvalidInput, and Conflict for a roadmap in the bin.
        """
        await request_rename(self._database, roadmap_id, title, terms)
        return await self.roadmap(roadmap_id)

    async def task(self, task_id: str, *, owner: str | None = None) -> TaskView:
        """Return a task. Raises NotFound."""
        return await self.tasks.get(task_id, owner=owner)

    async def roadmap(self, roadmap_id: str, *, owner: str | None = None) -> RoadmapView:
        """Return a roadmap with the states of its contents and its active tasks. Raises NotFound."""
        return await self.roadmaps.get(roadmap_id, owner=owner)

    async def status(self, roadmap_id: str, *, owner: str | None = None) -> StatusCheck:
        """Return the active tasks and the stale contents of a roadmap. Raises NotFound."""
        return await self.roadmaps.status(roadmap_id, owner=owner)

    def follow(self, task_id: str, after: int = 0, *, over: Callable[[], bool] = never) -> AsyncGenerator[Event, None]:
        """Yield the events of a task with a sequence above `after`, live, until its last one.

        `over` ends the stream once it returns True; it is called before each event. Raises NotFound, and InvalidInput
        for a sequence that no event has yet.
        """
        return self.events.follow(task_id, after, over=over)

    async def readiness(self) -> Readiness:
        """Return whether requests can be served. Does not wait for an unavailable database."""
        return await read_readiness(self._database)

    @property
    def database(self) -> Database:
        """The database of this orchestrator, for tokens and servers."""
        return self._database

    def now(self) -> datetime:
        """Return the present time by the clock of this orchestrator."""
        return self._resources.clock()

    async def _lease_renewed(self, worker_id: str, since: datetime) -> None:
        """Wait until a worker has renewed its lease after `since`, and so knows what was cancelled, or is dead."""
        while not await self._database.persist(lambda session: lease_renewed_since(session, worker_id, since)):
            await asyncio.sleep(LEASE_POLL_SECONDS)

    @property
    def worker_id(self) -> str:
        """The id under which this process holds tasks."""
        return self._resources.lease.worker_id

    def worker(self, concurrency: int) -> "Worker":
        """Return a worker that runs at most `concurrency` tasks; the orchestrator must be opened with kind="worker"."""
        from orchestrator.workers.worker import Worker

        return Worker(self._resources, concurrency)

    async def interrupt(self, task_id: str) -> TaskView:
        """Cancel a run of this process, so that it can be resumed, and return its task. Raises NotFound."""
        await self._runs.interrupt(task_id)
        return await self.task(task_id)

    async def prune(self, *, older_than: float | None = None, dry_run: bool = False) -> "Pruned":
        """Remove checkpoints, stored answers and events of old runs; return how many.

        Args:
            older_than: days since the end of a run; None: ROADMAP_KEEP_RUNS and ROADMAP_KEEP_EVENTS.
            dry_run: count only.
        """
        from orchestrator.workers.pruner import ages_of, prune

        ages = ages_of(self._resources.settings, older_than)
        return await prune(self._database, ages, dry_run=dry_run)

    async def _view_of(self, request: Coroutine[Any, Any, TaskRow]) -> TaskView:
        return await self.task((await self._runs.request(request)).task_id)

    @asynccontextmanager
    async def step(self, task_id: str) -> AsyncIterator["Stepper"]:
        """Open a stepper on a task that this orchestrator has started (create, retry, modify, resume).

        The orchestrator must be opened with kind="stepper". Raises NotFound, and Superseded if another process cancels
        or takes the task meanwhile.
        """
        from orchestrator.execution.stepper import open_stepper

        async with self._database.transaction() as session:
            row = await tasks.get_task(session, task_id)
        async with open_stepper(self._resources, row) as stepper:
            yield stepper

    async def wait(self, task_id: str) -> TaskView:
        """Wait for the end of a task, wherever it runs, and return it. Raises NotFound.

        A task that runs in this process is also returned when it begins to wait for a review.
        """
        if not await self._runs.wait(task_id):
            async with aclosing(self.follow(task_id)) as events:
                async for _ in events:
                    pass
        return await self.task(task_id)

    async def _close(self) -> None:
        await self._runs.close()
        await self.events.close()


def _request_of(request: LearningRequest | str) -> LearningRequest:
    """Return the request of a goal alone. Raises InvalidInput."""
    if not isinstance(request, str):
        return request
    try:
        return LearningRequest(preferences=Preferences(learning_goal=request))
    except ValidationError as error:
        raise invalid(error) from error
