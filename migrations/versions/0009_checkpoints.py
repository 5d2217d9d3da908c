"""The tables of langgraph-checkpoint-postgres, in a schema of their own; its `setup()` finds nothing to do.

Its own migrations are run in one transaction, hence without CONCURRENTLY; a test holds their number to the one that
this revision was written for.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

NUMBER = 10
"""Of the package's migrations that belong to this revision; later ones get a revision of their own."""


def upgrade() -> None:
    from langgraph.checkpoint.postgres.base import MIGRATIONS  # takes a second to import

    op.execute("CREATE SCHEMA IF NOT EXISTS checkpoint")
    op.execute("SET LOCAL search_path TO checkpoint")
    for number, statement in enumerate(MIGRATIONS[:NUMBER]):
        op.execute(statement.replace("CONCURRENTLY", ""))
        op.execute(f"INSERT INTO checkpoint_migrations (v) VALUES ({number}) ON CONFLICT DO NOTHING")
    op.execute("SET LOCAL search_path TO public")


def downgrade() -> None:
    # Checkpoints of unfinished runs stay; a schema without any goes.
    op.execute("""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM checkpoint.checkpoints) THEN DROP SCHEMA checkpoint CASCADE; END IF;
        EXCEPTION WHEN undefined_table OR invalid_schema_name THEN NULL;
        END $$
    """)
