"""The operations page: the load, and the processes that work on it."""

from dataclasses import dataclass

from backend.pages.views.status_labels import Look
from rendering.text.text import seconds
from repository.roadmaps.summaries import Pressure, Process


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    look: str
    """A CSS class; empty if the figure needs no attention."""


@dataclass(frozen=True, slots=True)
class WorkerLine:
    worker_id: str
    kind: str
    host: str
    pid: int
    look: Look
    lease: str
    tasks: int


def figures_of(pressure: Pressure, workers: list[Process]) -> tuple[Figure, ...]:
    alive = sum(worker.alive and worker.kind == "worker" for worker in workers)
    waits = seconds(pressure.oldest_seconds) if pressure.queued else "–"
    return (
        Figure("Running", str(pressure.running), ""),
        Figure("Queued", str(pressure.queued), "is-stale" if pressure.queued and not alive else ""),
        Figure("Oldest in queue", waits, ""),
        Figure("In review", str(pressure.in_review), ""),
        Figure("Stale", str(pressure.abandoned), "is-failed" if pressure.abandoned else ""),
        Figure("Workers alive", str(alive), "" if alive else "is-failed"),
    )


def worker_line(process: Process) -> WorkerLine:
    left = seconds(abs(process.seconds_left))
    return WorkerLine(
        worker_id=process.worker_id,
        kind=process.kind,
        host=process.host,
        pid=process.pid,
        look="completed" if process.alive else "failed",
        lease=f"{left} left" if process.alive else f"expired {left} ago",
        tasks=process.tasks,
    )
