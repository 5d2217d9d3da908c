"""Runs: list, read, review, cancel and resume them, and list their events."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.api.answers import STARTED, TaskPage, hides, started
from backend.api.roadmap_schemas import BookAnswer
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.inputs import RoadmapFilter, TaskId, UserFilter, decision_of, terms_of
from backend.openapi import documented
from backend.paging import Cursor, Limit, cut, decode
from domain.course.edits import book_of_json
from domain.request import Shape, Words
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.commands.request_context import Terms
from orchestrator.learners.proposals import Proposal
from orchestrator.queries.status import TaskView

router = APIRouter(prefix="/tasks", tags=["tasks"])


class ReviewBody(Shape):
    """A decision on a review; a rejection needs feedback."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"approved": False, "feedback": "put the basics of Git first"}]}
    )

    approved: bool
    feedback: Words = ""
    round: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The round that the reviewer has seen; a conflict if another one is open."
    )


class BookBody(Shape):
    """A course book that replaces the one under review."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"course_book": {"glossary": [{"term": "row", "meaning": "one record"}]}}]}
    )

    course_book: dict[str, Any] = Field(description="As `GET` returns it, with changes.")
    round: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The round that the editor has seen; a conflict if another one is open."
    )


class EventAnswer(BaseModel):
    task_id: str
    sequence: int
    type: str
    payload: dict[str, Any]
    created_at: datetime


class EventPage(BaseModel):
    events: list[EventAnswer]
    next: int | None = Field(description="Value of `after` for the next page; null if there are no more events now.")


@router.get("", responses=documented(404, 422))
async def list_tasks(
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    status: Annotated[list[TaskStatus] | None, Query(description="Only runs with one of these statuses.")] = None,
    task_type: Annotated[list[TaskType] | None, Query(description="Only runs of one of these types.")] = None,
    roadmap_id: RoadmapFilter = None,
    user_id: UserFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TaskPage:
    """A page of runs, newest first."""
    before = decode(cursor)
    if hides(caller.reads, user_id):
        return TaskPage(tasks=[], next=None)
    tasks = await orchestrator.tasks.page(
        roadmap_id=roadmap_id,
        user_id=user_id,
        statuses=status or (),
        task_types=task_type or (),
        before=before,
        limit=limit + 1,
        owner=caller.reads,
    )
    shown, following = cut(tasks, limit, lambda task: (task.created_at, task.task_id))
    return TaskPage(tasks=list(shown), next=following)


@router.get("/{task_id}", responses=documented(404, 422))
async def read_task(task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> TaskView:
    """One run."""
    return await orchestrator.task(task_id, owner=caller.reads)


@router.post("/{task_id}/review", status_code=202, responses=documented(400, 404, 409, 413, 415, 422) | STARTED)
async def review_task(
    request: Request,
    response: Response,
    task_id: TaskId,
    body: ReviewBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
) -> TaskView:
    """Answer a review, so that the run continues. Of several concurrent answers one counts."""
    decision = decision_of(body.approved, body.feedback, by=caller.user_id, round=body.round)
    terms = terms_of(request, caller, settings, owner=caller.reviews)
    task = await orchestrator.review(task_id, decision, detach=True, terms=terms)
    started(request, response, task)
    return task


@router.get("/{task_id}/proposal", responses=documented(404, 409, 422))
async def read_proposal(task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> Proposal:
    """What the plan under review does with contents, its warnings, and about what it costs. Buys nothing."""
    return await orchestrator.proposal(task_id, owner=caller.reads)


@router.get("/{task_id}/course-book", responses=documented(404, 422))
async def read_course_book_of_task(task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> BookAnswer:
    """The course book as a run proposes it, with the edits of its open review."""
    return BookAnswer(course_book=await orchestrator.structures.book_under_review(task_id, owner=caller.reads))


@router.put("/{task_id}/course-book", responses=documented(400, 404, 409, 413, 415, 422))
async def edit_course_book(
    task_id: TaskId, body: BookBody, caller: CallerDep, orchestrator: OrchestratorDep
) -> BookAnswer:
    """Replace the course book of a run whose review is open; it stays open. Of several edits the last one counts."""
    book = book_of_json(body.course_book)
    terms = Terms(owner=caller.reviews)
    edited = await orchestrator.edit_book(task_id, book, round=body.round, by=caller.user_id, terms=terms)
    return BookAnswer(course_book=edited)


@router.post("/{task_id}/cancel", responses=documented(404, 409, 422))
async def cancel_task(request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> TaskView:
    """Cancel an active run. After the response, the run makes no further model calls."""
    request.state.task_id = task_id
    return await orchestrator.cancel(task_id, terms=Terms(owner=caller.writes))


@router.post("/{task_id}/resume", status_code=202, responses=documented(404, 409, 422) | STARTED)
async def resume_task(
    request: Request,
    response: Response,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
) -> TaskView:
    """Continue a failed, cancelled, stale or queued run from where it stopped."""
    terms = terms_of(request, caller, settings, owner=caller.writes)
    task = await orchestrator.resume(task_id, detach=True, terms=terms)
    started(request, response, task)
    return task


@router.get("/{task_id}/events", responses=documented(404, 422))
async def list_events(
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    after: Annotated[int, Query(ge=0, le=2_000_000_000, description="Only events after this sequence.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventPage:
    """A page of the events of a run, oldest first."""
    events = await orchestrator.events.page(task_id, after, limit + 1, owner=caller.reads)
    shown = events[:limit]
    return EventPage(
        events=[EventAnswer.model_validate(event, from_attributes=True) for event in shown],
        next=shown[-1].sequence if len(events) > limit else None,
    )
