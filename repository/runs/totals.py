"""Totals: how many runs ended and what the models did, ever, without reading all that there ever was.

A run that ends adds a row; the sweep adds rows up. Nobody waits for a counter, and the sum is right at any moment,
since adding up is one transaction. Calls are numbered: what lies above the last number that was added up is counted
when it is read. A number may be committed late, so the newest minutes are never added up.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import ACTIVE_TASK, PENDING_DELIVERY
from repository.runs.calls import TRY
from repository.tables.runs import TaskRow

SETTLED_AFTER: Final = 600.0
"""Seconds after which no transaction of a call can still be open: a statement may take thirty of them."""


async def count_run(session: Session, task: TaskRow) -> None:
    """In the transaction that ends it."""
    await execute(
        session,
        text("INSERT INTO run_totals (task_type, status, runs) VALUES (:task_type, :status, 1)"),
        {"task_type": task.task_type, "status": task.status},
    )


_ADD_RUNS_UP: Final = text("""
    WITH gone AS (DELETE FROM run_totals RETURNING task_type, status, runs)
    INSERT INTO run_totals (task_type, status, runs) SELECT task_type, status, sum(runs) FROM gone
    GROUP BY task_type, status""")
_MARK: Final = "(SELECT coalesce(max(last_call_id), 0) FROM call_totals)"
_SUMS: Final = f"""
    count(*) AS calls, count(*) FILTER (WHERE position('{TRY}' in key) > 0) AS failed,
    coalesce(sum(tokens_in), 0) AS tokens_in, coalesce(sum(tokens_out), 0) AS tokens_out,
    coalesce(sum(cost), 0) AS cost, coalesce(sum(latency), 0) AS seconds,
    count(*) FILTER (WHERE cost IS NULL) AS unpriced_calls, count(*) FILTER (WHERE estimated) AS estimated_calls"""
_ADD_CALLS_UP: Final = text(f"""
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
    """Make the tables of totals small again. Nothing where another does it: calls would be added twice."""
    claim = text("SELECT pg_try_advisory_xact_lock(hashtextextended('roadmap totals', 0))")
    if not (await execute(session, claim, {})).scalar_one():
        return
    await execute(session, _ADD_RUNS_UP, {})
    await execute(session, _ADD_CALLS_UP, {"settled_after": settled_after})


@dataclass(frozen=True, slots=True)
class RunTotal:
    """Runs that ended, each as often as it did."""

    task_type: str
    status: str
    runs: int


async def run_totals(session: Session) -> list[RunTotal]:
    rows = await execute(
        session,
        text("SELECT task_type, status, sum(runs) AS runs FROM run_totals GROUP BY task_type, status ORDER BY 1, 2"),
        {},
    )
    return [RunTotal(row.task_type, row.status, int(row.runs)) for row in rows]


@dataclass(frozen=True, slots=True)
class CallTotal:
    """Of one model, over all tries."""

    model: str
    calls: int
    failed: int
    """Those that brought no answer."""
    tokens_in: int
    tokens_out: int
    cost: float
    """In US dollars, of the calls whose price is known."""
    seconds: float
    unpriced_calls: int = 0
    """Those whose price nobody knows."""
    estimated_calls: int = 0
    """Those whose tokens are an estimate."""


_CALLS: Final = text(f"""
    SELECT model, sum(calls) AS calls, sum(failed) AS failed, sum(tokens_in) AS tokens_in,
        sum(tokens_out) AS tokens_out, sum(cost) AS cost, sum(seconds) AS seconds,
        sum(unpriced_calls) AS unpriced_calls, sum(estimated_calls) AS estimated_calls
    FROM (SELECT model, calls, failed, tokens_in, tokens_out, cost, seconds, unpriced_calls, estimated_calls
            FROM call_totals
        UNION ALL SELECT model, {_SUMS} FROM model_calls WHERE call_id > {_MARK} GROUP BY model) AS parts
    GROUP BY model ORDER BY model""")


async def call_totals(session: Session) -> list[CallTotal]:
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
    """Tasks that are active now."""

    task_type: str
    status: str
    tasks: int
    oldest: float
    """Seconds since the one that has been so for the longest became so, or last moved."""


async def active_totals(session: Session) -> list[ActiveTotal]:
    """Reads the active tasks only, by their partial index, whose predicate stands here as it does there."""
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
    """By kind, those whose lease runs."""
    rows = await execute(
        session,
        text("SELECT kind, count(*) AS number FROM workers WHERE alive_until > clock_timestamp() GROUP BY kind"),
        {},
    )
    return {row.kind: row.number for row in rows}


async def waiting_deliveries(session: Session) -> tuple[int, float]:
    """Messages to webhooks that have not arrived, and the age of the oldest in seconds."""
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
