"""What a call of the ledger was about, and what was asked. Columns that need no rewrite: nothing waits for them."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0014_questions"
down_revision = "0013_second_day"

KEPT = "kept_questions"
"""Table for questions, which older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "model_calls")
    op.execute("""
        ALTER TABLE model_calls ADD COLUMN concept_id TEXT, ADD COLUMN content_type TEXT, ADD COLUMN question JSONB
    """)
    if exists(KEPT):
        op.execute(f"""
            UPDATE model_calls c SET concept_id = k.concept_id, content_type = k.content_type, question = k.question
            FROM {KEPT} k WHERE c.call_id = k.call_id;
            DROP TABLE {KEPT};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "model_calls")
    op.execute(f"""
        CREATE TABLE {KEPT} AS
            SELECT call_id, concept_id, content_type, question FROM model_calls
            WHERE concept_id IS NOT NULL OR question IS NOT NULL;
        ALTER TABLE model_calls DROP COLUMN concept_id, DROP COLUMN content_type, DROP COLUMN question;
    """)
    drop_if_empty(KEPT)
