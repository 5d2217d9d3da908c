"""What a database is made of, as PostgreSQL says it: for comparing two of them."""

from typing import LiteralString

from tests.migrations.filling import rows

_OURS: LiteralString = "c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'alembic%'"
COLUMNS: LiteralString = f"""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND {_OURS}
"""
CONSTRAINTS: LiteralString = f"""
    SELECT c.relname, k.conname, k.convalidated, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {_OURS}
"""
INDEXES: LiteralString = f"""
    SELECT pg_get_indexdef(i.indexrelid), i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE {_OURS}
"""
STORAGE: LiteralString = f"SELECT c.relname, c.reloptions FROM pg_class c WHERE c.reloptions IS NOT NULL AND {_OURS}"


def catalog(url: str) -> set[str]:
    """Columns, defaults, constraints, indexes and storage parameters of schema public, one line each."""
    return {str(row) for query in (COLUMNS, CONSTRAINTS, INDEXES, STORAGE) for row in rows(url, query)}
