"""The shape of every request for a new run: one transaction that takes its locks in one order.

The order, which docs/architecture.md gives for the whole system, is that of the lines of `NewRun._transaction`:
Idempotency-Key, user, tasks, roadmap, place among the active tasks, contents. A subclass fills in what it locks and
writes at each of them, and takes no lock elsewhere. A request that is refused leaves no row.

In the foreground the task is `processing` under the lease of this process at once. Detached it is `pending`, which is
its place in the queue, and workers are notified after the commit.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from domain.content_types import CONTENT_SPECS
from domain.errors import Conflict, InvalidInput, NotFound
from domain.parts import lessons_in
from domain.request import usable_user_id
from domain.vocabulary import ContentType, TaskStatus, TaskType
from nodes.state import Json
from orchestrator.commands import transitions
from orchestrator.commands.author_guard import words_need_a_model
from orchestrator.commands.lesson_rules import lesson_uses
from orchestrator.commands.request_context import Terms, admit, forget, task_of_earlier_request
from orchestrator.commands.run_request import RetryRequest
from orchestrator.process.wakeups import wake_workers
from orchestrator.resources import OrchestratorResources
from repository.contents import content_queries, contents
from repository.contents.claims import Claimable
from repository.db.database import Session
from repository.roadmaps import roadmaps, wishes
from repository.runs import tasks
from repository.runs.events import append_events
from repository.runs.workers import retry_past_stalled_sessions
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow


async def prepare_process(resources: OrchestratorResources, *, detach: bool) -> None:
    """Commit the lease of this process before a task names it. Raises InvalidInput if the process runs nothing."""
    if detach:
        return
    if not resources.can_run:
        raise InvalidInput(f"A process that was opened with kind={resources.kind!r} runs nothing: pass detach=True.")
    await resources.lease.begin()


@dataclass(slots=True)
class NewRun:
    """A request for a new run; `task` is filled until it is inserted."""

    resources: OrchestratorResources
    task: TaskRow
    terms: Terms
    detach: bool

    async def make(self) -> TaskRow | None:
        """Make the request, or return the task that the same request made before. None if there is nothing to do."""
        await prepare_process(self.resources, detach=self.detach)
        task = await retry_past_stalled_sessions(self.resources.database, self._transaction)
        if self.detach and task is not None:
            await wake_workers(self.resources.database)
        return task

    async def _transaction(self, session: Session) -> TaskRow | None:
        if (earlier := await task_of_earlier_request(session, self.terms, self.task)) is not None:
            return earlier
        await self.check_user(session)
        rival = await self.lock_rival(session)
        size = await self.lock_roadmap(session)
        if size == 0:
            await forget(session, self.terms)
            return None
        await transitions.settle_stale_conflict(session, rival)
        task = await self._insert(session, size)
        await self.claim(session, task)
        return task

    async def check_user(self, session: Session) -> None:
        """Set the user of the task, and hold the user while active runs are counted."""
        raise NotImplementedError

    async def lock_rival(self, session: Session) -> TaskRow | None:  # noqa: ARG002
        """Lock the active task that has the place which this one needs."""
        return None

    async def lock_roadmap(self, session: Session) -> int | None:
        """Lock or insert the row of the roadmap, and fill `user_request` of the task.

        Return the number of contents of the run if it is known; 0: there is nothing to do.
        """
        raise NotImplementedError

    async def claim(self, session: Session, task: TaskRow) -> None:
        """Claim the contents of the run for the inserted task."""

    async def _insert(self, session: Session, size: int | None) -> TaskRow:
        """Insert the task and its first events."""
        request, trace = self.task.user_request or {}, {} if self.terms.trace is None else {"trace": self.terms.trace}
        task = await tasks.create_task(
            session,
            self.task.task_id,
            self.task.user_id,
            request | trace,
            TaskType(self.task.task_type),
            self.task.concept_id,
            ContentType(self.task.content_type) if self.task.content_type else None,
            roadmap_id=self.task.roadmap_id,
            status=TaskStatus.PENDING if self.detach else TaskStatus.PROCESSING,
            worker_id=None if self.detach else self.resources.lease.worker_id,
        )
        payload: Json = {"task_type": task.task_type, "roadmap_id": task.roadmap_id, "user_id": task.user_id} | trace
        payload |= self.terms.asked_by(task.user_id)
        if size is not None:
            payload["contents"] = size
        if pace := request.get("pace"):
            payload["pace"] = pace
        events: list[tuple[str, Json]] = [("run_requested", payload)]
        if not self.detach:
            events.append(("run_started", {"attempt": task.attempt, "worker_id": task.worker_id}))
        await append_events(session, task.task_id, events, last=0)
        return task


@dataclass(slots=True)
class RunOnRoadmap(NewRun):
    """A request for a run on a roadmap whose structure is accepted."""

    roadmap_id: str
    request: RetryRequest

    async def make(self) -> TaskRow | None:
        await asyncio.to_thread(lesson_uses)
        return await NewRun.make(self)

    async def check_user(self, session: Session) -> None:
        """The run belongs to the user of the request, else to the owner of the roadmap.

        Raises NotFound and LimitReached.
        """
        roadmap = await roadmaps.get_roadmap_metadata(session, self.roadmap_id, owner=self.terms.owner)
        self.task.user_id = usable_user_id(self.request.user_id) if self.request.user_id else roadmap.user_id
        await admit(session, self.terms, self.task.user_id)

    async def lock_roadmap(self, session: Session) -> int | None:
        """Hold the structure until the request is committed, and give every concept the rows of its contents.

        Raises Conflict for a roadmap without an accepted structure, or in the bin.
        """
        roadmap = await roadmaps.lock_roadmap(session, self.roadmap_id)
        if roadmap.framework_version == 0:
            active = await tasks.get_active_task_by_roadmap_id(session, self.roadmap_id)
            state = f"task {active.task_id} is creating it" if active else "the run that should create it has ended"
            raise Conflict(f"Roadmap {self.roadmap_id} has no accepted framework yet: {state}.")
        concepts = roadmaps.framework_of(roadmap).concepts()
        await contents.ensure_contents(session, self.roadmap_id, [concept.concept_id for concept in concepts])
        return await self.choose(session, roadmap)

    async def is_by_rules(self, session: Session) -> bool:
        """Return whether rules will write for this request, so that instructions cannot be followed."""
        return await words_need_a_model(session, self.resources, self.roadmap_id, detach=self.detach)

    async def keep_wish(self, session: Session, task: TaskRow, claimed: Sequence[Claimable]) -> None:
        """Store the instructions of the request with the contents, whose later versions follow them too."""
        if wish := (self.request.instructions or "").strip():
            wish = wish if self.request.lesson_id is None else f"For lesson {self.request.lesson_id} only: {wish}"
            contents_of_wish = [(content.concept_id, content.content_type) for content in claimed]
            await wishes.add_wishes(session, task.task_id, self.roadmap_id, contents_of_wish, wish)

    async def choose(self, session: Session, roadmap: RoadmapRow) -> int | None:
        """Fill `user_request` of the task; the result is that of `lock_roadmap`."""
        raise NotImplementedError


def check_concept(roadmap: RoadmapRow, concept_id: str) -> None:
    """Check that a roadmap has a concept. Raises NotFound."""
    if roadmaps.framework_of(roadmap).find(concept_id) is None:
        known = f"`roadmap show {roadmap.roadmap_id}` lists them"
        raise NotFound(f"Roadmap {roadmap.roadmap_id} has no concept {concept_id}; {known}.")


async def check_lesson(session: Session, task: TaskRow, lesson_id: str) -> None:
    """Check that the content which a task is about has a lesson. Raises InvalidInput and NotFound."""
    of_type, concept_id = ContentType(task.content_type or ""), task.concept_id or ""
    noun = CONTENT_SPECS[of_type].noun
    versions = await content_queries.versions_of(session, task.roadmap_id or "", concept_id, of_type)
    lessons = [lesson.lesson_id for lesson in lessons_in(versions[0].payload)] if versions else []
    if not lessons:
        reason = "does not consist of several lessons" if versions else "has not been written yet"
        raise InvalidInput(f"The {noun} of {concept_id} {reason}: retry it as a whole.")
    if lesson_id not in lessons:
        raise NotFound(f"The {noun} of {concept_id} has no such lesson; its lessons are {', '.join(lessons)}.")


async def check_free(session: Session, claimable: Sequence[Claimable]) -> None:
    """Check that no live task holds one of these contents. Raises Conflict that names it."""
    holder = next((content.holder for content in claimable if content.holder), None)
    if holder is not None:
        raise tasks.active_task_conflict(await tasks.get_task(session, holder))
