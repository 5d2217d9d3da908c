"""Tokens of the HTTP API, keys of repeated requests, and indexes for what it counts and lists."""

from alembic import op

from migrations.locks import build_index, change
from migrations.tables import drop_if_empty

revision = "0012"
down_revision = "0011"

ACTIVE = "status IN ('human_review_pending', 'pending', 'processing')"
INDEXES = {
    "idx_roadmap_tasks_active_user": ("roadmap_tasks", f"(user_id) WHERE {ACTIVE}"),
    "idx_roadmap_tasks_created_at": ("roadmap_tasks", "(created_at, task_id)"),
    "idx_roadmap_tasks_status_created_at": ("roadmap_tasks", "(status, created_at, task_id)"),
    "idx_roadmap_tasks_task_type_created_at": ("roadmap_tasks", "(task_type, created_at, task_id)"),
    "ix_roadmap_metadata_created_at": ("roadmap_metadata", "(created_at, roadmap_id)"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, definition) in INDEXES.items():
            build_index(op.get_bind(), name, table, definition)
    op.execute("""
        CREATE TABLE IF NOT EXISTS api_tokens (
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
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            user_id TEXT NOT NULL,
            key TEXT NOT NULL,
            body_hash TEXT NOT NULL,
            task_id TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, key)
        );
        CREATE INDEX IF NOT EXISTS ix_idempotency_keys_created_at ON idempotency_keys (created_at);
    """)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, _) in INDEXES.items():
            change(op.get_bind(), table, f"DROP INDEX IF EXISTS {name}")
    op.execute("DROP TABLE IF EXISTS idempotency_keys")
    drop_if_empty("api_tokens")
