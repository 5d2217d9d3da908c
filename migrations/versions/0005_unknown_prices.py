"""Calls without a known price, estimates of tokens, and what calls under a budget may use while they are open."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0005_unknown_prices"
down_revision = "0004_platform"

KEPT = "kept_model_calls"
"""Table for data that older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "model_calls", "call_totals")
    op.execute("""
        ALTER TABLE model_calls
            ALTER COLUMN cost DROP NOT NULL,
            ADD COLUMN estimated BOOLEAN NOT NULL DEFAULT false;
        ALTER TABLE call_totals
            ADD COLUMN unpriced_calls BIGINT NOT NULL DEFAULT 0,
            ADD COLUMN estimated_calls BIGINT NOT NULL DEFAULT 0;
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
        )
    """)
    if exists(KEPT):
        _bring_back()


def _bring_back() -> None:
    op.execute(f"""
        UPDATE model_calls c SET cost = CASE WHEN k.unpriced THEN NULL ELSE c.cost END, estimated = k.estimated
            FROM {KEPT} k WHERE k.call_id = c.call_id;
        UPDATE call_totals t SET unpriced_calls = k.unpriced, estimated_calls = k.estimated FROM (
            SELECT c.model, count(*) FILTER (WHERE c.cost IS NULL) AS unpriced, count(*) FILTER (WHERE c.estimated)
                AS estimated
            FROM model_calls c JOIN call_totals t ON t.model = c.model AND c.call_id <= t.last_call_id GROUP BY c.model
        ) AS k WHERE k.model = t.model;
        DROP TABLE {KEPT};
    """)


def downgrade() -> None:
    """Older versions expect a number: an unknown cost becomes 0, as they would have stored it."""
    lock(op.get_bind(), "model_calls", "call_totals", "call_reservations")
    op.execute(f"""
        CREATE TABLE {KEPT} AS
            SELECT call_id, cost IS NULL AS unpriced, estimated FROM model_calls WHERE cost IS NULL OR estimated;
        UPDATE model_calls SET cost = 0 WHERE cost IS NULL;
        ALTER TABLE model_calls
            ALTER COLUMN cost SET NOT NULL,
            DROP COLUMN estimated;
        ALTER TABLE call_totals
            DROP COLUMN unpriced_calls,
            DROP COLUMN estimated_calls;
    """)
    drop_if_empty("call_reservations", KEPT)
