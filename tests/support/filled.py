"""A database with many rows in it, and how many of them a statement reads.

Counted by PostgreSQL itself: scans of whole tables, and rows that were looked at. Each runs often enough in one session
to get a generic plan, which may be another one.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest
from sqlalchemy import text

from repository.db.database import Database, Session, execute
from repository.db.fence import Fence

TASKS, PER_ROADMAP, LARGE = 20_000, 5, 1_000
"""Rows; a table of fewer than LARGE may be read as a whole."""
ROADMAP, TASK = "r-7", "t-7"
"""Roadmap r-7 has tasks t-7, t-4007, ...; t-7 runs under `alive`, others are final but for some hundred."""
FENCE: Final = Fence(TASK, 1)
MAX_ROWS = 150

FILL = f"""
    INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until) VALUES
        ('alive', 'worker', 'h', 1, 5, now() + interval '1 day'), ('dead', 'worker', 'h', 1, 5, now() - interval '1 h');
    INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, created_at)
        SELECT 'r-' || n, 'user-' || n % 500, 'a title', 1, now() - n * interval '1 minute'
        FROM generate_series(1, {TASKS // PER_ROADMAP}) AS n;
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status, worker_id,
            attempt, created_at, updated_at)
        SELECT 't-' || n, 'user-' || n % 500, 'r-' || n % {TASKS // PER_ROADMAP}, 'retry_quiz', 'c-' || n, 'quiz',
            CASE WHEN n = 7 OR n % 200 = 1 THEN 'processing' WHEN n % 200 = 2 THEN 'pending' ELSE 'completed' END,
            CASE WHEN n = 7 OR n % 400 = 1 THEN 'alive' WHEN n % 200 = 1 THEN 'dead' END,
            1, now() - n * interval '1 minute', now() - n * interval '1 minute'
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
        SELECT 'r-' || n % {TASKS // PER_ROADMAP}, 'c-' || n, 'quiz',
            CASE WHEN n = 7 OR n % 200 = 1 THEN 'pending' ELSE 'completed' END, CASE WHEN n = 7 THEN 0 ELSE 1 END,
            't-' || n, 1
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
        SELECT roadmap_id, concept_id, content_type, 1, '{{}}', task_id, 'a' FROM concept_contents WHERE version = 1;
    INSERT INTO task_events (task_id, sequence, type, payload)
        SELECT 't-' || n, s, 'content_completed', '{{}}'
        FROM generate_series(1, {TASKS // 2}) AS n, generate_series(1, 4) AS s;
    INSERT INTO model_calls (task_id, key, step, model, outcome)
        SELECT 't-' || n, 'k', 'quiz_generation', 'm', 'accepted' FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO call_totals (model, calls, failed, tokens_in, tokens_out, cost, seconds, last_call_id)
        SELECT 'm', count(*), 0, 0, 0, 0, 0, max(call_id) - 100 FROM model_calls;
    INSERT INTO webhooks (webhook_id, user_id, url, events, secret)
        SELECT 'w-' || n, 'user-' || n, 'https://x.test/', ARRAY['run_finished'], 's'
        FROM generate_series(1, 2000) AS n;
    INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload, status, due_at,
            created_at, settled_at)
        SELECT 'd-' || n, 'w-' || 1 + n % CASE WHEN n % 200 = 1 THEN 20 ELSE 2000 END, 't-' || n, 1, 'run_finished',
            '{{}}',
            CASE WHEN n % 200 = 1 THEN 'pending' ELSE 'delivered' END, now(), now() - n * interval '1 minute',
            CASE WHEN n % 200 = 1 THEN NULL ELSE now() - n * interval '1 minute' END
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO api_tokens (token_id, token_hash, user_id, role)
        SELECT 'token-' || n, 'hash-' || n, 'user-' || n, 'learner' FROM generate_series(1, 2000) AS n;
    INSERT INTO idempotency_keys (user_id, key, body_hash, task_id)
        SELECT 'user-' || n, 'k', 'h', 't' FROM generate_series(1, 2000) AS n;
    INSERT INTO checkpoint.checkpoints (thread_id, checkpoint_id, checkpoint)
        SELECT 't-' || n, 'c', '{{}}' FROM generate_series(1, {TASKS // 2}) AS n;
"""

_COUNTED = text("""
    SELECT s.relname AS table, s.seq_scan, c.reltuples > :large AS large, coalesce(s.seq_tup_read, 0) + greatest(
            coalesce(s.idx_tup_fetch, 0),
            (SELECT sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) FROM pg_index i WHERE i.indrelid = s.relid)
        ) AS rows
    FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid""")
"""Entries of indexes count too: who finds all in the index of a vacuumed table looks at no row."""

Work = Callable[[Session], Awaitable[object]]
RUNS = 8
"""More than the five custom plans that come before a generic one."""


async def check(filled: Database, work: Work, *, most_rows: int = MAX_ROWS) -> None:
    """No large table is read as a whole, and of none more than `most_rows` rows each time. Nothing is committed."""
    with pytest.raises(ZeroDivisionError):
        async with filled.transaction() as session:
            before = await _counts(session)
            for _ in range(RUNS):
                await work(session)
            for table, (scans, rows) in (await _counts(session)).items():
                scans_before, rows_before = before.get(table, (0, 0))
                assert scans == scans_before, f"{table} was read as a whole"
                assert (rows - rows_before) / RUNS <= most_rows, f"{rows - rows_before} rows of {table}"
            raise ZeroDivisionError


async def _counts(session: Session) -> dict[str, tuple[int, int]]:
    rows = await execute(session, _COUNTED, {"large": LARGE})
    return {row.table: (row.seq_scan, row.rows) for row in rows if row.large}
