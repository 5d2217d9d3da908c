"""How far learners are: concepts they have done, and their attempts at quizzes."""

from alembic import op

from migrations.tables import drop_if_empty

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("""
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
    """)


def downgrade() -> None:
    drop_if_empty("quiz_attempts", "learning_progress")
