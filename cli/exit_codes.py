"""Exit codes of `roadmap`: of errors, of tasks, and after signals."""

from typing import TYPE_CHECKING, Final, assert_never

from domain.errors import Conflict, InvalidInput, NotFound, RoadmapError, RunFailed, Superseded, Unavailable
from domain.vocabulary import TaskStatus

if TYPE_CHECKING:
    from orchestrator.queries.status import TaskView

UNAVAILABLE: Final = 5
BUG: Final = 1
BROKEN_PIPE: Final = 1  # as in Typer

EXIT_CODES: Final[dict[type[RoadmapError], int]] = {
    RunFailed: 1,
    InvalidInput: 2,
    NotFound: 3,
    Conflict: 4,
    Superseded: 4,
    Unavailable: UNAVAILABLE,
}
"""Exit code of each error class; a class that is not listed has the code of its nearest parent."""


def exit_code(error: RoadmapError) -> int:
    """Return the exit code of an error, looked up along its class hierarchy."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), BUG)


def exit_code_of(task: "TaskView") -> int:
    """Return the exit code of a command that ran this task. Raises Conflict if another process has taken it over."""
    match task.status:
        case TaskStatus.COMPLETED | TaskStatus.HUMAN_REVIEW_PENDING:
            return 0
        case TaskStatus.FAILED if (task.execution_summary or {}).get("cause") == "model_unavailable":
            return UNAVAILABLE
        case TaskStatus.FAILED | TaskStatus.PARTIAL_FAILURE | TaskStatus.CANCELLED:
            return 1
        case TaskStatus.PENDING | TaskStatus.PROCESSING:
            raise Conflict(
                f"another process has taken over task {task.task_id}; follow it with `roadmap watch {task.task_id}`"
            )
        case _:
            assert_never(task.status)


def exit_code_after(number: int) -> int:
    """Return the exit code after a signal, as shells do: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + number
