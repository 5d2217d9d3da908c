"""All-time totals of runs and model calls, without reading all rows.

Each run that ends inserts a row, and the sweep replaces these rows by their sums. No run waits for a shared counter,
and the total is correct at any moment, since the sweep is one transaction. Model calls have ascending ids: calls above
the last id in the sums are counted by the reader. A lower id may be committed later, so the sweep leaves out the newest
minutes.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.ledger.calls import TRY
from repository.predicates import ACTIVE_TASK, PENDING_DELIVERY
from repository.tables.runs import TaskRow

SETTLED_AFTER: Final = 600.0
"""Seconds after which the transaction of a call has certainly ended: a statement may take 30."""


async def count_run(session: Session, task: TaskRow) -> None:
    """Count a run, in the transaction that ends it."""
    await execute(
        session,
        text("INSERT INTO run_totals (task_type, status, runs) VALUES (:task_type, :status, 1)"),
        {"task_type": task.task_type, "status": task.status},
    )


_SUM_UP_RUNS: Final = text("""
    WITH gone AS (DELETE FROM run_totals RETURNING task_type, status, runs)
    INSERT INTO run_totals (task_type, status, runs) SELECT task_type, status, sum(runs) FROM gone
    GROUP BY task_type, status""")
_MARK: Final = "(SELECT coalesce(max(last_call_id), 0) FROM call_totals)"
_SUMS: Final = f"""
    count(*) AS calls, count(*) FILTER (WHERE position('{TRY}' in key) > 0) AS failed,
    coalesce(sum(tokens_in), 0) AS tokens_in, coalesce(sum(tokens_out), 0) AS tokens_out,
    coalesce(sum(cost), 0) AS cost, coalesce(sum(latency), 0) AS seconds,
    count(*) FILTER (WHERE cost IS NULL) AS unpriced_calls, count(*) FILTER (WHERE estimated) AS estimated_calls"""
_SUM_UP_CALLS: Final = text(f"""
    WITH fresh AS MATERIALIZED (
        SELECT call_id, model, key, tokens_in, tokens_out, cost, latency, estimated, created_at
        FROM model_calls WHERE call_id > {_MARK}),
    unsettled AS (
        SELECT min(call_id) AS first FROM fresh WHERE created_at >= now() - make_interval(secs => :settled_after))
    INSERT INTO call_totals AS t
        (model, calls, failed, tokens_in, tokens_out, cost, seconds, unpriced_calls, estimated_calls, last_call_id)
    SELECT model, {_SUMS}, max(call_id) FROM fresh, unsettled
    WHERE unsettled.first IS NULL OR call_id < unsettled.first GROUP BY model
    ON CONFLICT (model) DO UPDATE SET calls = t.calls + excluded.calls, failed = t.failed + excluded.failed,
        tokens_in = t.tokens_in + excluded.tokens_in, tokens_out = t.tokens_out + excluded.tokens_out,
        cost = t.cost + excluded.cost, seconds = t.seconds + excluded.seconds,
        unpriced_calls = t.unpriced_calls + excluded.unpriced_calls,
        estimated_calls = t.estimated_calls + excluded.estimated_calls, last_call_id = excluded.last_call_id""")


async def add_up(session: Session, *, settled_after: float = SETTLED_AFTER) -> None:
    """Replace rows of the tables of totals by their sums; do nothing if another process is doing so."""
    claim = text("SELECT pg_try_advisory_xact_lock(hashtextextended('roadmap totals', 0))")
    if not (await execute(session, claim, {})).scalar_one():
        return
    await execute(session, _SUM_UP_RUNS, {})
    await execute(session, _SUM_UP_CALLS, {"settled_after": settled_after})


@dataclass(frozen=True, slots=True)
class RunTotal:
    """How many runs of a type ended with a status; a run that was resumed counts each time."""

    task_type: str
    status: str
    runs: int


async def run_totals(session: Session) -> list[RunTotal]:
    """Return the totals of all runs that have ended."""
    rows = await execute(
        session,
        text("SELECT task_type, status, sum(runs) AS runs FROM run_totals GROUP BY task_type, status ORDER BY 1, 2"),
        {},
    )
    return [RunTotal(row.task_type, row.status, int(row.runs)) for row in rows]


@dataclass(frozen=True, slots=True)
class CallTotal:
    """The calls of one model, including failed tries."""

    model: str
    calls: int
    failed: int
    """Calls without an answer."""
    tokens_in: int
    tokens_out: int
    cost: float
    """In US dollars, of the calls whose price is known."""
    seconds: float
    unpriced_calls: int = 0
    """Calls whose price is unknown."""
    estimated_calls: int = 0
    """Calls whose number of tokens is an estimate."""


_CALLS: Final = text(f"""
    SELECT model, sum(calls) AS calls, sum(failed) AS failed, sum(tokens_in) AS tokens_in,
        sum(tokens_out) AS tokens_out, sum(cost) AS cost, sum(seconds) AS seconds,
        sum(unpriced_calls) AS unpriced_calls, sum(estimated_calls) AS estimated_calls
    FROM (SELECT model, calls, failed, tokens_in, tokens_out, cost, seconds, unpriced_calls, estimated_calls
            FROM call_totals
        UNION ALL SELECT model, {_SUMS} FROM model_calls WHERE call_id > {_MARK} GROUP BY model) AS parts
    GROUP BY model ORDER BY model""")


async def call_totals(session: Session) -> list[CallTotal]:
    """Return the totals of all calls, by model."""
    rows = await execute(session, _CALLS, {})
    return [
        CallTotal(
            row.model,
            int(row.calls),
            int(row.failed),
            int(row.tokens_in),
            int(row.tokens_out),
            float(row.cost),
            float(row.seconds),
            int(row.unpriced_calls),
            int(row.estimated_calls),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ActiveTotal:
    """How many tasks of a type are active with a status."""

    task_type: str
    status: str
    tasks: int
    oldest: float
    """Seconds since the least recently updated one of them was updated."""


async def active_totals(session: Session) -> list[ActiveTotal]:
    """Count the active tasks, over their partial index."""
    rows = await execute(
        session,
        text(f"""
            SELECT task_type, status, count(*) AS tasks,
                extract(epoch FROM clock_timestamp() - min(updated_at)) AS oldest
            FROM roadmap_tasks t WHERE {ACTIVE_TASK}
            GROUP BY task_type, status ORDER BY 1, 2"""),
        {},
    )
    return [ActiveTotal(row.task_type, row.status, row.tasks, max(float(row.oldest), 0.0)) for row in rows]


async def live_processes(session: Session) -> dict[str, int]:
    """Return the number of processes with a valid lease, by kind."""
    rows = await execute(
        session,
        text("SELECT kind, count(*) AS number FROM workers WHERE alive_until > clock_timestamp() GROUP BY kind"),
        {},
    )
    return {row.kind: row.number for row in rows}


async def waiting_deliveries(session: Session) -> tuple[int, float]:
    """Return the number of pending webhook deliveries and the age of the oldest in seconds."""
    row = (
        await execute(
            session,
            text(f"""
                SELECT count(*) AS number,
                    coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) AS oldest
                FROM webhook_deliveries d WHERE {PENDING_DELIVERY}"""),
            {},
        )
    ).one()
    return row.number, float(row.oldest)
