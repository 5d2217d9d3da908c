"""Marks of concepts and titles of one's own. Columns that need no rewrite: nothing waits for them."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0016_second_day"
down_revision = "0012_code_reports"

KEPT_MARKS = "kept_concept_marks"
KEPT_TITLES = "kept_own_titles"
"""Tables for what older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "learning_progress", "roadmap_metadata")
    op.execute("""
        ALTER TABLE learning_progress ADD COLUMN mark TEXT NOT NULL DEFAULT 'done';
        ALTER TABLE learning_progress ADD CONSTRAINT ck_learning_progress_mark
            CHECK (mark IN ('done', 'in_progress', 'known'));
        ALTER TABLE roadmap_metadata ADD COLUMN own_title TEXT;
    """)
    if exists(KEPT_MARKS):
        op.execute(f"""
            INSERT INTO learning_progress SELECT * FROM {KEPT_MARKS}
                ON CONFLICT (user_id, roadmap_id, concept_id) DO NOTHING;
            DROP TABLE {KEPT_MARKS};
        """)
    if exists(KEPT_TITLES):
        op.execute(f"""
            UPDATE roadmap_metadata m SET own_title = k.own_title FROM {KEPT_TITLES} k
            WHERE m.roadmap_id = k.roadmap_id;
            DROP TABLE {KEPT_TITLES};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "learning_progress", "roadmap_metadata")
    # Older versions count every row as learned.
    op.execute(f"""
        CREATE TABLE {KEPT_MARKS} AS
            SELECT user_id, roadmap_id, concept_id, done_at, mark FROM learning_progress WHERE mark <> 'done';
        DELETE FROM learning_progress WHERE mark <> 'done';
        ALTER TABLE learning_progress DROP COLUMN mark;
        CREATE TABLE {KEPT_TITLES} AS
            SELECT roadmap_id, own_title FROM roadmap_metadata WHERE own_title IS NOT NULL;
        ALTER TABLE roadmap_metadata DROP COLUMN own_title;
    """)
    drop_if_empty(KEPT_MARKS, KEPT_TITLES)
