"""The tables that the legacy system did not have. Nothing waits for them."""

from alembic import op

from migrations.tables import drop_if_empty

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE IF NOT EXISTS workers (
            worker_id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            timeout FLOAT NOT NULL,
            started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            alive_until TIMESTAMPTZ NOT NULL DEFAULT now()
        );
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
            CONSTRAINT ck_concept_contents_status
                CHECK (status IN ('completed', 'failed', 'generating', 'pending'))
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
    """)


def downgrade() -> None:
    drop_if_empty("task_events", "model_calls", "content_versions", "concept_contents", "framework_versions", "workers")
