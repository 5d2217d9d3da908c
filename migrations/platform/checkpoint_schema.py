"""The tables of langgraph-checkpoint-postgres, in the schema `checkpoint`."""

from alembic import op

CHECKPOINT_MIGRATIONS = 10
"""The number of the checkpointer's own migrations that belong to this revision; later ones get a new revision."""


def create() -> None:
    """Run the checkpointer's migrations in this transaction, hence without CONCURRENTLY; `setup()` has nothing to do.

    A test checks that their number is the one for which this revision was written.
    """
    from langgraph.checkpoint.postgres.base import MIGRATIONS  # takes a second to import

    op.execute("CREATE SCHEMA IF NOT EXISTS checkpoint")
    op.execute("SET LOCAL search_path TO checkpoint")
    for number, statement in enumerate(MIGRATIONS[:CHECKPOINT_MIGRATIONS]):
        op.execute(statement.replace("CONCURRENTLY", ""))
        op.execute(f"INSERT INTO checkpoint_migrations (v) VALUES ({number}) ON CONFLICT DO NOTHING")
    op.execute("SET LOCAL search_path TO public")


def drop() -> None:
    """Drop the schema, unless it holds checkpoints of unfinished runs."""
    op.execute("""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM checkpoint.checkpoints) THEN DROP SCHEMA checkpoint CASCADE; END IF;
        EXCEPTION WHEN undefined_table OR invalid_schema_name THEN NULL;
        END $$
    """)
