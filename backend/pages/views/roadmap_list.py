"""A roadmap on the shelf of the home page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.pages.views.status_labels import STATUS_NAMES, Look
from domain.vocabulary import ContentType, TaskStatus
from rendering.text.event_text import doing
from rendering.text.text import hours
from repository.roadmaps.summaries import ShelvedRoadmap


@dataclass(frozen=True, slots=True)
class Book:
    roadmap_id: str
    title: str
    look: Look
    state: str
    hours: str
    weeks: int
    concepts: int
    done: int
    contents: int
    completed: int
    broken: bool
    deleted_at: datetime | None

    @property
    def written(self) -> bool:
        """Whether nothing is left to write, so that what counts is how much of it was learned."""
        return self.completed == self.contents

    @property
    def moves(self) -> bool:
        """Whether something may happen to it soon."""
        return self.look in {"waiting", "generating", "stale"}

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.concepts) if self.concepts else 0


def book_of(row: ShelvedRoadmap, learned: Mapping[str, int]) -> Book:
    """`learned`: how many concepts the reader has done, by roadmap id."""
    look, state = _standing(row)
    return Book(
        roadmap_id=row.roadmap_id,
        title=row.title,
        look=look,
        state=state,
        hours=hours(row.hours),
        weeks=row.weeks,
        concepts=row.contents // len(ContentType),
        done=min(learned.get(row.roadmap_id, 0), row.contents // len(ContentType)),
        contents=row.contents,
        completed=row.completed,
        broken=bool(row.failed or row.stale),
        deleted_at=row.deleted_at,
    )


def _standing(row: ShelvedRoadmap) -> tuple[Look, str]:
    match row.task_status:
        case TaskStatus.PENDING:
            return "waiting", "Waits for a worker" if row.task_waiting else "In the queue"
        case TaskStatus.PROCESSING if row.task_live:
            return "generating", doing(row.task_step or "")
        case TaskStatus.PROCESSING:
            return "stale", "Stale: its process died"
        case TaskStatus.HUMAN_REVIEW_PENDING:
            return "review", STATUS_NAMES[TaskStatus.HUMAN_REVIEW_PENDING]
        case TaskStatus.CANCELLED if row.framework_version == 0:
            return "cancelled", "Cancelled before there was a plan"
        case _ if row.framework_version == 0:
            return "failed", "It has no plan: the run failed"
    if row.failed:
        return "failed", f"{row.failed} {'content' if row.failed == 1 else 'contents'} failed"
    if row.stale:
        return "stale", f"{row.stale} never finished"
    return "completed", "Ready to read"
