"""Tasks get a type, and roadmaps no longer refer to a task: roadmap -> tasks is 1:N.

Runs beside writers on a large table: the type is a constant default, checks are validated after they hold,
and rows of retries are found by reading and marked in small batches.
"""

from alembic import op
from sqlalchemy import text

from migrations.legacy_requests import mark_retries, write_types_into_requests
from migrations.locks import build_index, change
from migrations.tables import has_column

revision = "0002"
down_revision = "0001"

TYPES = "'creation', 'modification', 'retry_batch', 'retry_quiz', 'retry_resources', 'retry_tutorial'"
SINGLE_RETRY = "task_type IN ('retry_quiz', 'retry_resources', 'retry_tutorial')"
CHECKS = {
    "ck_roadmap_tasks_task_type": f"task_type IN ({TYPES})",
    "ck_roadmap_tasks_content_type": "content_type IN ('quiz', 'resources', 'tutorial')",
    "ck_roadmap_tasks_single_retry_names_its_content": (
        f"({SINGLE_RETRY}) = (concept_id IS NOT NULL) AND (concept_id IS NULL) = (content_type IS NULL)"
    ),
}
FILL = """
    WITH page AS (
        SELECT roadmap_id FROM roadmap_metadata WHERE roadmap_id > :after ORDER BY roadmap_id LIMIT 1000
    ), filled AS (
        UPDATE roadmap_metadata m SET task_id = (
            SELECT t.task_id FROM roadmap_tasks t
            WHERE t.roadmap_id = m.roadmap_id AND t.task_type = 'creation'
            ORDER BY t.created_at NULLS LAST, t.task_id LIMIT 1
        ) FROM page WHERE m.roadmap_id = page.roadmap_id
    )
    SELECT max(roadmap_id) FROM page
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        columns = "ADD COLUMN IF NOT EXISTS task_type TEXT NOT NULL DEFAULT 'creation'"
        columns += "".join(f", ADD COLUMN IF NOT EXISTS {name} TEXT" for name in ("concept_id", "content_type"))
        checks = "".join(
            f", DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID"
            for name, rule in CHECKS.items()
        )
        change(connection, "roadmap_tasks", f"ALTER TABLE roadmap_tasks {columns}{checks}")
        mark_retries(connection)
        for name in CHECKS:
            change(connection, "roadmap_tasks", f"ALTER TABLE roadmap_tasks VALIDATE CONSTRAINT {name}")
        change(connection, "roadmap_metadata", "ALTER TABLE roadmap_metadata DROP COLUMN IF EXISTS task_id")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        change(connection, "roadmap_metadata", "ALTER TABLE roadmap_metadata ADD COLUMN IF NOT EXISTS task_id VARCHAR")
        if has_column("roadmap_tasks", "task_type"):  # else: interrupted after the last statement below
            write_types_into_requests(connection)
            after: str | None = ""
            while after is not None:
                after = connection.execute(text(FILL), {"after": after}).scalar()
        build_index(connection, "ix_roadmap_metadata_task_id", "roadmap_metadata", "(task_id)")
        gone = ", ".join(f"DROP COLUMN IF EXISTS {name}" for name in ("task_type", "concept_id", "content_type"))
        change(connection, "roadmap_tasks", f"ALTER TABLE roadmap_tasks {gone}")
