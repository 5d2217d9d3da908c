"""How a status looks and reads: a look names a shape of symbols.svg and a colour of app.css; a word goes with it."""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

from domain.text.language import direction, guess_language
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from orchestrator.queries.status import TaskView
from repository.roadmaps.content_queries import ContentState

Look = Literal["completed", "generating", "pending", "failed", "stale", "waiting", "cancelled", "partial", "review"]

CONTENT_NAMES: Final[Mapping[ContentType, str]] = {
    ContentType.TUTORIAL: "Tutorial",
    ContentType.RESOURCES: "Links",
    ContentType.QUIZ: "Quiz",
}
TASK_NAMES: Final[Mapping[TaskType, str]] = {
    TaskType.CREATION: "Creation",
    TaskType.RETRY_TUTORIAL: "Tutorial anew",
    TaskType.RETRY_RESOURCES: "Links anew",
    TaskType.RETRY_QUIZ: "Quiz anew",
    TaskType.RETRY_BATCH: "Retry of what is missing",
    TaskType.MODIFICATION: "Change",
}
STATUS_NAMES: Final[Mapping[TaskStatus, str]] = {
    TaskStatus.PENDING: "In the queue",
    TaskStatus.PROCESSING: "Running",
    TaskStatus.HUMAN_REVIEW_PENDING: "Waits for a review",
    TaskStatus.COMPLETED: "Completed",
    TaskStatus.PARTIAL_FAILURE: "Partly failed",
    TaskStatus.FAILED: "Failed",
    TaskStatus.CANCELLED: "Cancelled",
}


def content_look(state: ContentState | None) -> Look:
    if state is None:
        return "pending"
    if state.stale:
        return "stale"
    match state.status:
        case ContentStatus.PENDING:
            return "pending"
        case ContentStatus.GENERATING:
            return "generating"
        case ContentStatus.COMPLETED:
            return "completed"
        case ContentStatus.FAILED:
            return "failed"
        case _:
            assert_never(state.status)


CONTENT_SAYS: Final[Mapping[Look, str]] = {
    "pending": "to be written",
    "generating": "being written",
    "completed": "completed",
    "failed": "failed",
    "stale": "never finished",
}


def task_look(task: TaskView) -> Look:
    match task.status:
        case TaskStatus.PENDING:
            return "waiting"
        case TaskStatus.PROCESSING:
            return "generating" if task.live else "stale"
        case TaskStatus.HUMAN_REVIEW_PENDING:
            return "review"
        case TaskStatus.COMPLETED:
            return "completed"
        case TaskStatus.PARTIAL_FAILURE:
            return "partial"
        case TaskStatus.FAILED:
            return "failed"
        case TaskStatus.CANCELLED:
            return "cancelled"
        case _:
            assert_never(task.status)


def task_state(task: TaskView) -> str:
    """The word beside the look."""
    if task.waiting_for_worker:
        return "Waits for a worker"
    if task.status is TaskStatus.PROCESSING and not task.live:
        return "Stale: its process died"
    return STATUS_NAMES[task.status]


def direction_of(text: str) -> Literal["ltr", "rtl"]:
    """In which direction the script of a text runs."""
    return direction(guess_language(text))
