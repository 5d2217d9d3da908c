"""Tokens of the HTTP API, keys of repeated requests, and two indexes for what it counts and lists."""

from alembic import op

revision = "0012"
down_revision = "0011"

ACTIVE = "status IN ('human_review_pending', 'pending', 'processing')"


def upgrade() -> None:
    op.execute(f"""
        CREATE TABLE api_tokens (
            token_id TEXT PRIMARY KEY,
            token_hash TEXT NOT NULL CONSTRAINT uq_api_tokens_token_hash UNIQUE,
            user_id TEXT NOT NULL,
            role TEXT NOT NULL CONSTRAINT ck_api_tokens_role
                CHECK (role IN ('admin', 'learner', 'reviewer', 'service')),
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            expires_at TIMESTAMPTZ,
            last_used_at TIMESTAMPTZ,
            revoked_at TIMESTAMPTZ
        );
        CREATE TABLE idempotency_keys (
            user_id TEXT NOT NULL,
            key TEXT NOT NULL,
            body_hash TEXT NOT NULL,
            task_id TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, key)
        );
        CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);
        CREATE INDEX IF NOT EXISTS idx_roadmap_tasks_active_user ON roadmap_tasks (user_id) WHERE {ACTIVE};
    """)


def downgrade() -> None:
    op.execute(
        "DROP INDEX IF EXISTS idx_roadmap_tasks_active_user; DROP TABLE idempotency_keys; DROP TABLE api_tokens;"
    )
