"""`roadmap_tasks`: types, columns and rules; tasks that the legacy system left active become failed."""

from alembic import op

from migrations.legacy import UNKNOWN_TIME, as_json
from migrations.tables import drop_if_empty, exists

ACTIVE = "status IN ('human_review_pending', 'pending', 'processing')"
WORD = "lower(btrim(coalesce(status, '')))"
IS_FINAL = f"{WORD} IN ('cancelled', 'completed', 'failed', 'partial_failure')"
KEPT = "kept_roadmap_tasks"
"""Table for data without a legacy column, from a downgrade to the next upgrade. Version 0.1.0 used the same name."""


def convert(zone: str) -> None:
    """Convert the locked table to its present form. `zone`: time zone of the legacy times."""
    op.execute("DROP INDEX IF EXISTS ix_roadmap_tasks_user_id, ix_roadmap_tasks_roadmap_id")
    op.execute("""
        ALTER TABLE roadmap_tasks
            SET (fillfactor = 80),
            ADD COLUMN error_message TEXT,
            ADD COLUMN execution_summary JSONB,
            ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0,
            ADD COLUMN worker_id TEXT,
            ADD COLUMN fruitless_starts INTEGER NOT NULL DEFAULT 0,
            ADD COLUMN round INTEGER NOT NULL DEFAULT 0,
            ADD COLUMN review JSONB,
            ADD COLUMN completed_at TIMESTAMPTZ,
            ADD COLUMN accepted_version INTEGER,
            ALTER COLUMN status DROP DEFAULT,
            ALTER COLUMN current_step DROP DEFAULT
    """)
    _rewrite(zone)
    op.execute(f"""
        CREATE INDEX idx_roadmap_tasks_active ON roadmap_tasks (updated_at) WHERE {ACTIVE};
        CREATE INDEX idx_roadmap_tasks_user_id_created_at ON roadmap_tasks (user_id, created_at, task_id);
        CREATE UNIQUE INDEX uq_roadmap_tasks_active_content ON roadmap_tasks (roadmap_id, concept_id, content_type)
            WHERE {ACTIVE} AND concept_id IS NOT NULL;
        CREATE UNIQUE INDEX uq_roadmap_tasks_active_structure ON roadmap_tasks (roadmap_id)
            WHERE {ACTIVE} AND task_type IN ('creation', 'modification');
    """)
    if exists(KEPT):
        _bring_back()


def _rewrite(zone: str) -> None:
    # Every expression sees the old row, and all of them are one rewrite of the table: no UPDATE, no dead rows.
    def time(*columns: str) -> str:
        return f"coalesce({', '.join(f'{column} AT TIME ZONE {zone!r}' for column in columns)}, {UNKNOWN_TIME})"

    op.execute(f"""
        ALTER TABLE roadmap_tasks
            ALTER COLUMN task_id TYPE TEXT,
            ALTER COLUMN user_id TYPE TEXT,
            ALTER COLUMN roadmap_id TYPE TEXT,
            ALTER COLUMN user_request TYPE JSONB USING pg_temp.to_jsonb_or_text(CAST(user_request AS json)),
            ALTER COLUMN status TYPE TEXT USING CASE WHEN {IS_FINAL} THEN {WORD} ELSE 'failed' END,
            ALTER COLUMN status SET DEFAULT 'pending',
            ALTER COLUMN status SET NOT NULL,
            ALTER COLUMN current_step TYPE TEXT USING CASE
                WHEN {WORD} IN ('completed', 'partial_failure') THEN 'completed'
                WHEN {WORD} = 'cancelled' THEN 'cancelled'
                ELSE 'failed' END,
            ALTER COLUMN current_step SET DEFAULT 'init',
            ALTER COLUMN current_step SET NOT NULL,
            ALTER COLUMN error_message TYPE TEXT USING CASE
                WHEN {WORD} = 'failed' THEN 'failed in the legacy system'
                    || coalesce(' at step ' || nullif(nullif(current_step, ''), 'failed'), '')
                WHEN {IS_FINAL} THEN NULL
                WHEN {WORD} IN ('pending', 'processing', 'human_review_pending') THEN 'was ' || {WORD}
                    || coalesce(' at step ' || nullif(current_step, ''), '')
                    || ' in the legacy system, whose processes no longer live'
                WHEN status IS NULL THEN 'the legacy system left no status'
                ELSE 'the legacy system left the unknown status ' || quote_literal(status) END,
            ALTER COLUMN created_at TYPE TIMESTAMPTZ USING {time("created_at", "updated_at")},
            ALTER COLUMN created_at SET DEFAULT now(),
            ALTER COLUMN created_at SET NOT NULL,
            ALTER COLUMN updated_at TYPE TIMESTAMPTZ USING {time("updated_at", "created_at")},
            ALTER COLUMN updated_at SET DEFAULT now(),
            ALTER COLUMN updated_at SET NOT NULL,
            ALTER COLUMN completed_at TYPE TIMESTAMPTZ USING {time("updated_at", "created_at")},
            ADD CONSTRAINT ck_roadmap_tasks_status CHECK (status IN ('cancelled', 'completed', 'failed',
                'human_review_pending', 'partial_failure', 'pending', 'processing'))
    """)


def _bring_back() -> None:
    # The attempt increases, so that runs from before the downgrade cannot write any more. Version 0.1.0 stored no
    # accepted version, hence the detour through JSON.
    op.execute(f"""
        UPDATE roadmap_tasks t SET
            attempt = k.attempt + 1, round = k.round, review = k.review, execution_summary = k.execution_summary,
            error_message = CASE WHEN k.status = t.status THEN k.error_message ELSE t.error_message END,
            completed_at = CASE WHEN k.status = t.status THEN k.completed_at ELSE t.completed_at END,
            accepted_version = CAST(to_jsonb(k) ->> 'accepted_version' AS integer)
        FROM {KEPT} k WHERE k.task_id = t.task_id;
        DROP TABLE {KEPT};
    """)


def revert(zone: str) -> None:
    """Convert the locked table back to its legacy form."""
    op.execute(f"""
        CREATE TABLE {KEPT} AS
            SELECT task_id, status, attempt, round, review, execution_summary, error_message, completed_at,
                accepted_version
            FROM roadmap_tasks;
        ALTER TABLE {KEPT} ADD PRIMARY KEY (task_id);
        DROP INDEX idx_roadmap_tasks_active, idx_roadmap_tasks_user_id_created_at,
            uq_roadmap_tasks_active_content, uq_roadmap_tasks_active_structure;
    """)
    op.execute("""
        ALTER TABLE roadmap_tasks
            RESET (fillfactor),
            DROP CONSTRAINT ck_roadmap_tasks_status,
            DROP COLUMN error_message,
            DROP COLUMN execution_summary,
            DROP COLUMN attempt,
            DROP COLUMN worker_id,
            DROP COLUMN fruitless_starts,
            DROP COLUMN round,
            DROP COLUMN review,
            DROP COLUMN completed_at,
            DROP COLUMN accepted_version,
            ALTER COLUMN status DROP NOT NULL,
            ALTER COLUMN status DROP DEFAULT,
            ALTER COLUMN current_step DROP NOT NULL,
            ALTER COLUMN current_step DROP DEFAULT,
            ALTER COLUMN created_at DROP NOT NULL,
            ALTER COLUMN created_at DROP DEFAULT,
            ALTER COLUMN updated_at DROP NOT NULL,
            ALTER COLUMN updated_at DROP DEFAULT
    """)
    op.execute(f"""
        ALTER TABLE roadmap_tasks
            ALTER COLUMN task_id TYPE VARCHAR,
            ALTER COLUMN user_id TYPE VARCHAR,
            ALTER COLUMN roadmap_id TYPE VARCHAR,
            ALTER COLUMN user_request TYPE JSON USING {as_json("user_request")},
            ALTER COLUMN status TYPE VARCHAR,
            ALTER COLUMN status SET DEFAULT 'pending',
            ALTER COLUMN current_step TYPE VARCHAR,
            ALTER COLUMN current_step SET DEFAULT 'init',
            ALTER COLUMN created_at TYPE TIMESTAMP USING created_at AT TIME ZONE '{zone}',
            ALTER COLUMN updated_at TYPE TIMESTAMP USING updated_at AT TIME ZONE '{zone}';
        CREATE INDEX ix_roadmap_tasks_user_id ON roadmap_tasks (user_id);
        CREATE INDEX ix_roadmap_tasks_roadmap_id ON roadmap_tasks (roadmap_id);
    """)
    drop_if_empty(KEPT)
