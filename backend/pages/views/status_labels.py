"""Labels of statuses on the pages. A look names a shape in symbols.svg and a colour in app.css."""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

from backend.pages.views.concepts.content_labels import CONTENT_LABELS_OF
from domain.text.language import direction, guess_language
from domain.vocabulary import RETRY_OF, ContentStatus, TaskType
from orchestrator.queries.status import TaskView
from rendering.languages.translation import N_, _
from rendering.text.task_text import TaskState, state_of_task
from repository.contents.content_queries import ContentState

Look = Literal["completed", "generating", "pending", "failed", "stale", "waiting", "cancelled", "partial", "review"]

CONTENT_NAMES: Final[Mapping[str, str]] = {kind: labels.name for kind, labels in CONTENT_LABELS_OF.items()}
TASK_NAMES: Final[Mapping[str, str]] = {
    TaskType.CREATION: N_("Creation"),
    **{RETRY_OF[kind]: labels.retry for kind, labels in CONTENT_LABELS_OF.items()},
    TaskType.RETRY_BATCH: N_("Retry of failed contents"),
    TaskType.MODIFICATION: N_("Change"),
}
TASK_LOOKS: Final[Mapping[TaskState, Look]] = {
    "queued": "waiting",
    "waiting_for_worker": "waiting",
    "running": "generating",
    "stale": "stale",
    "in_review": "review",
    "completed": "completed",
    "partial_failure": "partial",
    "failed": "failed",
    "cancelled": "cancelled",
}


def content_name(content_type: str) -> str:
    """Return the name of a content type, also of one that this program does not have."""
    return _(CONTENT_NAMES.get(content_type, content_type))


def task_name(task_type: str) -> str:
    """Return the name of a type of run, also of one that this program does not have."""
    return _(TASK_NAMES.get(task_type, task_type))


def content_look(state: ContentState | None) -> Look:
    """Return the look of a content; None stands for one without a row, which is not written yet."""
    if state is None:
        return "pending"
    if state.stale:
        return "stale"
    match state.status:
        case ContentStatus.PENDING | ContentStatus.GENERATING:  # a run marks all of a type before it writes the first
            return "generating" if state.in_work else "waiting"
        case ContentStatus.COMPLETED:
            return "completed"
        case ContentStatus.FAILED:
            return "failed"
        case _:
            assert_never(state.status)


CONTENT_LABELS: Final[Mapping[Look, str]] = {
    "pending": N_("not written yet"),
    "waiting": N_("waiting for its turn"),
    "generating": N_("being written"),
    "completed": N_("completed"),
    "failed": N_("failed"),
    "stale": N_("never finished"),
}


def content_label(look: Look, *, out_of_date: bool = False) -> str:
    """Return what is said of a content with a look."""
    label = _(CONTENT_LABELS[look])
    return _("{state}, out of date", state=label) if out_of_date else label


def task_look(task: TaskView) -> Look:
    return TASK_LOOKS[state_of_task(task)]


def direction_of(text: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which the script of a text runs."""
    return direction(guess_language(text))
