"""Requests for runs, new (the shape is in new_run.py) or continued. Each is one transaction.

Every function takes `detach`, which leaves the run to a worker, and `terms`, the user and the limits of the request.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from domain.editing.review import Decision
from domain.errors import InvalidInput
from domain.identity import new_roadmap_id, new_task_id
from domain.pace.pace import DEFAULT_ZONE, Pace, read_pace, read_zone
from domain.request import LearningRequest, Preferences, check_languages, check_words, usable_user_id, usable_words
from domain.text.instructions import read_instructions
from domain.vocabulary import ACTIVE, RETRY_OF, ContentType, TaskStatus, TaskType
from orchestrator.commands import reviews, transitions
from orchestrator.commands.author_guard import check_author, check_types, refuse_words, words_need_a_model
from orchestrator.commands.lesson_rules import by_lesson, check_lessons, with_lessons
from orchestrator.commands.new_run import (
    NewRun,
    RunOnRoadmap,
    check_concept,
    check_free,
    check_lesson,
    prepare_process,
)
from orchestrator.commands.request_context import OPERATOR, Terms, admit
from orchestrator.commands.run_request import RetryRequest, ReviewRequest, retry_json
from orchestrator.process.wakeups import wake_workers
from orchestrator.queries.structures import under_review
from orchestrator.resources import OrchestratorResources
from repository.contents import claims
from repository.contents.claims import Claimable
from repository.db.database import Session
from repository.db.fence import Fence
from repository.roadmaps import roadmaps
from repository.runs import tasks
from repository.runs.workers import retry_past_stalled_sessions
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

DEFAULT_USER = "local"


async def request_creation(
    resources: OrchestratorResources,
    request: LearningRequest,
    review: ReviewRequest | None = None,
    *,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow:
    """Request a new roadmap.

    Raises InvalidInput for a goal without visible text, a deadline in the past, an unknown language or time zone.
    """
    goal = request.preferences.learning_goal
    check_words("learning_goal", goal)
    check_languages(request.preferences.model_dump())
    task = TaskRow(
        task_id=new_task_id(),
        user_id=DEFAULT_USER if request.user_id is None else usable_user_id(request.user_id),
        roadmap_id=new_roadmap_id(goal),
        task_type=TaskType.CREATION,
    )
    read_zone(terms.time_zone or DEFAULT_ZONE)
    return _made(await _Creation(resources, task, terms, detach, request, review).make())


@dataclass(slots=True)
class _Creation(NewRun):
    request: LearningRequest
    review: ReviewRequest | None

    _dated: tuple[Preferences, Pace] | InvalidInput | None = None

    async def make(self) -> TaskRow | None:
        # Before the transaction: the first reading loads data, which takes seconds on a busy machine.
        self._dated = await asyncio.to_thread(self._read_pace)
        return await NewRun.make(self)

    def _read_pace(self) -> tuple[Preferences, Pace] | InvalidInput:
        zone = self.terms.time_zone or DEFAULT_ZONE
        today = self.resources.clock().astimezone(read_zone(zone)).date()
        try:
            return read_pace(self.request.preferences, today, zone)
        except InvalidInput as error:
            return error

    async def check_user(self, session: Session) -> None:
        # Only here: a repeated request that was made yesterday may have a deadline that is past by now.
        if isinstance(self._dated, InvalidInput):
            raise self._dated
        assert self._dated is not None
        preferences, pace = self._dated
        request = self.request.model_copy(update={"preferences": preferences})
        self.task.user_request = (
            request.model_dump(mode="json", exclude_none=True)
            | (self.review.as_json() if self.review else {})
            | {"pace": pace.model_dump(mode="json")}
        )
        await admit(session, self.terms, self.task.user_id)

    async def lock_roadmap(self, session: Session) -> None:
        request = self.task.user_request or {}
        roadmap_id, goal = self.task.roadmap_id or "", self.request.preferences.learning_goal
        await roadmaps.reserve_roadmap(session, roadmap_id, self.task.user_id, title=goal, pace=request["pace"])


async def request_retry(
    resources: OrchestratorResources,
    roadmap_id: str,
    concept_id: str,
    content_type: ContentType,
    request: RetryRequest,
    *,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow:
    """Request a new version of one content.

    Raises NotFound, InvalidInput, LimitReached, Conflict that names the live task which works on it or on the first
    version of its lesson, and Conflict for a content that needs a lesson which nobody has written (lesson_rules.py).
    """
    task = TaskRow(
        task_id=new_task_id(),
        roadmap_id=roadmap_id,
        task_type=RETRY_OF[content_type],
        concept_id=concept_id,
        content_type=content_type,
    )
    return _made(await _Retry(resources, task, terms, detach, roadmap_id, request).make())


@dataclass(slots=True)
class _Retry(RunOnRoadmap):
    async def lock_rival(self, session: Session) -> TaskRow | None:
        return await transitions.lock_conflicting_task(session, self.task)

    async def choose(self, session: Session, roadmap: RoadmapRow) -> int:
        check_concept(roadmap, self.task.concept_id or "")
        self.task.user_request = await retry_json(session, self.task, roadmap, self.request, now=self.resources.clock())
        if self.request.instructions and await self.is_by_rules(session):
            refuse_words([ContentType(self.task.content_type or "")])
        if self.request.lesson_id is not None:
            await check_lesson(session, self.task, self.request.lesson_id)
            self.task.user_request["lesson"] = self.request.lesson_id
        return 1

    async def claim(self, session: Session, task: TaskRow) -> None:
        content_type = ContentType(task.content_type or "")
        locked = await claims.lock_contents(session, self.roadmap_id, with_lessons([content_type]), task.concept_id)
        claimable = [content for content in locked if content.content_type == content_type]
        await check_free(session, claimable)
        lessons = by_lesson(claimable, locked)
        await check_free(session, lessons.holders)
        check_lessons(lessons.refused)
        await claims.claim_contents(session, Fence(task.task_id, task.attempt), self.roadmap_id, claimable)
        await self.keep_wish(session, task, claimable)


async def request_batch(
    resources: OrchestratorResources,
    roadmap_id: str,
    content_types: Sequence[ContentType],
    request: RetryRequest,
    *,
    concept_id: str | None = None,
    out_of_date: bool = False,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow | None:
    """Request one run over all contents of these types that failed or are stale; None if there are none.

    With `out_of_date`: also over those made from another lesson than the newest one. With `concept_id`: over all
    contents of that concept. Contents that live tasks hold, and those whose lessons are missing (lesson_rules.py), are
    skipped. Raises NotFound, InvalidInput, LimitReached, and Conflict if all of them are skipped.
    """
    task = TaskRow(task_id=new_task_id(), roadmap_id=roadmap_id, task_type=TaskType.RETRY_BATCH)
    batch = _Batch(resources, task, terms, detach, roadmap_id, request, content_types, concept_id, out_of_date, [])
    return await batch.make()


@dataclass(slots=True)
class _Batch(RunOnRoadmap):
    content_types: Sequence[ContentType]
    concept_id: str | None
    out_of_date: bool
    claimable: list[Claimable]

    async def choose(self, session: Session, roadmap: RoadmapRow) -> int:
        """A batch has no place among the active tasks, so it may lock its contents before it is inserted."""
        if self.concept_id is not None:
            check_concept(roadmap, self.concept_id)
        if self.request.instructions and await self.is_by_rules(session):
            refuse_words(self.content_types)
        lessons = with_lessons(self.content_types)
        locked = await claims.lock_contents(session, self.roadmap_id, lessons, self.concept_id)
        asked = [content for content in locked if content.content_type in self.content_types]
        held = [content for content in asked if content.holder]
        sorted_ = by_lesson([content for content in asked if self._is_due(content)], locked)
        self.claimable = sorted_.possible
        if not self.claimable:
            await check_free(session, [*held, *sorted_.holders])
            check_lessons(sorted_.refused)
            return 0
        self.task.user_request = {
            **await retry_json(session, self.task, roadmap, self.request, now=self.resources.clock()),
            "content_types": list(self.content_types),
            "skipped": len(held) + len(sorted_.held) + len(sorted_.refused),
        }
        return len(self.claimable)

    def _is_due(self, content: Claimable) -> bool:
        if content.holder is not None:
            return False
        return content.needs_generation or self.concept_id is not None or (self.out_of_date and content.out_of_date)

    async def claim(self, session: Session, task: TaskRow) -> None:
        await claims.claim_contents(session, Fence(task.task_id, task.attempt), self.roadmap_id, self.claimable)
        await self.keep_wish(session, task, self.claimable)


async def request_modification(
    resources: OrchestratorResources,
    roadmap_id: str,
    request: RetryRequest,
    review: ReviewRequest | None = None,
    *,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow:
    """Request a change of the structure, in the words of `request.instructions`.

    Raises NotFound, InvalidInput, LimitReached, and Conflict while another run makes or changes the structure.
    """
    usable_words("instructions", request.instructions or "")
    task = TaskRow(task_id=new_task_id(), roadmap_id=roadmap_id, task_type=TaskType.MODIFICATION)
    return _made(await _Modification(resources, task, terms, detach, roadmap_id, request, review).make())


@dataclass(slots=True)
class _Modification(RunOnRoadmap):
    review: ReviewRequest | None

    async def lock_rival(self, session: Session) -> TaskRow | None:
        return await transitions.lock_conflicting_task(session, self.task)

    async def choose(self, session: Session, roadmap: RoadmapRow) -> None:
        instructions = usable_words("instructions", self.request.instructions or "")
        if await self.is_by_rules(session):
            read_instructions(instructions, roadmaps.framework_of(roadmap), self.resources.settings.max_concepts)
        self.task.user_request = {
            **await retry_json(session, self.task, roadmap, self.request, now=self.resources.clock()),
            "instructions": instructions,
            "base_version": roadmap.framework_version,
            **(self.review.as_json() if self.review else {}),
        }


async def request_decision(
    resources: OrchestratorResources, task_id: str, decision: Decision, *, detach: bool, terms: Terms = OPERATOR
) -> TaskRow:
    """Answer a review, see reviews.decide. Raises InvalidInput for a rejection without feedback."""
    if not decision.approved:
        check_words("feedback", decision.feedback)

    async def decide(session: Session, task: TaskRow, worker_id: str | None) -> TaskRow:
        by_rules = await words_need_a_model(session, resources, task.roadmap_id or "", detach=detach)
        if by_rules and not decision.approved and task.status == TaskStatus.HUMAN_REVIEW_PENDING:
            reviewed, _ = await under_review(session, task)
            read_instructions(decision.feedback, reviewed, resources.settings.max_concepts)
        return await reviews.decide(session, task.task_id, decision, worker_id)

    return await _continue(resources, task_id, decide, detach=detach, terms=terms)


async def request_resume(
    resources: OrchestratorResources, task_id: str, *, detach: bool, terms: Terms = OPERATOR
) -> TaskRow:
    """Continue a task, see transitions.resume. Raises also LimitReached."""

    async def resume(session: Session, task: TaskRow, worker_id: str | None) -> TaskRow:
        if task.status not in ACTIVE:
            await admit(session, terms, task.user_id)
        return await transitions.resume(session, task.task_id, worker_id, terms.asked_by(task.user_id))

    return await _continue(resources, task_id, resume, detach=detach, terms=terms)


async def _continue(
    resources: OrchestratorResources,
    task_id: str,
    transition: Callable[[Session, TaskRow, str | None], Awaitable[TaskRow]],
    *,
    detach: bool,
    terms: Terms,
) -> TaskRow:
    """Continue a task by `transition`, which takes the locks in the order of new_run.py, beginning with the user."""
    await prepare_process(resources, detach=detach)

    async def transaction(session: Session) -> TaskRow:
        task = await tasks.get_task(session, task_id, owner=terms.owner)
        if not detach:
            await check_author(session, task_id, resources.author.name)
            await check_types(session, task)
        return await transition(session, task, None if detach else resources.lease.worker_id)

    task = await retry_past_stalled_sessions(resources.database, transaction)
    if detach:
        await wake_workers(resources.database)
    return task


def _made(task: TaskRow | None) -> TaskRow:
    """Only a batch can find nothing to do."""
    assert task is not None
    return task
