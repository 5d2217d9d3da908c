"""Marks, titles of one's own, repetition, notes, reports. Columns without a rewrite and new tables: nothing waits."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0013_second_day"
down_revision = "0012_code_reports"

KEPT_MARKS = "kept_concept_marks"
KEPT_TITLES = "kept_own_titles"
"""Tables for what older columns cannot hold, from a downgrade to the next upgrade."""

TABLES = ("repetitions", "repetition_answers", "concept_notes", "content_reports")


def upgrade() -> None:
    lock(op.get_bind(), "learning_progress", "roadmap_metadata")
    op.execute("""
        ALTER TABLE learning_progress ADD COLUMN mark TEXT NOT NULL DEFAULT 'done';
        ALTER TABLE learning_progress ADD CONSTRAINT ck_learning_progress_mark
            CHECK (mark IN ('done', 'in_progress', 'known'));
        ALTER TABLE roadmap_metadata ADD COLUMN own_title TEXT;
    """)
    op.execute("""
        CREATE TABLE IF NOT EXISTS repetitions (
            user_id TEXT NOT NULL,
            roadmap_id TEXT NOT NULL,
            concept_id TEXT NOT NULL,
            question_id TEXT NOT NULL,
            answers INTEGER NOT NULL CONSTRAINT ck_repetitions_answers CHECK (answers > 0),
            phase TEXT NOT NULL CONSTRAINT ck_repetitions_phase CHECK (phase IN ('learning', 'relearning', 'review')),
            stability DOUBLE PRECISION NOT NULL,
            difficulty DOUBLE PRECISION NOT NULL,
            first_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            answered_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, roadmap_id, concept_id, question_id)
        );
        CREATE INDEX IF NOT EXISTS ix_repetitions_user_id_due_at ON repetitions (user_id, due_at);
        CREATE INDEX IF NOT EXISTS ix_repetitions_user_id_first_at ON repetitions (user_id, first_at);
        CREATE TABLE IF NOT EXISTS repetition_answers (
            user_id TEXT NOT NULL,
            answer_id TEXT NOT NULL,
            roadmap_id TEXT NOT NULL,
            concept_id TEXT NOT NULL,
            question_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            number INTEGER NOT NULL,
            chosen JSONB NOT NULL,
            correct BOOLEAN NOT NULL,
            answered_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, answer_id)
        );
        CREATE TABLE IF NOT EXISTS concept_notes (
            user_id TEXT NOT NULL,
            roadmap_id TEXT NOT NULL,
            concept_id TEXT NOT NULL,
            note TEXT NOT NULL,
            version INTEGER NOT NULL,
            updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, roadmap_id, concept_id)
        );
        CREATE TABLE IF NOT EXISTS content_reports (
            user_id TEXT NOT NULL,
            report_id TEXT NOT NULL,
            roadmap_id TEXT NOT NULL,
            concept_id TEXT NOT NULL,
            content_type TEXT NOT NULL,
            version INTEGER NOT NULL,
            part TEXT NOT NULL,
            words TEXT NOT NULL,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (user_id, report_id)
        );
        CREATE INDEX IF NOT EXISTS ix_content_reports_created_at ON content_reports (created_at);
        CREATE INDEX IF NOT EXISTS ix_content_reports_roadmap_id ON content_reports (roadmap_id, created_at);
    """)
    if exists(KEPT_MARKS):
        op.execute(f"""
            INSERT INTO learning_progress (user_id, roadmap_id, concept_id, done_at, mark)
                SELECT user_id, roadmap_id, concept_id, done_at, mark FROM {KEPT_MARKS}
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
    # Older versions leave these tables alone, and the next upgrade uses them again.
    drop_if_empty(KEPT_MARKS, KEPT_TITLES, *TABLES)
