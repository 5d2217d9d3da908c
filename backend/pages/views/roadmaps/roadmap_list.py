"""A roadmap in the list on the home page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.pages.views.status_labels import TASK_LOOKS, Look
from domain.vocabulary import ACTIVE, TaskStatus
from rendering.languages.translation import _
from rendering.text.event_text import doing
from rendering.text.task_text import LABELS, state_of
from rendering.text.text import counted, hours
from repository.roadmaps.summaries import ListedRoadmap


@dataclass(frozen=True, slots=True)
class RoadmapCard:
    roadmap_id: str
    title: str
    look: Look
    state: str
    hours: str
    concepts: int
    done: int
    contents: int
    completed: int
    broken: bool
    deleted_at: datetime | None

    @property
    def written(self) -> bool:
        """Whether all contents are written, so that the card shows the learning progress."""
        return self.completed == self.contents

    @property
    def is_changing(self) -> bool:
        """Whether its state may change soon."""
        return self.look in {"waiting", "generating", "stale"}

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.concepts) if self.concepts else 0


def roadmap_card(row: ListedRoadmap, learned: Mapping[str, int]) -> RoadmapCard:
    """Return the card of a roadmap. `learned`: number of concepts the reader has learned, by roadmap id."""
    look, state = _state(row)
    return RoadmapCard(
        roadmap_id=row.roadmap_id,
        title=row.title,
        look=look,
        state=state,
        hours=hours(row.hours),
        concepts=row.concepts,
        done=min(learned.get(row.roadmap_id, 0), row.concepts),
        contents=row.contents,
        completed=row.completed,
        broken=bool(row.failed or row.stale),
        deleted_at=row.deleted_at,
    )


def _state(row: ListedRoadmap) -> tuple[Look, str]:
    """Return the look and the label of a roadmap: of its active run, else of its contents."""
    if row.task_status in ACTIVE:
        state = state_of(TaskStatus(row.task_status), live=row.task_live, waiting_for_worker=row.task_waiting)
        return TASK_LOOKS[state], doing(row.task_step or "") if state == "running" else _(LABELS[state])
    if row.framework_version == 0:
        if row.task_status is TaskStatus.CANCELLED:
            return "cancelled", _("Cancelled before the plan was ready")
        return "failed", _("No plan: the run failed")
    if row.failed:
        return "failed", _("{contents} failed", contents=counted(row.failed, "content"))
    if row.stale:
        return "stale", _("{number} never finished", number=row.stale)
    if row.out_of_date:
        return "completed", _("Ready to read, {number} out of date", number=row.out_of_date)
    return "completed", _("Ready to read")
