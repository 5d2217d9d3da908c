"""Views of tasks and roadmaps, and the status check of a roadmap."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.authors import kind_of
from domain.content_types import CONTENT_SPECS, ContentSpec
from domain.course.book import CourseBook
from domain.framework import Framework
from domain.pace.pace import Pace
from domain.vocabulary import FINAL, ContentStatus, ContentType, TaskStatus, TaskType
from domain.waits.model_wait import ModelWait, parse_wait
from repository.contents import content_queries
from repository.contents.content_queries import ContentState
from repository.db.database import Session
from repository.ledger.calls import plan_author
from repository.roadmaps import roadmaps
from repository.roadmaps.books import parse_book
from repository.runs import live_tasks as liveness
from repository.runs import tasks
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

AnyTaskType = Annotated[TaskType | str, Field(union_mode="left_to_right")]
AnyContentType = Annotated[ContentType | str, Field(union_mode="left_to_right")]
"""Types of stored tasks: a str where a package that is not installed here declares the type."""


class View(BaseModel):
    """Base of what queries return as JSON."""

    model_config = ConfigDict(frozen=True)


class TaskView(View):
    """A task as it is shown everywhere."""

    task_id: str
    roadmap_id: str | None
    status: TaskStatus
    current_step: str
    task_type: AnyTaskType
    execution_summary: dict[str, Any] | None
    user_id: str
    concept_id: str | None
    content_type: AnyContentType | None
    attempt: int
    error_message: str | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    live: bool
    """It is queued, waits for a review, or a live process runs it."""
    waiting_for_worker: bool
    """It is queued."""
    waiting_for_model: ModelWait | None = None
    """What it waits for while a model is busy or unreachable."""
    seconds: float = 0.0
    """Seconds for which workers have held it so far, without the time in the queue and in reviews."""
    pace: Pace | None = None
    """Its deadline and hours as they were understood; null for tasks of older versions."""


class StaleConcept(View):
    """A content that is unfinished although no live task will finish it."""

    concept_id: str
    concept_name: str
    content_type: ContentType
    current_status: ContentStatus


class OutOfDateConcept(View):
    """A content that was made from another lesson than the newest one."""

    concept_id: str
    concept_name: str
    content_type: ContentType


class ActiveTask(View):
    """A live task of a roadmap."""

    task_id: str
    task_type: AnyTaskType
    status: TaskStatus
    current_step: str
    concept_id: str | None
    content_type: AnyContentType | None
    waiting_for_worker: bool
    waiting_for_model: ModelWait | None = None


class StatusCheck(View):
    """The live tasks, the stale contents and those that are out of date of a roadmap at one moment."""

    roadmap_id: str
    has_active_task: bool
    active_tasks: list[ActiveTask]
    stale_concepts: list[StaleConcept]
    """Empty while a task is active."""
    out_of_date_concepts: list[OutOfDateConcept] = []
    """Contents made from another lesson than the newest one, in learning order."""


class RoadmapView(View):
    """A roadmap with the states of its contents and its active tasks."""

    roadmap_id: str
    user_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    framework_version: int
    framework: Framework | None
    course_book: CourseBook | None = None
    """The course book; None for roadmaps without one."""
    contents: list[ContentState]
    active_tasks: list[TaskView]
    pace: Pace | None = None
    """As it is now; null for roadmaps of older versions (`Paces` reads theirs too)."""
    plan_author: str | None = None
    """Name of the author that designed it; None without a plan, or if it is not known."""

    @property
    def by_rules(self) -> bool:
        """Whether no model was asked for the plan: rules wrote it, or it is a recording."""
        return self.plan_author is not None and kind_of(self.plan_author) != "model"

    def state(self, concept_id: str, content_type: ContentType) -> ContentState | None:
        """Return the state of one content, or None."""
        return next((c for c in self.contents if (c.concept_id, c.content_type) == (concept_id, content_type)), None)

    def as_json(self) -> dict[str, Any]:
        """Return the framework with statuses, versions and counts merged into its concepts."""
        if self.framework is None:
            return {"roadmap_id": self.roadmap_id, "title": self.title, "stages": []}
        merged = self.framework.model_dump(mode="json")
        states = {(state.concept_id, state.content_type): state for state in self.contents}
        for stage in merged["stages"]:
            for module in stage["modules"]:
                for concept in module["concepts"]:
                    for content_type, spec in CONTENT_SPECS.items():
                        concept |= _merged(spec, states.get((concept["concept_id"], content_type)))
        return merged


def _merged(spec: ContentSpec[Any], state: ContentState | None) -> dict[str, Any]:
    prefix = spec.status_prefix
    merged: dict[str, Any] = {
        f"{prefix}_status": state.status if state else ContentStatus.PENDING,
        f"{prefix}_version": state.version if state else 0,
        f"{prefix}_stale": state.stale if state else False,
        f"{prefix}_out_of_date": state.out_of_date if state else False,
    }
    if spec.count_field is not None:
        merged[spec.count_field] = state.items if state else 0
    return merged


async def task_views(session: Session, rows: Sequence[TaskRow]) -> list[TaskView]:
    """Return the views of these rows, in the same order."""
    return [
        TaskView(
            **row.model_dump(include=set(TaskView.model_fields)),
            live=live,
            waiting_for_worker=waiting,
            waiting_for_model=parse_wait(wait),
            seconds=_worked(row, seconds),
            pace=_pace(tasks.request_of(row).get("pace")),
        )
        for row, live, waiting, seconds, wait in await liveness.with_liveness(session, rows)
    ]


def _worked(row: TaskRow, held: float) -> float:
    """Return the seconds of the summary for a run that has ended: older rows have no other number."""
    summary_seconds = (row.execution_summary or {}).get("seconds") if row.status in FINAL else None
    return round(held if summary_seconds is None else summary_seconds, 3)


def _pace(stored: Any) -> Pace | None:
    try:
        return None if stored is None else Pace.model_validate(stored)
    except ValidationError:  # written by another version of this program
        return None


async def roadmap_view(session: Session, roadmap_id: str, *, owner: str | None = None) -> RoadmapView:
    """Return a roadmap. Raises NotFound."""
    row = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    active = await task_views(session, await tasks.get_active_tasks_by_roadmap_id(session, roadmap_id))
    author = await plan_author(session, roadmap_id)
    return _roadmap_view(row, await content_queries.states(session, roadmap_id), active, author)


_FIELDS: Final = {"roadmap_id", "user_id", "title", "created_at", "updated_at", "deleted_at", "framework_version"}


def _roadmap_view(
    row: RoadmapRow, states: list[ContentState], active: list[TaskView], author: str | None
) -> RoadmapView:
    return RoadmapView(
        **row.model_dump(include=_FIELDS),
        framework=_framework(row),
        course_book=parse_book(row.course_book),
        contents=states,
        active_tasks=active,
        pace=_pace(row.pace),
        plan_author=author,
    )


def _framework(row: RoadmapRow) -> Framework | None:
    return roadmaps.framework_of(row) if row.framework_data else None


async def active_tasks(session: Session, roadmap_id: str, *, owner: str | None = None) -> list[ActiveTask]:
    """Return the live tasks of a roadmap, newest first. Raises NotFound."""
    rows = await liveness.live_tasks_of(session, roadmap_id, owner=owner)
    return [ActiveTask(**row | {"waiting_for_model": parse_wait(row["waiting_for_model"])}) for row in rows]


async def status_check(session: Session, roadmap_id: str, *, owner: str | None = None) -> StatusCheck:
    """Return the live tasks, newest first; if there are none, the stale contents; and contents that are out of date.

    Contents are in learning order. Raises NotFound.
    """
    live = await active_tasks(session, roadmap_id, owner=owner)
    stale = [] if live else await content_queries.stale_contents(session, roadmap_id)
    out_of_date = await content_queries.out_of_date_contents(session, roadmap_id)
    names = await roadmaps.concept_names(session, roadmap_id) if stale or out_of_date else {}
    order = {concept_id: index for index, concept_id in enumerate(names)}
    check = StatusCheck(
        roadmap_id=roadmap_id,
        has_active_task=bool(live),
        active_tasks=live,
        stale_concepts=[
            StaleConcept(
                concept_id=concept_id,
                concept_name=names[concept_id],
                content_type=content_type,
                current_status=status,
            )
            for concept_id, content_type, status in sorted(stale, key=lambda one: (order.get(one[0], 0), one[1]))
            if concept_id in names
        ],
    )
    marked = [
        OutOfDateConcept(concept_id=concept_id, concept_name=names[concept_id], content_type=content_type)
        for concept_id, content_type in sorted(out_of_date, key=lambda one: (order.get(one[0], 0), one[1]))
        if concept_id in names
    ]
    return check.model_copy(update={"out_of_date_concepts": marked}) if marked else check
