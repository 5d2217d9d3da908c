"""Read-only summaries of many roadmaps, of tasks and of the processes that run them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import text

from domain.vocabulary import TaskStatus
from repository.db.database import Session, execute
from repository.predicates import (
    ACTIVE_TASK,
    COMPLETED_CONTENT,
    FAILED_CONTENT,
    KNOWN_CONTENT,
    LIVE,
    OUT_OF_DATE_CONTENT,
    PENDING_TASK,
    PROCESSING_TASK,
    REVIEW_TASK,
    STALE_CONTENT,
    UNSUCCESSFUL,
    WAITING_FOR_WORKER,
)
from repository.roadmaps.search import pattern_of


@dataclass(frozen=True, slots=True)
class ListedRoadmap:
    """A roadmap with the counts of its contents and its active run, or else its last one."""

    roadmap_id: str
    title: str
    hours: float
    framework_version: int
    created_at: datetime
    deleted_at: datetime | None
    concepts: int
    """Concepts that have contents."""
    contents: int
    completed: int
    failed: int
    stale: int
    out_of_date: int
    task_id: str | None
    task_status: TaskStatus | None
    task_step: str | None
    task_live: bool
    task_waiting: bool


_ROADMAP_PAGE: Final = f"""
    SELECT m.roadmap_id, m.title, m.total_estimated_hours AS hours, m.framework_version,
        m.created_at, m.deleted_at, c.concepts, c.contents, c.completed, c.failed, c.stale, c.out_of_date,
        t.task_id, t.status AS task_status, t.current_step AS task_step,
        coalesce(t.live, false) AS task_live, coalesce(t.waiting, false) AS task_waiting
    FROM (SELECT *, {{used}} AS used_at FROM roadmap_metadata r WHERE {{condition}}
          ORDER BY {{order}} LIMIT :limit) AS m
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT c.concept_id) AS concepts, count(*) AS contents,
            count(*) FILTER (WHERE {COMPLETED_CONTENT}) AS completed,
            count(*) FILTER (WHERE {FAILED_CONTENT}) AS failed,
            count(*) FILTER (WHERE {STALE_CONTENT}) AS stale,
            count(*) FILTER (WHERE {OUT_OF_DATE_CONTENT}) AS out_of_date
        FROM concept_contents c WHERE c.roadmap_id = m.roadmap_id AND {KNOWN_CONTENT}) AS c
    LEFT JOIN LATERAL (
        SELECT t.task_id, t.status, t.current_step, {LIVE} AS live, {WAITING_FOR_WORKER} AS waiting
        FROM roadmap_tasks t WHERE t.roadmap_id = m.roadmap_id
        ORDER BY {ACTIVE_TASK} DESC, t.created_at DESC
        LIMIT 1) AS t ON true
    ORDER BY {{order}}"""

ListOrder = Literal["newest", "title", "used"]
_ORDERS: Final[dict[ListOrder, str]] = {
    "newest": "created_at DESC, roadmap_id DESC",
    "title": "lower(title), created_at DESC, roadmap_id DESC",
    "used": "used_at DESC NULLS LAST, created_at DESC, roadmap_id DESC",
}
_USED: Final = """greatest(
        (SELECT max(p.done_at) FROM learning_progress p WHERE p.user_id = r.user_id AND p.roadmap_id = r.roadmap_id),
        (SELECT max(a.created_at) FROM quiz_attempts a WHERE a.user_id = r.user_id AND a.roadmap_id = r.roadmap_id))"""


async def list_roadmaps(
    session: Session,
    *,
    user_id: str | None = None,
    binned: bool = False,
    words: str = "",
    order: ListOrder = "newest",
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[ListedRoadmap]:
    """Return a page of roadmaps, or of those in the bin.

    `words`: only those whose title holds them, in any case. `order`: newest first, by title, or by the last step of
    their owner in them. `before`: the last roadmap of the previous page, in the order `newest`.
    """
    conditions = [f"deleted_at IS {'NOT ' if binned else ''}NULL"]
    values: dict[str, object] = {"limit": limit}
    if user_id is not None:
        conditions.append("user_id = :user_id")
        values["user_id"] = user_id
    if before is not None:
        conditions.append("(created_at, roadmap_id) < (:moment, :roadmap_id)")
        values |= {"moment": before[0], "roadmap_id": before[1]}
    if words.strip():
        conditions.append("title ILIKE :pattern")
        values["pattern"] = pattern_of(words.strip())
    used = _USED if order == "used" else "CAST(NULL AS timestamptz)"
    sql = _ROADMAP_PAGE.format(condition=" AND ".join(conditions), order=_ORDERS[order], used=used)
    rows = await execute(session, text(sql), values)
    return [
        ListedRoadmap(**row | {"task_status": TaskStatus(row["task_status"]) if row["task_status"] else None})
        for row in map(dict, rows.mappings())
    ]


_LAST_EVENTS: Final = text("""
    SELECT task.task_id,
        coalesce((SELECT max(sequence) FROM task_events e WHERE e.task_id = task.task_id), 0) AS last
    FROM unnest(CAST(:task_ids AS text[])) AS task (task_id)""")


async def last_events(session: Session, task_ids: Sequence[str]) -> dict[str, int]:
    """Return the sequence number of the newest event of each task, 0 if there is none."""
    rows = await execute(session, _LAST_EVENTS, {"task_ids": list(task_ids)})
    return {row.task_id: row.last for row in rows}


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs tasks, with its lease and the number of its tasks."""

    worker_id: str
    kind: str
    host: str
    pid: int
    started_at: datetime
    alive: bool
    seconds_left: float
    """Seconds until its lease expires; negative after that."""
    alive_until: datetime
    tasks: int


_PROCESSES: Final = text(f"""
    SELECT w.worker_id, w.kind, w.host, w.pid, w.started_at, w.alive_until > clock_timestamp() AS alive,
        CAST(extract(epoch FROM w.alive_until - clock_timestamp()) AS float) AS seconds_left, w.alive_until,
        count(t.task_id) AS tasks
    FROM workers w LEFT JOIN roadmap_tasks t ON t.worker_id = w.worker_id AND {PROCESSING_TASK}
    GROUP BY w.worker_id ORDER BY alive DESC, w.started_at DESC LIMIT 100""")


async def processes(session: Session) -> list[Process]:
    """Return processes with a lease, live ones first."""
    return [Process(**row) for row in (await execute(session, _PROCESSES, {})).mappings()]


@dataclass(frozen=True, slots=True)
class Pressure:
    """Numbers of active tasks of all users."""

    queued: int
    oldest_seconds: float
    """Seconds for which the oldest queued task has waited."""
    oldest_at: datetime | None
    """When it was queued; None without one."""
    running: int
    abandoned: int
    """Tasks that are `processing`, but whose process is dead."""
    in_review: int


_PRESSURE: Final = text(f"""
    SELECT count(*) FILTER (WHERE {PENDING_TASK}) AS queued,
        coalesce(CAST(extract(epoch FROM clock_timestamp() - min(updated_at) FILTER (WHERE {PENDING_TASK}))
            AS float), 0) AS oldest_seconds,
        min(updated_at) FILTER (WHERE {PENDING_TASK}) AS oldest_at,
        count(*) FILTER (WHERE {PROCESSING_TASK} AND live) AS running,
        count(*) FILTER (WHERE {PROCESSING_TASK} AND NOT live) AS abandoned,
        count(*) FILTER (WHERE {REVIEW_TASK}) AS in_review
    FROM (SELECT t.status, t.updated_at, {LIVE} AS live FROM roadmap_tasks t
          WHERE {ACTIVE_TASK}) AS t""")


async def pressure(session: Session) -> Pressure:
    """Count the active tasks, over their partial index."""
    return Pressure(**(await execute(session, _PRESSURE, {})).mappings().one())


@dataclass(frozen=True, slots=True)
class BrokenRoadmap:
    """A roadmap with contents that no live run will finish."""

    roadmap_id: str
    title: str
    stale: int
    failed: int


SEARCHED_RUNS: Final = 500
"""Number of the newest runs that are searched for each unsuccessful status."""
# An index on the status of contents would slow down every update of them. So the search starts from the runs that may
# have left contents incomplete: the newest unsuccessful ones of each status, the abandoned ones, and, for contents that
# never had a task, some thousands of rows.
_BROKEN: Final = text(f"""
    WITH runs AS (
        SELECT ended.task_id FROM unnest(ARRAY[{UNSUCCESSFUL}]) AS unsuccessful (status)
        CROSS JOIN LATERAL (SELECT t.task_id FROM roadmap_tasks t WHERE t.status = unsuccessful.status
            ORDER BY t.created_at DESC, t.task_id DESC LIMIT {SEARCHED_RUNS}) AS ended
        UNION ALL (SELECT t.task_id FROM roadmap_tasks t WHERE {PROCESSING_TASK} AND NOT {LIVE}
            ORDER BY t.updated_at DESC LIMIT {SEARCHED_RUNS})),
    suspects AS (
        SELECT c.roadmap_id FROM runs CROSS JOIN LATERAL (
            SELECT c.roadmap_id FROM concept_contents c
            WHERE c.task_id = runs.task_id AND NOT {COMPLETED_CONTENT} LIMIT 1) AS c
        UNION SELECT c.roadmap_id FROM (
            SELECT roadmap_id, status FROM concept_contents WHERE task_id IS NULL LIMIT {SEARCHED_RUNS * 10}) AS c
        WHERE NOT {COMPLETED_CONTENT})
    SELECT m.roadmap_id, m.title, counts.stale, counts.failed
    FROM suspects CROSS JOIN LATERAL (
        SELECT roadmap_id, title FROM roadmap_metadata
        WHERE roadmap_id = suspects.roadmap_id AND deleted_at IS NULL LIMIT 1) AS m
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE NOT failed) AS stale, count(*) FILTER (WHERE failed) AS failed,
            max(broken.updated_at) AS last
        FROM (SELECT {FAILED_CONTENT} AS failed, c.updated_at FROM concept_contents c WHERE c.roadmap_id = m.roadmap_id
              AND {KNOWN_CONTENT} AND ({FAILED_CONTENT} OR {STALE_CONTENT})) AS broken) AS counts
    WHERE counts.last IS NOT NULL ORDER BY counts.last DESC LIMIT :limit""")


async def broken_roadmaps(session: Session, limit: int = 50) -> Sequence[BrokenRoadmap]:
    """Return roadmaps with failed or stale contents, most recently changed first; very old ones may be missing."""
    return [BrokenRoadmap(**row) for row in (await execute(session, _BROKEN, {"limit": limit})).mappings()]
