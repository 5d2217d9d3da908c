"""The two indexes that queries for the tasks of a roadmap use, built concurrently."""

from alembic import op

from migrations.locks import build_index, change

revision = "0003"
down_revision = "0002"

INDEXES = {
    "idx_roadmap_tasks_roadmap_id_status": "(roadmap_id, status)",
    "idx_roadmap_tasks_roadmap_id_created_at": "(roadmap_id, created_at DESC)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            build_index(op.get_bind(), name, "roadmap_tasks", columns)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            change(op.get_bind(), "roadmap_tasks", f"DROP INDEX IF EXISTS {name}")
