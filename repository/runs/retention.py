"""What finished runs leave behind and nobody needs any more: found and removed, a page of tasks at a time.

Rows that are the truth or the account stay: tasks, contents, ledger rows without their answers, each run's last event.
Nothing of an active task is touched. A task is pruned under its exclusive lock, so that no resume comes in between.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import FINAL_TASK


class Ages(NamedTuple):
    """Days after its end for which a run keeps what is named."""

    runs: float
    """What a resume goes on from: checkpoints, and the answers on the ledger."""
    events: float
    """All events but the last one."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each kind: removed, or emptied in the case of answers."""

    checkpoints: int = 0
    answers: int = 0
    events: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(self.checkpoints + other.checkpoints, self.answers + other.answers, self.events + other.events)


class PrunePage(NamedTuple):
    """One page of all tasks, in the order of their ids."""

    due: list[str]
    """Tasks of it that something is to be pruned of."""
    last: str | None
    """Where the next page begins; None behind the last one."""


_OVER: Final = f"""{FINAL_TASK}
    AND coalesce(t.completed_at, t.updated_at) < clock_timestamp() - make_interval(secs => :%s)"""
_RUN_OVER: Final = _OVER % "runs"
_STORY_OVER: Final = _OVER % "events"
# The last event says how the run ended, and where the numbers go on when it is resumed.
_LAST: Final = "(SELECT max(l.sequence) FROM task_events l WHERE l.task_id = t.task_id)"

# Not EXISTS: PostgreSQL may answer that by reading all checkpoints there are, once for each page.
# Answers go with the checkpoints. To look for them alone would read the whole ledger each time: no index tells them.
_PAGE: Final = text(f"""
    SELECT t.task_id,
        {_RUN_OVER} AND (
            (SELECT true FROM checkpoint.checkpoints c WHERE c.thread_id = t.task_id LIMIT 1) IS NOT NULL
            OR (SELECT true FROM checkpoint.checkpoint_blobs b WHERE b.thread_id = t.task_id LIMIT 1) IS NOT NULL
            OR (SELECT true FROM checkpoint.checkpoint_writes w WHERE w.thread_id = t.task_id LIMIT 1) IS NOT NULL)
        OR {_STORY_OVER} AND EXISTS (
            SELECT FROM task_events e WHERE e.task_id = t.task_id AND e.sequence < {_LAST}) AS due
    FROM roadmap_tasks t WHERE t.task_id > :after ORDER BY t.task_id LIMIT :limit""")

_LOCK: Final = text("""
    SELECT task_id FROM unnest(CAST(:task_ids AS text[])) AS wanted (task_id)
    WHERE pg_try_advisory_xact_lock(hashtextextended(task_id, 0))""")
"""Whoever holds one of them resumes it; the next prune looks at it again."""

_THEIRS: Final = "(SELECT t.task_id FROM roadmap_tasks t WHERE t.task_id = ANY(:task_ids) AND %s)"
_OF_RUNS: Final = _THEIRS % _RUN_OVER
_CHECKPOINTS: Final = tuple(
    f"checkpoint.{table} WHERE thread_id IN {_OF_RUNS}"
    for table in ("checkpoint_writes", "checkpoint_blobs", "checkpoints")
)
_ANSWERS: Final = f"model_calls WHERE task_id IN {_OF_RUNS} AND answer IS NOT NULL"
_EVENTS: Final = f"""task_events e USING roadmap_tasks t
    WHERE t.task_id = ANY(:task_ids) AND {_STORY_OVER} AND e.task_id = t.task_id AND e.sequence < {_LAST}"""
# Without its answer a row must not stand for its question any more: what is bought anew gets a row of its own.
_FORGET_ANSWERS: Final = text(f"""
    UPDATE model_calls SET answer = NULL, key = 'pruned:' || call_id || ':' || key
    WHERE call_id IN (SELECT call_id FROM {_ANSWERS})""")


async def page_of_due_tasks(session: Session, ages: Ages, *, after: str = "", limit: int = 500) -> PrunePage:
    """Looks at `limit` tasks above `after`. By the primary key: however many tasks there are, no look is long."""
    rows = (await execute(session, _PAGE, {**_seconds(ages), "after": after, "limit": limit})).all()
    return PrunePage([row.task_id for row in rows if row.due], rows[-1].task_id if len(rows) == limit else None)


async def count_prunable(session: Session, task_ids: Sequence[str], ages: Ages) -> Pruned:
    """What `prune_tasks` would remove of these."""
    values = {**_seconds(ages), "task_ids": list(task_ids)}
    events = _EVENTS.replace("USING", ", ", 1)
    return Pruned(
        checkpoints=sum([await _count(session, table, values) for table in _CHECKPOINTS]),
        answers=await _count(session, _ANSWERS, values),
        events=await _count(session, events, values),
    )


async def prune_tasks(session: Session, task_ids: Sequence[str], ages: Ages) -> Pruned:
    """Remove it, of those of the tasks that are still final and not being resumed now."""
    locked = await execute(session, _LOCK, {"task_ids": sorted(task_ids)})
    # What follows are statements of their own: they see what was committed before the locks were given.
    values = {**_seconds(ages), "task_ids": [row.task_id for row in locked]}
    return Pruned(
        checkpoints=sum([await _remove(session, table, values) for table in _CHECKPOINTS]),
        answers=(await execute(session, _FORGET_ANSWERS, values)).rowcount,
        events=await _remove(session, _EVENTS, values),
    )


async def _count(session: Session, rows: str, values: dict[str, Any]) -> int:
    return int((await execute(session, text(f"SELECT count(*) FROM {rows}"), values)).scalar_one())


async def _remove(session: Session, rows: str, values: dict[str, Any]) -> int:
    return (await execute(session, text(f"DELETE FROM {rows}"), values)).rowcount


def _seconds(ages: Ages) -> dict[str, float]:
    return {"runs": ages.runs * 86_400, "events": ages.events * 86_400}
