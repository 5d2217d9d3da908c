"""Retention: find and prune the old data of finished runs, one page of tasks at a time.

Tasks, contents, ledger rows (without their answers) and the last event of each run are kept. Data of active tasks is
never touched. A task is pruned under its exclusive lock, so that it cannot be resumed at the same time.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import FINAL_TASK


class Ages(NamedTuple):
    """Retention periods, in days after the end of a run."""

    runs: float
    """For the data that a resume needs: checkpoints and the answers on the ledger."""
    events: float
    """For all events but the last one."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """Numbers of pruned rows: checkpoints and events are deleted, answers are set to NULL, and questions with them."""

    checkpoints: int = 0
    answers: int = 0
    events: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(self.checkpoints + other.checkpoints, self.answers + other.answers, self.events + other.events)


class PrunePage(NamedTuple):
    """One page of all tasks, ordered by id."""

    due: list[str]
    """Tasks of the page that have something to prune."""
    last: str | None
    """The id after which the next page begins; None on the last page."""


_EXPIRED: Final = f"""{FINAL_TASK}
    AND coalesce(t.completed_at, t.updated_at) < clock_timestamp() - make_interval(secs => :%s)"""
_RUN_EXPIRED: Final = _EXPIRED % "runs"
_EVENTS_EXPIRED: Final = _EXPIRED % "events"
# The last event shows how the run ended, and a resume continues its numbering.
_LAST: Final = "(SELECT max(l.sequence) FROM task_events l WHERE l.task_id = t.task_id)"

# Not EXISTS: PostgreSQL may plan that as a scan of all checkpoints, once for each page.
# Answers are pruned together with checkpoints. To search for them alone would scan the whole ledger: there is no index.
_PAGE: Final = text(f"""
    SELECT t.task_id,
        {_RUN_EXPIRED} AND (
            (SELECT true FROM checkpoint.checkpoints c WHERE c.thread_id = t.task_id LIMIT 1) IS NOT NULL
            OR (SELECT true FROM checkpoint.checkpoint_blobs b WHERE b.thread_id = t.task_id LIMIT 1) IS NOT NULL
            OR (SELECT true FROM checkpoint.checkpoint_writes w WHERE w.thread_id = t.task_id LIMIT 1) IS NOT NULL)
        OR {_EVENTS_EXPIRED} AND EXISTS (
            SELECT FROM task_events e WHERE e.task_id = t.task_id AND e.sequence < {_LAST}) AS due
    FROM roadmap_tasks t WHERE t.task_id > :after ORDER BY t.task_id LIMIT :limit""")

_LOCK: Final = text("""
    SELECT task_id FROM unnest(CAST(:task_ids AS text[])) AS page (task_id)
    WHERE pg_try_advisory_xact_lock(hashtextextended(task_id, 0))""")
"""A task whose lock is taken is being resumed; the next prune checks it again."""

_SELECTED: Final = "(SELECT t.task_id FROM roadmap_tasks t WHERE t.task_id = ANY(:task_ids) AND %s)"
_OF_RUNS: Final = _SELECTED % _RUN_EXPIRED
_CHECKPOINTS: Final = tuple(
    f"checkpoint.{table} WHERE thread_id IN {_OF_RUNS}"
    for table in ("checkpoint_writes", "checkpoint_blobs", "checkpoints")
)
_ANSWERS: Final = f"model_calls WHERE task_id IN {_OF_RUNS} AND answer IS NOT NULL"
_EVENTS: Final = f"""task_events e USING roadmap_tasks t
    WHERE t.task_id = ANY(:task_ids) AND {_EVENTS_EXPIRED} AND e.task_id = t.task_id AND e.sequence < {_LAST}"""
# A row without its answer must not keep its key: a call that is repeated later needs a row of its own under it.
_FORGET_ANSWERS: Final = text(f"""
    UPDATE model_calls SET answer = NULL, key = 'pruned:' || call_id || ':' || key
    WHERE call_id IN (SELECT call_id FROM {_ANSWERS})""")
_FORGET_QUESTIONS: Final = text(f"""
    UPDATE model_calls SET question = NULL WHERE task_id IN {_OF_RUNS} AND question IS NOT NULL""")


async def page_of_due_tasks(session: Session, ages: Ages, *, after: str = "", limit: int = 500) -> PrunePage:
    """Check the `limit` tasks after the id `after`, in the order of the primary key, so that no page takes long."""
    rows = (await execute(session, _PAGE, {**_seconds(ages), "after": after, "limit": limit})).all()
    return PrunePage([row.task_id for row in rows if row.due], rows[-1].task_id if len(rows) == limit else None)


async def count_prunable(session: Session, task_ids: Sequence[str], ages: Ages) -> Pruned:
    """Count what `prune_tasks` would prune of these tasks."""
    values = {**_seconds(ages), "task_ids": list(task_ids)}
    events = _EVENTS.replace("USING", ", ", 1)
    return Pruned(
        checkpoints=sum([await _count(session, table, values) for table in _CHECKPOINTS]),
        answers=await _count(session, _ANSWERS, values),
        events=await _count(session, events, values),
    )


async def prune_tasks(session: Session, task_ids: Sequence[str], ages: Ages) -> Pruned:
    """Prune those of the tasks that are still final and not being resumed."""
    locked = await execute(session, _LOCK, {"task_ids": sorted(task_ids)})
    # Separate statements, since each sees what was committed before the locks were taken.
    values = {**_seconds(ages), "task_ids": [row.task_id for row in locked]}
    await execute(session, _FORGET_QUESTIONS, values)
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
