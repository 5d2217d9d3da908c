"""The operations page: the load, the processes that work on it, filters of runs, and why runs failed.

Nothing in it changes by itself from one second to the next, so that an open page is loaded again only for a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from backend.pages.views.runs.task import TaskLine, task_line
from backend.pages.views.status_labels import Look
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.queries.status import TaskView
from rendering.text.reasons import ReasonGroup, grouped
from rendering.text.task_text import LABELS, state_of
from repository.roadmaps.summaries import Pressure, Process
from repository.runs.task_pages import TaskFilter

FILTERS: Final = ("status", "type", "user", "roadmap", "age")
"""Names of the filters of runs, as in the address."""
STALE: Final = "stale"
"""The status of a run whose process died: its row still reads `processing`."""
STATUSES: Final = [*((str(status), LABELS[state_of(status)]) for status in TaskStatus), (STALE, LABELS["stale"])]
AGES: Final = {
    "hour": ("in the last hour", timedelta(hours=1)),
    "day": ("in the last day", timedelta(days=1)),
    "week": ("in the last week", timedelta(weeks=1)),
    "month": ("in the last 30 days", timedelta(days=30)),
}
MAX_RUNS: Final = 500
"""Runs that are changed by one confirmation of an action on all that match."""
Action = Literal["cancel", "resume", "retry"]
ACTIONS: Final[dict[str, tuple[str, str]]] = {
    "cancel": ("Cancel", "cancelled"),
    "resume": ("Resume", "resumed"),
    "retry": ("Retry the failed contents of", "asked to write their failed contents again"),
}
"""Action -> what its button says, and what it says when it is done."""


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


def filters_in_words(filters: dict[str, str], type_names: dict[str, str]) -> str:
    """Return `status Queued, of user ann, in the last day`, or `all runs`."""
    labels = dict(STATUSES)
    words = [f"with the status “{labels[filters['status']]}”"] if filters["status"] in labels else []
    words += [f"of the type “{type_names[filters['type']]}”"] if filters["type"] in type_names else []
    words += [f"of user {filters['user']}"] if filters["user"] else []
    words += [f"of roadmap {filters['roadmap']}"] if filters["roadmap"] else []
    words += [f"requested {AGES[filters['age']][0]}"] if filters["age"] in AGES else []
    return "runs " + ", ".join(words) if words else "all runs"


def figures_of(pressure: Pressure, workers: Sequence[Process]) -> tuple[Figure, ...]:
    alive = sum(worker.alive and worker.kind == "worker" for worker in workers)
    return (
        Figure("Running", str(pressure.running), ""),
        Figure("Queued", str(pressure.queued), "is-stale" if pressure.queued and not alive else ""),
        Figure("Oldest queued since", "–", "", pressure.oldest_at),
        Figure("In review", str(pressure.in_review), ""),
        Figure("Stale", str(pressure.abandoned), "is-failed" if pressure.abandoned else ""),
        Figure("Workers alive", str(alive), "" if alive else "is-failed"),
    )


def worker_line(process: Process) -> WorkerLine:
    return WorkerLine(
        worker_id=process.worker_id,
        kind=process.kind,
        host=process.host,
        pid=process.pid,
        look="completed" if process.alive else "failed",
        lease="renewed" if process.alive else "expired",
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
