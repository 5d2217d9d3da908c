"""The tables of PgQueuer, in a schema of their own."""

from alembic import op
from pgqueuer.adapters.persistence.qb import DBSettings, QueryBuilderEnvironment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # One transaction: the schema is there whole, or not at all.
    exists = op.get_bind().exec_driver_sql("SELECT to_regclass('queue.pgqueuer') IS NOT NULL").scalar()
    if not exists:
        op.execute(QueryBuilderEnvironment(settings=DBSettings(db_schema="queue")).build_install_query())


def downgrade() -> None:
    # Entries only wake workers; tasks that wait are enqueued again by whoever sweeps.
    op.execute("DROP SCHEMA IF EXISTS queue CASCADE")
