"""What a database is made of, as PostgreSQL says it: for comparing two of them."""

from typing import LiteralString

from tests.migrations.filling import rows

_PUBLIC: LiteralString = "c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'alembic%'"
_ALL: LiteralString = (
    "c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('checkpoint', 'public', 'queue'))"
)


def _relations(which: LiteralString) -> tuple[LiteralString, ...]:
    """Columns, defaults, constraints, indexes and storage parameters."""
    return (
        f"""
        SELECT c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND {which}
        """,
        f"""
        SELECT c.oid::regclass, k.conname, k.convalidated, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {which}
        """,
        f"""
        SELECT pg_get_indexdef(i.indexrelid), i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE {which}
        """,
        f"SELECT c.oid::regclass, c.reloptions FROM pg_class c WHERE c.reloptions IS NOT NULL AND {which}",
    )


_THE_REST: tuple[LiteralString, ...] = (
    f"SELECT c.oid::regclass, c.relkind, c.relpersistence FROM pg_class c WHERE {_ALL}",
    f"""
    SELECT c.oid::regclass, string_agg(a.attname, ', ' ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND {_ALL} GROUP BY c.oid
    """,
    f"""
    SELECT c.oid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
        d.refobjid::regclass, d.refobjsubid > 0
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
    WHERE {_ALL}
    """,
    f"""
    SELECT c.oid::regclass, pg_get_triggerdef(g.oid), g.tgenabled FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    WHERE {_ALL} AND NOT g.tgisinternal
    """,
    f"SELECT pg_get_functiondef(c.oid) FROM (SELECT oid, pronamespace AS relnamespace FROM pg_proc) AS c WHERE {_ALL}",
    f"""
    SELECT c.oid::regtype, e.enumsortorder, e.enumlabel
    FROM pg_enum e JOIN (SELECT oid, typnamespace AS relnamespace FROM pg_type) AS c ON c.oid = e.enumtypid WHERE {_ALL}
    """,
    "SELECT classoid::regclass, objsubid, description FROM pg_description WHERE objoid >= 16384",
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'",
    "SELECT extname FROM pg_extension",
)


def catalog(url: str) -> set[str]:
    """Columns, defaults, constraints, indexes and storage parameters of schema public, one line each."""
    return {str(row) for query in _relations(_PUBLIC) for row in rows(url, query)}


def whole_catalog(url: str) -> set[str]:
    """The same of all schemas, and whatever else there is: sequences, triggers, functions, comments, ..."""
    return {str(row) for query in (*_relations(_ALL), *_THE_REST) for row in rows(url, query)}
