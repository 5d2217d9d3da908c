"""The tables of langgraph-checkpoint-postgres, in a schema of their own; its `setup()` finds nothing to do.

Its own migrations 0 to 9 without CONCURRENTLY, repeated here like everything a revision means;
tests/migrations holds them against the installed package.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

MIGRATIONS = (
    """CREATE TABLE IF NOT EXISTS checkpoint_migrations (
        v INTEGER PRIMARY KEY
    )""",
    """CREATE TABLE IF NOT EXISTS checkpoints (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        checkpoint_id TEXT NOT NULL,
        parent_checkpoint_id TEXT,
        type TEXT,
        checkpoint JSONB NOT NULL,
        metadata JSONB NOT NULL DEFAULT '{}',
        PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
    )""",
    """CREATE TABLE IF NOT EXISTS checkpoint_blobs (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL,
        version TEXT NOT NULL,
        type TEXT NOT NULL,
        blob BYTEA,
        PRIMARY KEY (thread_id, checkpoint_ns, channel, version)
    )""",
    """CREATE TABLE IF NOT EXISTS checkpoint_writes (
        thread_id TEXT NOT NULL,
        checkpoint_ns TEXT NOT NULL DEFAULT '',
        checkpoint_id TEXT NOT NULL,
        task_id TEXT NOT NULL,
        idx INTEGER NOT NULL,
        channel TEXT NOT NULL,
        type TEXT,
        blob BYTEA NOT NULL,
        PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
    )""",
    "ALTER TABLE checkpoint_blobs ALTER COLUMN blob DROP not null",
    "SELECT 1",
    "CREATE INDEX IF NOT EXISTS checkpoints_thread_id_idx ON checkpoints(thread_id)",
    "CREATE INDEX IF NOT EXISTS checkpoint_blobs_thread_id_idx ON checkpoint_blobs(thread_id)",
    "CREATE INDEX IF NOT EXISTS checkpoint_writes_thread_id_idx ON checkpoint_writes(thread_id)",
    "ALTER TABLE checkpoint_writes ADD COLUMN IF NOT EXISTS task_path TEXT NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS checkpoint")
    op.execute("SET LOCAL search_path TO checkpoint")
    for number, statement in enumerate(MIGRATIONS):
        op.execute(statement)
        op.execute(f"INSERT INTO checkpoint_migrations (v) VALUES ({number}) ON CONFLICT DO NOTHING")
    op.execute("SET LOCAL search_path TO public")


def downgrade() -> None:
    # Checkpoints of unfinished runs stay; a schema without any goes.
    op.execute("""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM checkpoint.checkpoints) THEN DROP SCHEMA checkpoint CASCADE; END IF;
        EXCEPTION WHEN undefined_table OR invalid_schema_name THEN NULL;
        END $$
    """)
