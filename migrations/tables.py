"""What several revisions do with tables. Works on names, knows no columns."""

from alembic import op
from sqlalchemy import text


def drop_if_empty(*tables: str) -> None:
    """Drop what holds no rows. What holds some stays, for the upgrade that comes back to find it."""
    for table in tables:
        op.execute(f"""
            DO $$ BEGIN
                LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;
                IF NOT EXISTS (SELECT FROM {table}) THEN DROP TABLE {table}; END IF;
            EXCEPTION WHEN undefined_table THEN NULL;
            END $$
        """)


def has_column(table: str, column: str) -> bool:
    found = op.get_bind().execute(
        text("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attname = :column AND attnum > 0"),
        {"table": table, "column": column},
    )
    return found.scalar() is not None


def exists(name: str) -> bool:
    """Say whether there is a table or an index of this name."""
    return op.get_bind().execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": name}).scalar() is True
