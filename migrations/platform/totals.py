"""Totals of ended runs and of model calls, so that metrics need not read the history."""

from alembic import op


def count() -> None:
    """Create the totals and initialize them from the existing rows.

    Calls of the last minutes may not be committed yet: the first one of them, and every call with a higher number, is
    left to the process that adds up later.
    """
    op.execute("""
        CREATE TABLE run_totals (
            total_id BIGSERIAL PRIMARY KEY,
            task_type TEXT NOT NULL,
            status TEXT NOT NULL,
            runs BIGINT NOT NULL
        );
        INSERT INTO run_totals (task_type, status, runs)
            SELECT task_type, status, count(*) FROM roadmap_tasks
            WHERE status IN ('cancelled', 'completed', 'failed', 'partial_failure') GROUP BY task_type, status;
        CREATE TABLE call_totals (
            model TEXT PRIMARY KEY,
            calls BIGINT NOT NULL,
            failed BIGINT NOT NULL,
            tokens_in BIGINT NOT NULL,
            tokens_out BIGINT NOT NULL,
            cost FLOAT NOT NULL,
            seconds FLOAT NOT NULL,
            last_call_id BIGINT NOT NULL
        );
        INSERT INTO call_totals (model, calls, failed, tokens_in, tokens_out, cost, seconds, last_call_id)
            SELECT model, count(*), count(*) FILTER (WHERE position('/' in key) > 0), sum(tokens_in), sum(tokens_out),
                sum(cost), sum(latency), max(call_id)
            FROM model_calls WHERE call_id < coalesce(
                (SELECT min(call_id) FROM model_calls WHERE created_at >= now() - interval '10 minutes'), 2147483647)
            GROUP BY model
    """)


def drop() -> None:
    """Drop the totals: the next upgrade counts again."""
    op.execute("DROP TABLE IF EXISTS run_totals, call_totals")
