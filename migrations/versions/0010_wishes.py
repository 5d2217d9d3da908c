"""Wishes for contents, which hold until they are taken back. A new table: nothing waits for it."""

from alembic import op

revision = "0010_wishes"
down_revision = "0009_doubts"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE IF NOT EXISTS content_wishes (
            roadmap_id TEXT NOT NULL,
            concept_id TEXT NOT NULL,
            content_type TEXT NOT NULL,
            task_id TEXT NOT NULL,
            wish TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            withdrawn_at TIMESTAMPTZ,
            PRIMARY KEY (roadmap_id, concept_id, content_type, task_id)
        );
    """)


def downgrade() -> None:
    """Drop the wishes: the requests of their runs keep the words."""
    op.execute("DROP TABLE IF EXISTS content_wishes")
