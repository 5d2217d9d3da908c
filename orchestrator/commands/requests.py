"""Requests for runs. Each is one transaction: what it claims, the task, its first events, its queue entry.

A request that is refused leaves no row. In the foreground the row reads `processing` under this process's lease at
once; detached it is `pending`, and a queue entry wakes a worker when the transaction commits.
"""

from collections.abc import Sequence

from domain.editing.review import Decision
from domain.errors import Conflict, NotFound
from domain.identity import new_roadmap_id, new_task_id
from domain.pace.pace import DEFAULT_ZONE, read_pace, read_zone
from domain.request import LearningRequest, check_languages, check_words, usable_text, usable_user_id
from domain.text.instructions import read_instructions
from domain.vocabulary import ACTIVE, RETRY_OF, ContentType, TaskStatus, TaskType
from nodes.state import Json
from orchestrator.commands import reviews, transitions
from orchestrator.commands.request_context import OPERATOR, Terms, admit, asked_before, forget
from orchestrator.commands.run_request import RetryRequest, ReviewRequest, retry_json
from orchestrator.execution.author_guard import check_author, refuse_words, words_need_a_model
from orchestrator.resources import OrchestratorResources
from repository.db.database import Session
from repository.db.fence import Fence
from repository.roadmaps import claims, contents, roadmaps
from repository.roadmaps.claims import Claimable
from repository.runs import tasks
from repository.runs.events import append_events
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
    """A new roadmap. Raises InvalidInput for a goal of which nothing can be seen, a deadline that is past, and a
    language or a time zone that there is not."""
    check_words("learning_goal", request.preferences.learning_goal)
    check_languages(request.preferences.model_dump())
    user_id = DEFAULT_USER if request.user_id is None else usable_user_id(request.user_id)
    goal = request.preferences.learning_goal
    roadmap_id = new_roadmap_id(goal)
    wanted = TaskRow(task_id=new_task_id(), user_id=user_id, roadmap_id=roadmap_id, task_type=TaskType.CREATION)
    zone = terms.time_zone or DEFAULT_ZONE
    today = resources.clock().astimezone(read_zone(zone)).date()
    await _ready(resources, detach)

    async def create(session: Session) -> TaskRow:
        if (before := await asked_before(session, terms, wanted)) is not None:
            return before
        # Not before: what was asked for yesterday and is sent again has a deadline that may be past by now.
        preferences, pace = read_pace(request.preferences, today, zone)
        read = pace.model_dump(mode="json")
        asked = request.model_copy(update={"preferences": preferences}).model_dump(mode="json", exclude_none=True)
        wanted.user_request = asked | (review.as_json() if review else {}) | {"pace": read}
        await admit(session, terms, user_id)
        await roadmaps.reserve_roadmap(session, roadmap_id, user_id, title=goal, pace=read)
        return await _create(session, resources, wanted, detach=detach, terms=terms)

    return await retry_past_stalled_sessions(resources.database, create)


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
    """One content anew. Raises NotFound, InvalidInput, and Conflict naming the live task that works on it."""
    await _ready(resources, detach)
    wanted = TaskRow(
        task_id=new_task_id(),
        roadmap_id=roadmap_id,
        task_type=RETRY_OF[content_type],
        concept_id=concept_id,
        content_type=content_type,
    )

    async def retry(session: Session) -> TaskRow:
        if (before := await asked_before(session, terms, wanted)) is not None:
            return before
        wanted.user_id = await _whose(session, roadmap_id, request, terms)
        rival = await transitions.lock_conflicting_task(session, wanted)
        roadmap = await _accepted(session, roadmap_id)
        _check_concept(roadmap, concept_id)
        wanted.user_request = await retry_json(session, wanted, roadmap, request, now=resources.clock())
        if request.instructions and await words_need_a_model(session, resources, roadmap_id, detach=detach):
            refuse_words([content_type])
        await transitions.settle_stale_conflict(session, rival)
        task = await _create(session, resources, wanted, detach=detach, size=1, terms=terms)
        chosen = await claims.lock_contents(session, roadmap_id, [content_type], concept_id)
        await _refuse_if_held(session, chosen)
        await claims.claim_contents(session, Fence(task.task_id, task.attempt), roadmap_id, chosen)
        return task

    return await retry_past_stalled_sessions(resources.database, retry)


async def request_batch(
    resources: OrchestratorResources,
    roadmap_id: str,
    content_types: Sequence[ContentType],
    request: RetryRequest,
    *,
    concept_id: str | None = None,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow | None:
    """Everything that failed or is stale, by type; of one concept, all contents anew. None: there is nothing to do.

    What live tasks hold is skipped; raises NotFound, InvalidInput, and Conflict if they hold all of it.
    """
    await _ready(resources, detach)
    wanted = TaskRow(task_id=new_task_id(), roadmap_id=roadmap_id, task_type=TaskType.RETRY_BATCH)

    async def claim(session: Session) -> TaskRow | None:
        if (before := await asked_before(session, terms, wanted)) is not None:
            return before
        wanted.user_id = await _whose(session, roadmap_id, request, terms)
        roadmap = await _accepted(session, roadmap_id)
        if concept_id is not None:
            _check_concept(roadmap, concept_id)
        if request.instructions and await words_need_a_model(session, resources, roadmap_id, detach=detach):
            refuse_words(content_types)
        found = await claims.lock_contents(session, roadmap_id, content_types, concept_id)
        chosen = [content for content in found if content.wanted or (concept_id and not content.holder)]
        held = [content for content in found if content.holder]
        if not chosen:
            await _refuse_if_held(session, held)
            await forget(session, terms)
            return None
        wanted.user_request = {
            **await retry_json(session, wanted, roadmap, request, now=resources.clock()),
            "content_types": list(content_types),
            "skipped": len(held),
        }
        task = await _create(session, resources, wanted, detach=detach, size=len(chosen), terms=terms)
        await claims.claim_contents(session, Fence(task.task_id, task.attempt), roadmap_id, chosen)
        return task

    return await retry_past_stalled_sessions(resources.database, claim)


async def request_modification(
    resources: OrchestratorResources,
    roadmap_id: str,
    request: RetryRequest,
    review: ReviewRequest | None = None,
    *,
    detach: bool,
    terms: Terms = OPERATOR,
) -> TaskRow:
    """A change of the framework in words. Raises NotFound, InvalidInput, Conflict for another one that is active."""
    instructions = usable_text("instructions", request.instructions or "")
    await _ready(resources, detach)
    wanted = TaskRow(task_id=new_task_id(), roadmap_id=roadmap_id, task_type=TaskType.MODIFICATION)

    async def modify(session: Session) -> TaskRow:
        if (before := await asked_before(session, terms, wanted)) is not None:
            return before
        wanted.user_id = await _whose(session, roadmap_id, request, terms)
        rival = await transitions.lock_conflicting_task(session, wanted)
        roadmap = await _accepted(session, roadmap_id)
        if await words_need_a_model(session, resources, roadmap_id, detach=detach):
            read_instructions(instructions, roadmaps.framework_of(roadmap), resources.settings.max_concepts)
        await transitions.settle_stale_conflict(session, rival)
        wanted.user_request = {
            **await retry_json(session, wanted, roadmap, request, now=resources.clock()),
            "instructions": instructions,
            "base_version": roadmap.framework_version,
            **(review.as_json() if review else {}),
        }
        return await _create(session, resources, wanted, detach=detach, terms=terms)

    return await retry_past_stalled_sessions(resources.database, modify)


async def request_decision(
    resources: OrchestratorResources, task_id: str, decision: Decision, *, detach: bool, terms: Terms = OPERATOR
) -> TaskRow:
    """Answer a review (see reviews.decide). Raises InvalidInput for a rejection without words."""
    if not decision.approved:
        check_words("feedback", decision.feedback)
    await _ready(resources, detach)

    async def decide(session: Session) -> TaskRow:
        asked = await tasks.get_task(session, task_id, owner=terms.owner)
        if not detach:
            await check_author(session, task_id, resources.author.name)
        by_rules = await words_need_a_model(session, resources, asked.roadmap_id or "", detach=detach)
        if by_rules and not decision.approved and asked.status == TaskStatus.HUMAN_REVIEW_PENDING:
            reviewed = await reviews.framework_under_review(session, asked)
            read_instructions(decision.feedback, reviewed, resources.settings.max_concepts)
        task = await reviews.decide(session, task_id, decision, None if detach else resources.lease.worker_id)
        if detach:
            await resources.queue.enqueue(session, task_id)
        return task

    return await retry_past_stalled_sessions(resources.database, decide)


async def request_resume(
    resources: OrchestratorResources, task_id: str, *, detach: bool, terms: Terms = OPERATOR
) -> TaskRow:
    """Let a task go on (see transitions.resume)."""
    await _ready(resources, detach)

    async def resume(session: Session) -> TaskRow:
        task = await tasks.get_task(session, task_id, owner=terms.owner)
        if task.status not in ACTIVE:
            await admit(session, terms, task.user_id)
        if not detach:
            await check_author(session, task_id, resources.author.name)
        worker_id = None if detach else resources.lease.worker_id
        task = await transitions.resume(session, task_id, worker_id, terms.asked_by(task.user_id))
        if detach:
            await resources.queue.enqueue(session, task_id, urgent=_is_urgent(task))
        return task

    return await retry_past_stalled_sessions(resources.database, resume)


async def _ready(resources: OrchestratorResources, detach: bool) -> None:
    """The lease of a process is committed before any task names it."""
    if not detach:
        await resources.lease.begin()


async def _create(
    session: Session,
    resources: OrchestratorResources,
    wanted: TaskRow,
    *,
    detach: bool,
    terms: Terms,
    size: int | None = None,
) -> TaskRow:
    """`size`: how many contents the run is about, where that is known when it is requested."""
    traced = {} if terms.trace is None else {"trace": terms.trace}
    task = await tasks.create_task(
        session,
        wanted.task_id,
        wanted.user_id,
        (wanted.user_request or {}) | traced,
        TaskType(wanted.task_type),
        wanted.concept_id,
        ContentType(wanted.content_type) if wanted.content_type else None,
        roadmap_id=wanted.roadmap_id,
        status=TaskStatus.PENDING if detach else TaskStatus.PROCESSING,
        worker_id=None if detach else resources.lease.worker_id,
    )
    asked: Json = {"task_type": task.task_type, "roadmap_id": task.roadmap_id, "user_id": task.user_id} | traced
    asked |= terms.asked_by(task.user_id)
    if size is not None:
        asked["contents"] = size
    if pace := (wanted.user_request or {}).get("pace"):
        asked["pace"] = pace
    story: list[tuple[str, Json]] = [("run_requested", asked)]
    if not detach:
        story.append(("run_started", {"attempt": task.attempt, "worker_id": task.worker_id}))
    await append_events(session, task.task_id, story, last=0)
    if detach:
        await resources.queue.enqueue(session, task.task_id, urgent=_is_urgent(task))
    return task


def _is_urgent(task: TaskRow) -> bool:
    return task.task_type in RETRY_OF.values()


async def _whose(session: Session, roadmap_id: str, request: RetryRequest, terms: Terms) -> str:
    """Whose a run on this roadmap is, admitted by the terms. Raises NotFound and LimitReached."""
    roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
    user_id = usable_user_id(request.user_id) if request.user_id else roadmap.user_id
    await admit(session, terms, user_id)
    return user_id


async def _accepted(session: Session, roadmap_id: str) -> RoadmapRow:
    """A roadmap whose contents may be made, every one with its row; its structure stays until the request is made."""
    roadmap = await roadmaps.hold_roadmap(session, roadmap_id)
    if roadmap.framework_version == 0:
        active = await tasks.get_active_task_by_roadmap_id(session, roadmap_id)
        state = f"task {active.task_id} is making it" if active else "the run that was to make it ended before that"
        raise Conflict(f"Roadmap {roadmap_id} has no accepted framework yet: {state}.")
    concepts = roadmaps.framework_of(roadmap).concepts()
    await contents.ensure_contents(session, roadmap_id, [concept.concept_id for concept in concepts])
    return roadmap


def _check_concept(roadmap: RoadmapRow, concept_id: str) -> None:
    if roadmaps.framework_of(roadmap).find(concept_id) is None:
        known = f"`roadmap show {roadmap.roadmap_id}` lists them"
        raise NotFound(f"Roadmap {roadmap.roadmap_id} has no concept {concept_id}; {known}.")


async def _refuse_if_held(session: Session, found: Sequence[Claimable]) -> None:
    holder = next((content.holder for content in found if content.holder), None)
    if holder is not None:
        raise tasks.active_task_conflict(await tasks.get_task(session, holder))
