"""A run as a row of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.pages.views.status_labels import Look, task_look, task_name
from domain.vocabulary import ACTIVE, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.languages.translation import _
from rendering.text.event_text import doing
from rendering.text.task_text import label_of
from rendering.text.text import dollars, seconds
from repository.ledger.calls import TaskUsage

STEP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class TaskLine:
    task_id: str
    roadmap_id: str | None
    user_id: str
    name: str
    look: Look
    state: str
    active: bool
    step: str
    created_at: datetime
    took: str
    cost: str
    """Empty where nothing was paid."""
    about: str


def task_line(task: TaskView, names: Mapping[str, str], used: TaskUsage | None = None) -> TaskLine:
    """Return the row of a run. `names`: names of concepts by id. `used`: according to the ledger."""
    name, concept = task_name(task.task_type), task.concept_id
    return TaskLine(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id,
        user_id=task.user_id,
        name=_("{type}: {name}", type=name, name=names.get(concept, concept)) if concept else name,
        look=task_look(task),
        state=label_of(task),
        active=task.status in ACTIVE,
        step=doing(task.current_step),
        created_at=task.created_at,
        took=_took(task),
        cost=dollars(used.cost, used.unpriced_calls) if used and (used.cost or used.unpriced_calls) else "",
        about=_about(task),
    )


def _took(task: TaskView) -> str:
    """Return the time for which workers held a run. It changes every ten seconds while that goes on."""
    held = task.seconds
    if task.status is TaskStatus.PROCESSING and task.live:
        if held < STEP_SECONDS:
            return _("just started")
        return _("{duration} so far", duration=seconds(held - held % STEP_SECONDS))
    return seconds(held)


def _about(task: TaskView) -> str:
    summary = task.execution_summary or {}
    counts = ""
    if summary.get("total"):
        counts = _("{number} of {total} contents", number=summary["completed"], total=summary["total"])
    return _("; ").join(filter(None, [counts, task.error_message or ""]))
