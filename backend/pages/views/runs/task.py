"""A run as a row of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.pages.views.status_labels import Look, task_look, task_name
from orchestrator.queries.status import TaskView
from rendering.languages.translation import _
from rendering.text.event_text import doing
from rendering.text.task_text import label_of
from rendering.text.text import seconds


@dataclass(frozen=True, slots=True)
class TaskLine:
    task_id: str
    roadmap_id: str | None
    user_id: str
    name: str
    look: Look
    state: str
    step: str
    created_at: datetime
    took: str
    about: str


def task_line(task: TaskView, names: Mapping[str, str]) -> TaskLine:
    """Return the row of a run. `names`: names of concepts by id."""
    name = task_name(task.task_type)
    return TaskLine(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id,
        user_id=task.user_id,
        name=f"{name}: {names.get(task.concept_id, task.concept_id)}" if task.concept_id else name,
        look=task_look(task),
        state=label_of(task),
        step=doing(task.current_step),
        created_at=task.created_at,
        took=seconds(task.seconds),
        about=_about(task),
    )


def _about(task: TaskView) -> str:
    summary = task.execution_summary or {}
    counts = ""
    if summary.get("total"):
        counts = _("{number} of {total} contents", number=summary["completed"], total=summary["total"])
    return "; ".join(filter(None, [counts, task.error_message or ""]))
