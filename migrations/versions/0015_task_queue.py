"""The table of tasks is the queue. The schema `queue` goes, and what it held waits by the rows of its tasks.

A column without a rewrite; its indexes are built concurrently. An interrupted revision is run again. The way back
makes an entry for each pending task.
"""

from alembic import op

from migrations.locks import build_index, lock
from migrations.platform import queue_schema
from migrations.tables import exists

revision = "0015_task_queue"
down_revision = "0014_questions"

INDEXES = {
    "idx_roadmap_tasks_holder": "(coalesce(worker_id, '')) WHERE status = 'processing'",
    "idx_roadmap_tasks_due_retry": "(due_at, task_id) WHERE status = 'pending' AND concept_id IS NOT NULL",
    "idx_roadmap_tasks_due_run": "(due_at, task_id) WHERE status = 'pending' AND concept_id IS NULL",
}


def upgrade() -> None:
    lock(op.get_bind(), "roadmap_tasks")
    # The same moment in all rows that are not queued, whenever the migration runs.
    op.execute("""
        ALTER TABLE roadmap_tasks ADD COLUMN IF NOT EXISTS due_at TIMESTAMPTZ NOT NULL DEFAULT 'epoch';
        ALTER TABLE roadmap_tasks ALTER COLUMN due_at SET DEFAULT now()
    """)
    if exists(queue_schema.TABLE):
        op.execute("UPDATE roadmap_tasks SET due_at = updated_at WHERE status = 'pending'")
        op.execute(f"""
            UPDATE roadmap_tasks t SET due_at = q.execute_after
            FROM (SELECT payload, min(execute_after) AS execute_after FROM {queue_schema.TABLE}
                WHERE status = 'queued' GROUP BY payload) q
            WHERE t.status = 'pending' AND q.payload = convert_to(t.task_id, 'UTF8')
        """)
        queue_schema.drop()
    with op.get_context().autocommit_block():
        for name, definition in INDEXES.items():
            build_index(op.get_bind(), name, "roadmap_tasks", definition)


def downgrade() -> None:
    lock(op.get_bind(), "roadmap_tasks")
    queue_schema.create()
    # The sweeps of older programs would make missing entries too, but in another order.
    op.execute(f"""
        INSERT INTO {queue_schema.TABLE} (priority, status, entrypoint, payload, execute_after)
        SELECT CASE WHEN concept_id IS NULL THEN 0 ELSE 1 END, 'queued',
            CASE WHEN task_type IN ({queue_schema.PLAIN_TYPES}) THEN 'run' ELSE 'run ' || task_type END,
            convert_to(task_id, 'UTF8'), due_at
        FROM roadmap_tasks WHERE status = 'pending' ORDER BY due_at, task_id
    """)
    op.execute(f"DROP INDEX {', '.join(INDEXES)}; ALTER TABLE roadmap_tasks DROP COLUMN due_at")
