"""Doubts of the checks beside a version of a content. A column that needs no rewrite: nothing waits for it."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0009_doubts"
down_revision = "0008_model_abilities"

KEPT = "kept_doubts"
"""Table for doubts, which older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "content_versions")
    op.execute("ALTER TABLE content_versions ADD COLUMN doubts JSONB NOT NULL DEFAULT '[]'")
    if exists(KEPT):
        op.execute(f"""
            UPDATE content_versions v SET doubts = k.doubts FROM {KEPT} k
            WHERE (v.roadmap_id, v.concept_id, v.content_type, v.version)
                = (k.roadmap_id, k.concept_id, k.content_type, k.version);
            DROP TABLE {KEPT};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "content_versions")
    op.execute(f"""
        CREATE TABLE {KEPT} AS
            SELECT roadmap_id, concept_id, content_type, version, doubts FROM content_versions WHERE doubts <> '[]';
        ALTER TABLE content_versions DROP COLUMN doubts;
    """)
    drop_if_empty(KEPT)
