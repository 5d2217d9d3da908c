"""The platform: the legacy tables in their present form, and all new tables.

The two legacy tables are rewritten in one transaction, which blocks them (docs/operations.md has the seconds). Further
indexes on them are built concurrently afterwards; an interrupted revision is run again and continues there.
A downgrade is one transaction.
"""

from alembic import op

from migrations.legacy import create_to_jsonb, known_timezone
from migrations.locks import build_index, lock
from migrations.platform import checkpoint_schema, contents, fence, new_tables, queue_schema, roadmaps, tasks, totals
from migrations.tables import exists

revision = "0004_platform"
down_revision = "0003"

INDEXES = {
    "idx_roadmap_tasks_active_user": ("roadmap_tasks", f"(user_id) WHERE {tasks.ACTIVE}"),
    "idx_roadmap_tasks_created_at": ("roadmap_tasks", "(created_at, task_id)"),
    "idx_roadmap_tasks_status_created_at": ("roadmap_tasks", "(status, created_at, task_id)"),
    "idx_roadmap_tasks_task_type_created_at": ("roadmap_tasks", "(task_type, created_at, task_id)"),
    "ix_roadmap_metadata_created_at": ("roadmap_metadata", "(created_at, roadmap_id)"),
}


def upgrade() -> None:
    if not exists("uq_roadmap_tasks_active_structure"):  # else: interrupted while the indexes below were built
        _convert()
    with op.get_context().autocommit_block():
        for name, (table, definition) in INDEXES.items():
            build_index(op.get_bind(), name, table, definition)
    contents.read_from_frameworks()
    totals.count()


def _convert() -> None:
    zone = known_timezone()
    lock(op.get_bind(), "roadmap_tasks", "roadmap_metadata")
    new_tables.create()
    create_to_jsonb()
    tasks.convert(zone)
    roadmaps.convert(zone)
    fence.create()
    checkpoint_schema.create()
    queue_schema.create()


def downgrade() -> None:
    zone = known_timezone()
    lock(op.get_bind(), "roadmap_tasks", "roadmap_metadata", *new_tables.NAMES)
    op.execute(f"DROP INDEX {', '.join(INDEXES)}")
    contents.write_into_frameworks()
    roadmaps.revert(zone)
    tasks.revert(zone)
    fence.drop()
    checkpoint_schema.drop()
    queue_schema.drop()
    totals.drop()
    new_tables.drop()
