"""The pace of a roadmap, and how long workers held a task. Columns that need no rewrite: nothing waits for them."""

from alembic import op

from migrations.locks import change

revision = "0017"
down_revision = "0016"

COLUMNS = {
    "roadmap_metadata": {"pace": "JSONB"},
    "roadmap_tasks": {"held_seconds": "DOUBLE PRECISION NOT NULL DEFAULT 0", "held_since": "TIMESTAMPTZ"},
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, columns in COLUMNS.items():
            added = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} {kind}" for name, kind in columns.items())
            change(op.get_bind(), table, f"ALTER TABLE {table} {added}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for table, columns in COLUMNS.items():
            dropped = ", ".join(f"DROP COLUMN IF EXISTS {name}" for name in columns)
            change(op.get_bind(), table, f"ALTER TABLE {table} {dropped}")
