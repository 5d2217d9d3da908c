"""The state of a run in words: a label for a badge, a clause for a line, a sentence for a page.

A status alone does not say enough. A queued run may have no worker to run it, and the process of a running one may
have died: its row still reads `processing`, but its lease has expired.
"""

from collections.abc import Mapping
from typing import Final, Literal, Protocol, assert_never

from domain.vocabulary import TaskStatus
from domain.waits.model_wait import ModelWait
from rendering.languages.translation import N_, _
from rendering.text.event_text import doing, wait_in_words

TaskState = Literal[
    "queued",
    "waiting_for_worker",
    "running",
    "stale",
    "in_review",
    "completed",
    "partial_failure",
    "failed",
    "cancelled",
]

LABELS: Final[Mapping[TaskState, str]] = {
    "queued": N_("Queued"),
    "waiting_for_worker": N_("Waiting for a worker"),
    "running": N_("Running"),
    "stale": N_("Stale: its process died"),
    "in_review": N_("Waiting for review"),
    "completed": N_("Completed"),
    "partial_failure": N_("Partly failed"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}
_NOT_RUNNING: Final[Mapping[TaskState, str]] = {
    "queued": N_("waiting in the queue"),
    "waiting_for_worker": N_("waiting for a worker; none is running"),
    "in_review": N_("waiting for review"),
    "completed": N_("completed"),
    "partial_failure": N_("partly failed"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}


class TaskLike(Protocol):
    """The fields of a run that its state depends on."""

    @property
    def status(self) -> TaskStatus: ...
    @property
    def current_step(self) -> str: ...
    @property
    def live(self) -> bool: ...
    @property
    def waiting_for_worker(self) -> bool: ...
    @property
    def waiting_for_model(self) -> ModelWait | None: ...


def state_of(status: TaskStatus, *, live: bool = True, waiting_for_worker: bool = False) -> TaskState:
    """Return the state of a run.

    `live`: a process holds its lease, or it needs none. `waiting_for_worker`: it is queued and no worker is running.
    """
    match status:
        case TaskStatus.PENDING:
            return "waiting_for_worker" if waiting_for_worker else "queued"
        case TaskStatus.PROCESSING:
            return "running" if live else "stale"
        case TaskStatus.HUMAN_REVIEW_PENDING:
            return "in_review"
        case TaskStatus.COMPLETED:
            return "completed"
        case TaskStatus.PARTIAL_FAILURE:
            return "partial_failure"
        case TaskStatus.FAILED:
            return "failed"
        case TaskStatus.CANCELLED:
            return "cancelled"
        case _:
            assert_never(status)


def state_of_task(task: TaskLike) -> TaskState:
    return state_of(task.status, live=task.live, waiting_for_worker=task.waiting_for_worker)


def label_of(task: TaskLike) -> str:
    """Return the label of a run's badge: `Waiting for a worker`."""
    return _(LABELS[state_of_task(task)])


def clause_of(task: TaskLike) -> str:
    """Return the state as the end of a line, after the run's name: `stale: its process died at intent_analysis`."""
    match state := state_of_task(task):
        case "running":
            step = doing(task.current_step)
            waiting = "" if task.waiting_for_model is None else f"; {_waiting(task.waiting_for_model)}"
            return step[0].lower() + step[1:] + waiting
        case "stale":
            return _("stale: its process died at {step}", step=task.current_step)
        case _:
            return _(_NOT_RUNNING[state])


def sentence_of(task: TaskLike) -> str:
    """Return what happens in a run now, or why nothing does and what comes next."""
    match state_of_task(task):
        case "queued":
            return _("Waiting in the queue until a worker is free.")
        case "waiting_for_worker":
            return _("Waiting for a worker, but none is running. The run starts as soon as there is one.")
        case "running":
            waiting = "" if task.waiting_for_model is None else f" {_waiting(task.waiting_for_model)}"
            return f"{doing(task.current_step)} …{waiting}"
        case "stale":
            return _("The process that ran this died. Another worker takes over; if there is none, resume the run.")
        case "in_review":
            return _("Waiting for someone to approve the plan. No process is kept busy in the meantime.")
        case "completed":
            return _("Everything you asked for is ready.")
        case "partial_failure":
            return _("Some contents failed; the others can be read. Resume the run to try only those that failed.")
        case "failed":
            return _("The run failed. Answers that were paid for are kept; resume the run to get the rest.")
        case "cancelled":
            return _("The run was cancelled. Finished contents are kept.")


def _waiting(wait: ModelWait) -> str:
    return _("waiting for {model}", model=wait_in_words(wait))
