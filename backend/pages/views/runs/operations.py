"""The operations page: the load, the processes that work on it, filters of runs, and why runs failed.

Nothing in it changes by itself from one second to the next, so that an open page is loaded again only for a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from backend.pages.views.runs.task import TaskLine, task_line
from backend.pages.views.status_labels import TASK_NAMES, Look, task_name
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.queries.status import TaskView
from rendering.languages.translation import N_, _, ngettext, nN_
from rendering.text.reasons import ReasonGroup, grouped
from rendering.text.task_text import LABELS, state_of
from repository.roadmaps.summaries import Pressure, Process
from repository.runs.task_pages import TaskFilter

FILTERS: Final = ("status", "type", "user", "roadmap", "age")
"""Names of the filters of runs, as in the address."""
STALE: Final = "stale"
"""The status of a run whose process died: its row still reads `processing`."""
STATUSES: Final = [*((str(status), LABELS[state_of(status)]) for status in TaskStatus), (STALE, LABELS["stale"])]
"""Status -> its name, a message."""
AGES: Final = {
    "hour": (N_("in the last hour"), timedelta(hours=1)),
    "day": (N_("in the last day"), timedelta(days=1)),
    "week": (N_("in the last week"), timedelta(weeks=1)),
    "month": (N_("in the last 30 days"), timedelta(days=30)),
}
MAX_RUNS: Final = 500
"""Runs that are changed by one confirmation of an action on all that match."""
Action = Literal["cancel", "resume", "retry"]


@dataclass(frozen=True, slots=True)
class ActionTexts:
    """Messages about an action on runs."""

    all: str
    number: tuple[str, str]
    done: tuple[str, str]


ACTIONS: Final[dict[str, ActionTexts]] = {
    "cancel": ActionTexts(
        N_("Cancel all"),
        nN_("Cancel {number} run", "Cancel {number} runs"),
        nN_("{number} run was cancelled.", "{number} runs were cancelled."),
    ),
    "resume": ActionTexts(
        N_("Resume all"),
        nN_("Resume {number} run", "Resume {number} runs"),
        nN_("{number} run was resumed.", "{number} runs were resumed."),
    ),
    "retry": ActionTexts(
        N_("Retry the failed contents of all"),
        nN_("Retry the failed contents of {number} run", "Retry the failed contents of {number} runs"),
        nN_(
            "{number} run was asked to write its failed contents again.",
            "{number} runs were asked to write their failed contents again.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    look: str
    """A CSS class; empty if the figure needs no attention."""
    at: datetime | None = None
    """A moment that is shown instead of the value."""


@dataclass(frozen=True, slots=True)
class WorkerLine:
    worker_id: str
    kind: str
    host: str
    pid: int
    look: Look
    lease: str
    expired_at: datetime | None
    tasks: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why runs, or their contents, failed, with the runs."""

    count: int
    reason: str
    runs: tuple[TaskLine, ...]
    more: int
    """Runs that are not named."""


MAX_RUNS_NAMED: Final = 5
MAX_REASONS: Final = 3
"""Reasons of refusals that are named."""


def filter_of(filters: dict[str, str], now: datetime) -> TaskFilter:
    """Return the filter that an address describes. Words that are no status, type or age match everything."""
    status, age = filters["status"], AGES.get(filters["age"])
    return TaskFilter(
        roadmap_id=filters["roadmap"] or None,
        user_id=filters["user"] or None,
        statuses=[known for known in TaskStatus if known == status],
        task_types=[known for known in TaskType if known == filters["type"]],
        stale=status == STALE,
        since=None if age is None else now - age[1],
    )


def filters_in_words(filters: dict[str, str]) -> str:
    """Return `status Queued, of user ann, in the last day`, or `all runs`."""
    labels, kind, age = dict(STATUSES), filters["type"], AGES.get(filters["age"])
    words = [_("with the status “{status}”", status=_(label))] if (label := labels.get(filters["status"])) else []
    words += [_("of the type “{type}”", type=task_name(kind))] if kind in TASK_NAMES else []
    words += [_("of user {user}", user=filters["user"])] if filters["user"] else []
    words += [_("of roadmap {roadmap}", roadmap=filters["roadmap"])] if filters["roadmap"] else []
    words += [_("requested {age}", age=_(age[0]))] if age else []
    return _("runs {filters}", filters=_(", ").join(words)) if words else _("all runs")


def refused_in_words(refused: Sequence[str]) -> str:
    """Return why some things were refused; empty if nothing was. `refused`: the reason of each."""
    groups = grouped(refused, str)[:MAX_REASONS]
    reasons = [one.reason if one.count == len(refused) else f"{one.count} × {one.reason}" for one in groups]
    if not reasons:
        return ""
    words = _("; ").join(reasons)
    return ngettext("{number} was refused: {reasons}", "{number} were refused: {reasons}", len(refused), reasons=words)


def figures_of(pressure: Pressure, workers: Sequence[Process]) -> tuple[Figure, ...]:
    alive = sum(worker.alive and worker.kind == "worker" for worker in workers)
    return (
        Figure(_("Running"), str(pressure.running), ""),
        Figure(_("Queued"), str(pressure.queued), "is-stale" if pressure.queued and not alive else ""),
        Figure(_("Oldest queued since"), "–", "", pressure.oldest_at),
        Figure(_("In review"), str(pressure.in_review), ""),
        Figure(_("Stale"), str(pressure.abandoned), "is-failed" if pressure.abandoned else ""),
        Figure(_("Workers alive"), str(alive), "" if alive else "is-failed"),
    )


def worker_line(process: Process) -> WorkerLine:
    return WorkerLine(
        worker_id=process.worker_id,
        kind=process.kind,
        host=process.host,
        pid=process.pid,
        look="completed" if process.alive else "failed",
        lease=_("renewed") if process.alive else _("expired"),
        expired_at=None if process.alive else process.alive_until,
        tasks=process.tasks,
    )


def reasons_of(failed: Sequence[TaskView]) -> tuple[Reason, ...]:
    """Return why these runs failed: the reasons of their contents where these have any, else that of the run."""
    found: list[tuple[TaskView, str]] = []
    for task in failed:
        failures = (task.execution_summary or {}).get("failures") or []
        reasons = [str(failure.get("reason") or "") for failure in failures]
        found += [(task, reason) for reason in reasons or [task.error_message or ""]]
    return tuple(_reason(group) for group in grouped(found, lambda one: one[1]))


def _reason(group: ReasonGroup[tuple[TaskView, str]]) -> Reason:
    runs = list({task.task_id: task for task, _ in group.members}.values())
    named = tuple(task_line(task, {}) for task in runs[:MAX_RUNS_NAMED])
    return Reason(group.count, group.reason, named, len(runs) - len(named))
