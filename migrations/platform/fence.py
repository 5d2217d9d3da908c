"""The fence: every write of a run begins with `hold_task`, which refuses all attempts but the current one."""

from alembic import op


def create() -> None:
    # Two statements, so that the snapshot of the second one is taken after the lock was granted. In one SELECT it would
    # be older than the lock, and a superseded attempt would pass.
    op.execute("""
        CREATE OR REPLACE FUNCTION public.hold_task(task_id text, attempt integer) RETURNS void
        LANGUAGE plpgsql VOLATILE AS $$
        DECLARE
            present integer;
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(hashtextextended(hold_task.task_id, 0));
            SELECT t.attempt INTO present FROM public.roadmap_tasks t WHERE t.task_id = hold_task.task_id;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'task % is gone', hold_task.task_id USING ERRCODE = 'RM001';
            END IF;
            IF present IS DISTINCT FROM hold_task.attempt THEN
                RAISE EXCEPTION 'task % belongs to attempt %, not to %', hold_task.task_id, present, hold_task.attempt
                    USING ERRCODE = 'RM001';
            END IF;
        END $$
    """)


def drop() -> None:
    op.execute("DROP FUNCTION IF EXISTS public.hold_task(text, integer)")
