"""Operations on tables, by name, that several revisions share."""

from alembic import op
from sqlalchemy import text


def drop_if_empty(*tables: str) -> None:
    """Drop the tables without rows; the others stay for a later upgrade."""
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
    """Return whether a table or an index of this name exists."""
    return op.get_bind().execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": name}).scalar() is True
