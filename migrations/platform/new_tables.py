"""The tables that the legacy system did not have, each with its indexes."""

from alembic import op

from migrations.tables import drop_if_empty

RUNS = """
    CREATE TABLE IF NOT EXISTS workers (
        worker_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        timeout FLOAT NOT NULL,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        alive_until TIMESTAMPTZ NOT NULL DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS model_calls (
        call_id SERIAL PRIMARY KEY,
        task_id TEXT NOT NULL,
        key TEXT NOT NULL,
        step TEXT NOT NULL,
        model TEXT NOT NULL,
        tokens_in INTEGER NOT NULL DEFAULT 0,
        tokens_out INTEGER NOT NULL DEFAULT 0,
        cost FLOAT NOT NULL DEFAULT 0,
        latency FLOAT NOT NULL DEFAULT 0,
        finish_reason TEXT,
        outcome TEXT NOT NULL,
        answer JSONB,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT uq_model_calls_task_id_key UNIQUE (task_id, key)
    );
    CREATE TABLE IF NOT EXISTS task_events (
        task_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        payload JSONB NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (task_id, sequence)
    );
"""
CONTENTS = """
    CREATE TABLE IF NOT EXISTS framework_versions (
        roadmap_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        framework_data JSONB NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (roadmap_id, version)
    );
    CREATE TABLE IF NOT EXISTS concept_contents (
        roadmap_id TEXT NOT NULL,
        concept_id TEXT NOT NULL,
        content_type TEXT NOT NULL,
        status TEXT NOT NULL DEFAULT 'pending',
        version INTEGER NOT NULL DEFAULT 0,
        task_id TEXT,
        attempt INTEGER NOT NULL DEFAULT 0,
        last_error TEXT,
        updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (roadmap_id, concept_id, content_type),
        CONSTRAINT ck_concept_contents_content_type CHECK (content_type IN ('quiz', 'resources', 'tutorial')),
        CONSTRAINT ck_concept_contents_status CHECK (status IN ('completed', 'failed', 'generating', 'pending'))
    ) WITH (fillfactor = 50);
    CREATE INDEX IF NOT EXISTS ix_concept_contents_task_id ON concept_contents (task_id);
    CREATE TABLE IF NOT EXISTS content_versions (
        roadmap_id TEXT NOT NULL,
        concept_id TEXT NOT NULL,
        content_type TEXT NOT NULL,
        version INTEGER NOT NULL,
        payload JSONB NOT NULL,
        task_id TEXT NOT NULL,
        author TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (roadmap_id, concept_id, content_type, version)
    );
"""
ACCESS = """
    CREATE TABLE IF NOT EXISTS api_tokens (
        token_id TEXT PRIMARY KEY,
        token_hash TEXT NOT NULL CONSTRAINT uq_api_tokens_token_hash UNIQUE,
        user_id TEXT NOT NULL,
        role TEXT NOT NULL CONSTRAINT ck_api_tokens_role CHECK (role IN ('admin', 'learner', 'reviewer', 'service')),
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        expires_at TIMESTAMPTZ,
        last_used_at TIMESTAMPTZ,
        revoked_at TIMESTAMPTZ
    );
    CREATE INDEX IF NOT EXISTS ix_api_tokens_user_id_created_at ON api_tokens (user_id, created_at, token_id);
    CREATE TABLE IF NOT EXISTS idempotency_keys (
        user_id TEXT NOT NULL,
        key TEXT NOT NULL,
        body_hash TEXT NOT NULL,
        task_id TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, key)
    );
    CREATE INDEX IF NOT EXISTS ix_idempotency_keys_created_at ON idempotency_keys (created_at);
"""
WEBHOOKS = """
    CREATE TABLE IF NOT EXISTS webhooks (
        webhook_id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        url TEXT NOT NULL,
        events TEXT[] NOT NULL,
        secret TEXT NOT NULL,
        disabled_reason TEXT,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT ck_webhooks_events
            CHECK (cardinality(events) > 0 AND events <@ ARRAY['review_requested', 'run_finished'])
    );
    CREATE INDEX IF NOT EXISTS ix_webhooks_user_id_created_at ON webhooks (user_id, created_at, webhook_id);
    CREATE INDEX IF NOT EXISTS ix_webhooks_created_at ON webhooks (created_at, webhook_id);
    CREATE TABLE IF NOT EXISTS webhook_deliveries (
        delivery_id TEXT PRIMARY KEY,
        webhook_id TEXT NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
        task_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        event TEXT NOT NULL,
        payload JSONB NOT NULL,
        status TEXT NOT NULL DEFAULT 'pending',
        attempts INTEGER NOT NULL DEFAULT 0,
        resent_after INTEGER NOT NULL DEFAULT 0,
        due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        last_status INTEGER,
        last_error TEXT,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        settled_at TIMESTAMPTZ,
        CONSTRAINT ck_webhook_deliveries_status CHECK (status IN ('delivered', 'failed', 'pending')),
        CONSTRAINT uq_webhook_deliveries_event UNIQUE (webhook_id, task_id, sequence)
    );
    CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_pending ON webhook_deliveries (webhook_id, due_at)
        WHERE status = 'pending';
    CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_webhook_id_created_at
        ON webhook_deliveries (webhook_id, created_at, delivery_id);
    CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_settled_at ON webhook_deliveries (settled_at);
"""
LEARNING = """
    CREATE TABLE IF NOT EXISTS learning_progress (
        user_id TEXT NOT NULL,
        roadmap_id TEXT NOT NULL,
        concept_id TEXT NOT NULL,
        done_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, roadmap_id, concept_id)
    );
    CREATE TABLE IF NOT EXISTS quiz_attempts (
        user_id TEXT NOT NULL,
        attempt_id TEXT NOT NULL,
        roadmap_id TEXT NOT NULL,
        concept_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        answers JSONB NOT NULL,
        correct INTEGER NOT NULL,
        questions INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, attempt_id),
        CONSTRAINT ck_quiz_attempts_correct CHECK (correct >= 0 AND correct <= questions AND questions > 0)
    );
    CREATE INDEX IF NOT EXISTS ix_quiz_attempts_user_id_roadmap_id
        ON quiz_attempts (user_id, roadmap_id, concept_id, created_at);
"""
NAMES = (
    "quiz_attempts",
    "learning_progress",
    "webhook_deliveries",
    "webhooks",
    "idempotency_keys",
    "api_tokens",
    "task_events",
    "model_calls",
    "content_versions",
    "concept_contents",
    "framework_versions",
    "workers",
)
"""In the order in which they can be dropped: a table before those that it refers to."""


def create() -> None:
    """Create missing tables: a downgrade keeps those that have rows."""
    for tables in (RUNS, CONTENTS, ACCESS, WEBHOOKS, LEARNING):
        op.execute(tables)


def drop() -> None:
    drop_if_empty(*NAMES)
