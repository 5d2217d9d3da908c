"""Wishes for contents, which hold until they are taken back. A new table: nothing waits for it."""

from alembic import op

from migrations.tables import drop_if_empty, exists

revision = "0010_wishes"
down_revision = "0009_doubts"

KEPT = "kept_wishes"
"""Table for wishes, which hold until they are taken back, from a downgrade to the next upgrade."""


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
    if exists(KEPT):
        op.execute(f"""
            INSERT INTO content_wishes SELECT * FROM {KEPT} ON CONFLICT DO NOTHING;
            DROP TABLE {KEPT};
        """)


def downgrade() -> None:
    op.execute(f"""
        CREATE TABLE IF NOT EXISTS {KEPT} AS SELECT * FROM content_wishes;
        DROP TABLE IF EXISTS content_wishes;
    """)
    drop_if_empty(KEPT)
