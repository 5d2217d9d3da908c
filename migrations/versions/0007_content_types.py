"""Checks guard the form of a content type, no longer which types there are: a package may declare its own.

Every row that the old checks let pass has that form, so the new ones are validated beside writers.
"""

from alembic import op

from migrations.locks import change, lock
from migrations.tables import drop_if_empty

revision = "0007_content_types"
down_revision = "0006_pace"

CHECKS = (
    # (table, name, rule, rule before)
    (
        "roadmap_tasks",
        "ck_roadmap_tasks_task_type",
        "task_type ~ '^(creation|modification|retry_[a-z][a-z_]{0,31})$'",
        "task_type IN ('creation', 'modification', 'retry_batch', 'retry_quiz', 'retry_resources', 'retry_tutorial')",
    ),
    (
        "roadmap_tasks",
        "ck_roadmap_tasks_content_type",
        "content_type ~ '^[a-z][a-z_]{0,31}$'",
        "content_type IN ('quiz', 'resources', 'tutorial')",
    ),
    (
        "roadmap_tasks",
        "ck_roadmap_tasks_single_retry_names_its_content",
        "(NOT task_type IN ('creation', 'modification', 'retry_batch')) = (concept_id IS NOT NULL) "
        "AND (concept_id IS NULL) = (content_type IS NULL)",
        "(task_type IN ('retry_quiz', 'retry_resources', 'retry_tutorial')) = (concept_id IS NOT NULL) "
        "AND (concept_id IS NULL) = (content_type IS NULL)",
    ),
    (
        "concept_contents",
        "ck_concept_contents_content_type",
        "content_type ~ '^[a-z][a-z_]{0,31}$'",
        "content_type IN ('quiz', 'resources', 'tutorial')",
    ),
)
KEPT = {
    "roadmap_tasks": "kept_tasks_of_other_types",
    "concept_contents": "kept_contents_of_other_types",
    "content_versions": "kept_versions_of_other_types",
}
"""Tables for rows of types that the older version does not know, from a downgrade to the next upgrade."""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for table in dict.fromkeys(table for table, *_ in CHECKS):
            change(connection, table, f"ALTER TABLE {table} {_replaced(table, 2)}")
        for table, name, *_ in CHECKS:
            change(connection, table, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        for table, kept in KEPT.items():
            change(connection, table, _bring_back(table, kept))


def downgrade() -> None:
    lock(op.get_bind(), *KEPT)
    for table, kept in KEPT.items():
        other = "coalesce(content_type NOT IN ('quiz', 'resources', 'tutorial'), false)"
        op.execute(f"""
            CREATE TABLE {kept} AS SELECT * FROM {table} WHERE {other};
            DELETE FROM {table} WHERE {other}
        """)
    for table in dict.fromkeys(table for table, *_ in CHECKS):
        op.execute(f"ALTER TABLE {table} {_replaced(table, 3)}")
        for name in (name for of, name, *_ in CHECKS if of == table):
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
    drop_if_empty(*KEPT.values())


def _replaced(table: str, rule: int) -> str:
    return ", ".join(
        f"DROP CONSTRAINT IF EXISTS {check[1]}, ADD CONSTRAINT {check[1]} CHECK ({check[rule]}) NOT VALID"
        for check in CHECKS
        if check[0] == table
    )


def _bring_back(table: str, kept: str) -> str:
    """Return one statement that puts kept rows back. Columns that a deeper downgrade has made new get their default."""
    return f"""
        DO $$ DECLARE columns text; BEGIN
            IF to_regclass('{kept}') IS NULL THEN RETURN; END IF;
            SELECT string_agg(quote_ident(k.attname), ', ') INTO columns
            FROM pg_attribute k JOIN pg_attribute a ON a.attname = k.attname
                AND a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
            WHERE k.attrelid = '{kept}'::regclass AND k.attnum > 0 AND NOT k.attisdropped;
            EXECUTE format('INSERT INTO {table} (%1$s) SELECT %1$s FROM {kept} ON CONFLICT DO NOTHING', columns);
            DROP TABLE {kept};
        END $$
    """
