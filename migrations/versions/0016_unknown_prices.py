"""Calls without a known price, estimates of tokens, and what calls under a budget may use while they are open."""

from alembic import op

from migrations.locks import change
from migrations.tables import drop_if_empty

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        change(connection, "model_calls", "ALTER TABLE model_calls ALTER COLUMN cost DROP NOT NULL")
        change(
            connection,
            "model_calls",
            "ALTER TABLE model_calls ADD COLUMN IF NOT EXISTS estimated BOOLEAN NOT NULL DEFAULT false",
        )
        change(
            connection,
            "call_totals",
            """ALTER TABLE call_totals ADD COLUMN IF NOT EXISTS unpriced_calls BIGINT NOT NULL DEFAULT 0,
                ADD COLUMN IF NOT EXISTS estimated_calls BIGINT NOT NULL DEFAULT 0""",
        )
    op.execute("""
        CREATE TABLE IF NOT EXISTS call_reservations (
            task_id TEXT NOT NULL,
            key TEXT NOT NULL,
            step TEXT NOT NULL,
            model TEXT NOT NULL,
            tokens_in INTEGER NOT NULL,
            tokens_out INTEGER NOT NULL,
            cost FLOAT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (task_id, key)
        )""")


def downgrade() -> None:
    """Older versions read a number: a cost that nobody knows becomes 0, as they would have written it."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        change(connection, "model_calls", "UPDATE model_calls SET cost = 0 WHERE cost IS NULL")
        change(connection, "model_calls", "ALTER TABLE model_calls ALTER COLUMN cost SET NOT NULL")
        change(connection, "model_calls", "ALTER TABLE model_calls DROP COLUMN IF EXISTS estimated")
        change(
            connection,
            "call_totals",
            """ALTER TABLE call_totals DROP COLUMN IF EXISTS unpriced_calls,
                DROP COLUMN IF EXISTS estimated_calls""",
        )
    drop_if_empty("call_reservations")
