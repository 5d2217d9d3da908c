"""Rows for `bench.scale`: a million tasks with their roadmaps, contents and events, generated in SQL."""

from datetime import timedelta
from typing import Final, LiteralString, NamedTuple

import psycopg

PER_ROADMAP: Final = 5
USERS: Final = 20_000
CONCEPTS: Final = 5
MAX_ROWS: Final = 50_000
"""Number of roadmaps with an older structure."""
AGE: Final = timedelta(days=115)
"""Age of the oldest task."""


class Key(NamedTuple):
    """Arguments of one call: a roadmap, its newest task and its user."""

    roadmap_id: str
    task_id: str
    user_id: str
    number: int


def key(number: int) -> Key:
    return Key(f"roadmap-{number:07}", f"task-{number:07}", f"user-{number % USERS}", number)


_IDS: LiteralString = """
    CREATE FUNCTION pg_temp.task(n int) RETURNS text IMMUTABLE LANGUAGE sql
        AS $$ SELECT 'task-' || lpad(n::text, 7, '0') $$;
    CREATE FUNCTION pg_temp.roadmap(n int) RETURNS text IMMUTABLE LANGUAGE sql
        AS $$ SELECT 'roadmap-' || lpad(n::text, 7, '0') $$"""
_WORKERS: LiteralString = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
    VALUES ('alive', 'worker', 'h', 1, 5, now() + interval '1 day'),
        ('dead', 'worker', 'h', 1, 0, now() - interval '1 hour')"""
_ROADMAPS: LiteralString = """
    INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, framework_data, created_at, updated_at,
        deleted_at)
    SELECT r, 'user-' || n %% %(users)s::int, 'Learn topic ' || n, 1, jsonb_build_object('roadmap_id', r,
            'title', 'Learn topic ' || n, 'total_estimated_hours', 20, 'recommended_completion_weeks', 4,
            'stages', jsonb_build_array(jsonb_build_object('stage_id', 's-1', 'name', 'Stage', 'order', 1, 'modules',
                jsonb_build_array(jsonb_build_object('module_id', 'm-1-1', 'name', 'Module', 'concepts',
                    (SELECT jsonb_agg(jsonb_build_object('concept_id', 'c-1-1-' || c, 'name', 'Concept ' || c))
                     FROM generate_series(1, %(concepts)s::int) AS c)))))),
        now() - n * interval '50 s', now() - n * interval '50 s', CASE WHEN n %% 100 = 50 THEN now() END
    FROM (SELECT n, pg_temp.roadmap(n) AS r FROM generate_series(0, %(roadmaps)s::int - 1) AS n) AS m"""
_STRUCTURES: LiteralString = """
    INSERT INTO framework_versions (roadmap_id, version, framework_data)
    SELECT roadmap_id, 0, framework_data FROM roadmap_metadata WHERE roadmap_id < pg_temp.roadmap(%(kept)s)"""
_TASKS: LiteralString = """
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status, current_step,
        user_request, worker_id, attempt, created_at, updated_at, completed_at)
    SELECT pg_temp.task(n), 'user-' || r %% %(users)s::int, pg_temp.roadmap(r), type,
        CASE WHEN type IN ('retry_quiz', 'retry_tutorial') THEN 'c-1-1-1' END,
        CASE type WHEN 'retry_quiz' THEN 'quiz' WHEN 'retry_tutorial' THEN 'tutorial' END, status,
        CASE status WHEN 'processing' THEN 'content_generation' WHEN 'pending' THEN 'init' ELSE 'completed' END,
        '{"preferences": {"learning_goal": "become a backend engineer in Go"}}',
        CASE WHEN status = 'processing' THEN CASE WHEN r %% 100 = 0 THEN 'alive' ELSE 'dead' END END,
        2, at, at, CASE WHEN status NOT IN ('processing', 'pending', 'human_review_pending') THEN at END
    FROM (SELECT n, n %% %(roadmaps)s::int AS r, now() - n * %(step)s::interval AS at,
            (ARRAY['retry_batch', 'retry_quiz', 'modification', 'retry_tutorial', 'creation'])
                [1 + (n / %(roadmaps)s::int + n) %% 5] AS type,
            CASE WHEN n < %(roadmaps)s::int AND n %% 100 < 2 THEN 'processing'
                WHEN n < %(roadmaps)s::int AND n %% 100 = 2 THEN 'pending'
                WHEN n < %(roadmaps)s::int AND n %% 100 = 3 THEN 'human_review_pending'
                WHEN n %% 20 = 4 THEN 'failed' WHEN n %% 20 = 5 THEN 'partial_failure' WHEN n %% 20 = 6 THEN 'cancelled'
                ELSE 'completed' END AS status
          FROM generate_series(0, %(tasks)s::int - 1) AS n) AS made"""
_CONTENTS: LiteralString = """
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt, last_error,
        updated_at)
    SELECT pg_temp.roadmap(n), 'c-1-1-' || c, type, status,
        CASE status WHEN 'completed' THEN 1 ELSE 0 END, pg_temp.task(n), 2,
        CASE status WHEN 'failed' THEN 'the model did not answer' END, now() - n * %(step)s::interval
    FROM (SELECT n, c, type, CASE WHEN type = 'quiz' AND c = 1 AND n %% 100 < 3 THEN 'pending'
                WHEN type = 'quiz' AND c = 2 AND n %% 20 IN (4, 5) THEN 'failed' ELSE 'completed' END AS status
          FROM generate_series(0, %(roadmaps)s::int - 1) AS n, generate_series(1, %(concepts)s::int) AS c,
              unnest(ARRAY['quiz', 'resources', 'tutorial']) AS type) AS made"""
_VERSIONS: LiteralString = """
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
    SELECT roadmap_id, concept_id, content_type, 1, CASE content_type
            WHEN 'quiz' THEN '{"questions": [{"question_id": "q-1", "question_type": "true_false", "question": "Is it?",
                "options": ["yes", "no"], "correct_answer": [0], "explanation": "It is.", "difficulty": "easy"}]}'
            WHEN 'resources' THEN '{"resources": [{"title": "A book", "url": "https://example.org/book",
                "type": "book", "description": "A good one", "relevance_score": 0.9, "language": "en"}]}'
            ELSE '{"title": "A tutorial", "summary": "What it says", "content": "# One\\n\\nA text of some length.",
                "estimated_completion_time": 20, "language": "en"}' END::jsonb, task_id, 'm'
    FROM concept_contents WHERE version = 1"""
_EVENTS: LiteralString = """
    INSERT INTO task_events (task_id, sequence, type, payload, created_at)
    SELECT pg_temp.task(n), s, CASE s WHEN 4 THEN 'run_finished' ELSE 'content_completed' END,
        '{"concept_id": "c-1-1-1", "content_type": "quiz", "version": 1}', now() - n * %(step)s::interval
    FROM generate_series(0, %(tasks)s::int - 1, 4) AS n, generate_series(1, 4) AS s"""
_CALLS: LiteralString = """
    INSERT INTO model_calls (task_id, key, step, model, tokens_in, tokens_out, cost, latency, outcome, answer,
        created_at)
    SELECT pg_temp.task(n), md5(n::text), 'quiz_generation', 'model-' || n %% 3, 900, 400, 0.001, 2,
        'accepted', CASE WHEN n %% 5 = 0 THEN '{"parsed_goal": "backend"}'::jsonb END, now() - n * %(step)s::interval
    FROM generate_series(0, %(tasks)s::int - 1) AS n"""
_TOTALS: LiteralString = """
    INSERT INTO call_totals (model, calls, failed, tokens_in, tokens_out, cost, seconds, last_call_id)
    SELECT model, count(*), 0, sum(tokens_in), sum(tokens_out), sum(cost), sum(latency),
        (SELECT max(call_id) - 1000 FROM model_calls)
    FROM model_calls WHERE call_id <= (SELECT max(call_id) - 1000 FROM model_calls) GROUP BY model"""
_RUNS: LiteralString = """
    INSERT INTO run_totals (task_type, status, runs) SELECT task_type, status, count(*) FROM roadmap_tasks
    WHERE completed_at IS NOT NULL GROUP BY 1, 2"""
_CHECKPOINTS: LiteralString = """
    WITH threads AS (SELECT pg_temp.task(n) AS id
        FROM generate_series(%(tasks)s::int * 3 / 10, %(tasks)s::int * 4 / 10 - 1) AS n),
    blobs AS (INSERT INTO checkpoint.checkpoint_blobs (thread_id, channel, version, type, blob)
        SELECT id, 'state', v, 'msgpack', repeat('x', 300)::bytea FROM threads, generate_series(1, 2) AS v),
    writes AS (INSERT INTO checkpoint.checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, type, blob)
        SELECT id, v::text, 'w', 0, 'state', 'msgpack', 'x' FROM threads, generate_series(1, 2) AS v)
    INSERT INTO checkpoint.checkpoints (thread_id, checkpoint_id, checkpoint)
    SELECT id, v::text, '{"v": 4, "channel_values": {}}' FROM threads, generate_series(1, 2) AS v"""
_PEOPLE: tuple[LiteralString, ...] = (
    """INSERT INTO api_tokens (token_id, token_hash, user_id, role, created_at)
    SELECT 'token-' || n, 'hash-' || n, 'user-' || n, 'learner', now() - n * interval '1 minute'
    FROM generate_series(0, %(users)s::int - 1) AS n""",
    """INSERT INTO idempotency_keys (user_id, key, body_hash, task_id)
    SELECT 'user-' || n %% %(users)s::int, 'key-' || n, 'h', pg_temp.task(n)
    FROM generate_series(0, %(tasks)s::int / 10) AS n""",
    """INSERT INTO webhooks (webhook_id, user_id, url, events, secret, created_at)
    SELECT 'hook-' || n, 'user-' || n, 'https://example.org/', ARRAY['run_finished'], 's', now() - n * interval '1 s'
    FROM generate_series(0, %(users)s::int - 1) AS n""",
    """INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload, status, created_at,
        settled_at)
    SELECT 'msg-' || n, 'hook-' || n %% %(users)s::int, pg_temp.task(n), 4, 'run_finished',
        '{"type": "run_finished"}', CASE WHEN n < 1000 THEN 'pending' ELSE 'delivered' END, now() - n * interval '5 s',
        CASE WHEN n >= 1000 THEN now() - n * interval '5 s' END
    FROM generate_series(0, %(tasks)s::int / 2) AS n""",
    """INSERT INTO learning_progress (user_id, roadmap_id, concept_id)
    SELECT user_id, roadmap_id, 'c-1-1-' || c FROM roadmap_metadata, generate_series(1, 2) AS c""",
    """INSERT INTO quiz_attempts (user_id, attempt_id, roadmap_id, concept_id, version, answers, correct, questions)
    SELECT user_id, 'attempt-' || roadmap_id, roadmap_id, 'c-1-1-1', 1, '[[0]]', 1, 1 FROM roadmap_metadata""",
)
_ALL: Final = (_WORKERS, _ROADMAPS, _STRUCTURES, _TASKS, _CONTENTS, _VERSIONS, _EVENTS, _CALLS, _TOTALS, _RUNS)


def fill(url: str, tasks: int) -> None:
    """Fill a database at the newest revision."""
    values = {
        "tasks": tasks,
        "roadmaps": tasks // PER_ROADMAP,
        "users": USERS,
        "concepts": CONCEPTS,
        "kept": MAX_ROWS,
        "step": AGE / tasks,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '256MB'")
        connection.execute(_IDS)
        for statement in (*_ALL, _CHECKPOINTS, *_PEOPLE):
            connection.execute(statement, values)
        connection.execute("VACUUM ANALYZE")
