"""The pace of a roadmap, and how long workers held a task. The new columns need no rewrite of the table."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0006_pace"
down_revision = "0005_unknown_prices"

KEPT_ROADMAPS = "kept_paces"
KEPT_TASKS = "kept_held_seconds"
"""Table for data that older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "roadmap_tasks", "roadmap_metadata")
    op.execute("""
        ALTER TABLE roadmap_tasks
            ADD COLUMN held_seconds DOUBLE PRECISION NOT NULL DEFAULT 0,
            ADD COLUMN held_since TIMESTAMPTZ;
        ALTER TABLE roadmap_metadata ADD COLUMN pace JSONB;
    """)
    if exists(KEPT_TASKS):
        op.execute(f"""
            UPDATE roadmap_tasks t SET held_seconds = k.held_seconds FROM {KEPT_TASKS} k WHERE k.task_id = t.task_id;
            DROP TABLE {KEPT_TASKS};
        """)
    if exists(KEPT_ROADMAPS):
        op.execute(f"""
            UPDATE roadmap_metadata m SET pace = k.pace FROM {KEPT_ROADMAPS} k WHERE k.roadmap_id = m.roadmap_id;
            DROP TABLE {KEPT_ROADMAPS};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "roadmap_tasks", "roadmap_metadata")
    op.execute(f"""
        CREATE TABLE {KEPT_TASKS} AS SELECT task_id, held_seconds FROM roadmap_tasks WHERE held_seconds > 0;
        CREATE TABLE {KEPT_ROADMAPS} AS SELECT roadmap_id, pace FROM roadmap_metadata WHERE pace IS NOT NULL;
        ALTER TABLE roadmap_tasks DROP COLUMN held_seconds, DROP COLUMN held_since;
        ALTER TABLE roadmap_metadata DROP COLUMN pace;
    """)
    drop_if_empty(KEPT_TASKS, KEPT_ROADMAPS)
