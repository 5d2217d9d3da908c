"""Webhooks and their deliveries; and totals, so that counting everything there ever was reads almost nothing."""

from alembic import op

from migrations.tables import drop_if_empty, exists

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE IF NOT EXISTS webhooks (
            webhook_id TEXT PRIMARY KEY,
            user_id TEXT NOT NULL,
            url TEXT NOT NULL,
            events TEXT[] NOT NULL,
            secret TEXT NOT NULL,
            disabled_reason TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT ck_webhooks_events
                CHECK (cardinality(events) > 0 AND events <@ ARRAY['review_requested', 'run_finished'])
        );
        CREATE INDEX IF NOT EXISTS ix_webhooks_user_id_created_at ON webhooks (user_id, created_at, webhook_id);
        CREATE TABLE IF NOT EXISTS webhook_deliveries (
            delivery_id TEXT PRIMARY KEY,
            webhook_id TEXT NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
            task_id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            event TEXT NOT NULL,
            payload JSONB NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            attempts INTEGER NOT NULL DEFAULT 0,
            resent_after INTEGER NOT NULL DEFAULT 0,
            due_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            last_status INTEGER,
            last_error TEXT,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            settled_at TIMESTAMPTZ,
            CONSTRAINT ck_webhook_deliveries_status CHECK (status IN ('delivered', 'failed', 'pending')),
            CONSTRAINT uq_webhook_deliveries_event UNIQUE (webhook_id, task_id, sequence)
        );
        CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_pending ON webhook_deliveries (webhook_id, due_at)
            WHERE status = 'pending';
        CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_webhook_id_created_at
            ON webhook_deliveries (webhook_id, created_at, delivery_id);
        CREATE INDEX IF NOT EXISTS ix_webhook_deliveries_settled_at ON webhook_deliveries (settled_at);
    """)
    _make_totals()


def _make_totals() -> None:
    # Counted once, in the transaction that makes the tables. Calls of the last minutes may not be committed yet: the
    # first one of them, and what has a higher number, is left to whoever adds up later.
    if exists("run_totals"):
        return
    op.execute("""
        CREATE TABLE run_totals (
            total_id BIGSERIAL PRIMARY KEY,
            task_type TEXT NOT NULL,
            status TEXT NOT NULL,
            runs BIGINT NOT NULL
        );
        INSERT INTO run_totals (task_type, status, runs)
            SELECT task_type, status, count(*) FROM roadmap_tasks
            WHERE status IN ('cancelled', 'completed', 'failed', 'partial_failure') GROUP BY task_type, status;
        CREATE TABLE call_totals (
            model TEXT PRIMARY KEY,
            calls BIGINT NOT NULL,
            failed BIGINT NOT NULL,
            tokens_in BIGINT NOT NULL,
            tokens_out BIGINT NOT NULL,
            cost FLOAT NOT NULL,
            seconds FLOAT NOT NULL,
            last_call_id BIGINT NOT NULL
        );
        INSERT INTO call_totals (model, calls, failed, tokens_in, tokens_out, cost, seconds, last_call_id)
            SELECT model, count(*), count(*) FILTER (WHERE position('/' in key) > 0), sum(tokens_in), sum(tokens_out),
                sum(cost), sum(latency), max(call_id)
            FROM model_calls WHERE call_id < coalesce(
                (SELECT min(call_id) FROM model_calls WHERE created_at >= now() - interval '10 minutes'), 2147483647)
            GROUP BY model
    """)


def downgrade() -> None:
    drop_if_empty("webhook_deliveries", "webhooks")
    # Counted anew by the next upgrade.
    op.execute("DROP TABLE IF EXISTS run_totals, call_totals")
