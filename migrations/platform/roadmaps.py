"""`roadmap_metadata`: types and columns. A legacy framework is version 1.

Data that is not a framework is kept as version 0 in `framework_versions`.
"""

from alembic import op

from migrations.legacy import UNKNOWN_TIME, as_json
from migrations.tables import drop_if_empty, exists

IS_FRAMEWORK = "coalesce(jsonb_typeof(framework_data -> 'stages') = 'array', false)"
KEPT = "kept_roadmap_metadata"
"""Table for data without a legacy column, from a downgrade to the next upgrade. Version 0.1.0 used the same name."""


def convert(zone: str) -> None:
    """Convert the locked table to its present form. `zone`: time zone of the legacy times."""
    op.execute(f"""
        DROP INDEX IF EXISTS ix_roadmap_metadata_user_id;
        ALTER TABLE roadmap_metadata
            ADD COLUMN framework_version INTEGER NOT NULL DEFAULT 0,
            ADD COLUMN deleted_at TIMESTAMPTZ;
        ALTER TABLE roadmap_metadata
            ALTER COLUMN roadmap_id TYPE TEXT,
            ALTER COLUMN user_id TYPE TEXT,
            ALTER COLUMN title TYPE TEXT,
            ALTER COLUMN total_estimated_hours SET DEFAULT 0,
            ALTER COLUMN recommended_completion_weeks SET DEFAULT 0,
            ALTER COLUMN framework_data TYPE JSONB USING pg_temp.to_jsonb_or_text(CAST(framework_data AS json)),
            ALTER COLUMN created_at TYPE TIMESTAMPTZ
                USING coalesce(created_at AT TIME ZONE '{zone}', updated_at AT TIME ZONE '{zone}', {UNKNOWN_TIME}),
            ALTER COLUMN created_at SET DEFAULT now(),
            ALTER COLUMN created_at SET NOT NULL,
            ALTER COLUMN updated_at TYPE TIMESTAMPTZ
                USING coalesce(updated_at AT TIME ZONE '{zone}', created_at AT TIME ZONE '{zone}', {UNKNOWN_TIME}),
            ALTER COLUMN updated_at SET DEFAULT now(),
            ALTER COLUMN updated_at SET NOT NULL;
        CREATE INDEX ix_roadmap_metadata_user_id_created_at ON roadmap_metadata (user_id, created_at, roadmap_id);
        INSERT INTO framework_versions (roadmap_id, version, framework_data)
            SELECT roadmap_id, 0, framework_data FROM roadmap_metadata
            WHERE framework_data IS NOT NULL AND NOT {IS_FRAMEWORK};
        UPDATE roadmap_metadata SET framework_data = NULL WHERE framework_data IS NOT NULL AND NOT {IS_FRAMEWORK};
        UPDATE roadmap_metadata SET framework_version = 1 WHERE framework_data IS NOT NULL;
    """)
    if exists(KEPT):
        op.execute(f"""
            UPDATE roadmap_metadata m SET framework_version = k.framework_version, deleted_at = k.deleted_at
            FROM {KEPT} k WHERE k.roadmap_id = m.roadmap_id;
            DROP TABLE {KEPT};
        """)


def revert(zone: str) -> None:
    """Convert the locked table back to its legacy form."""
    op.execute(f"""
        DROP INDEX ix_roadmap_metadata_user_id_created_at;
        UPDATE roadmap_metadata m SET framework_data = v.framework_data FROM framework_versions v
            WHERE v.roadmap_id = m.roadmap_id AND v.version = 0 AND m.framework_data IS NULL;
        DELETE FROM framework_versions WHERE version = 0;
        CREATE TABLE {KEPT} AS
            SELECT roadmap_id, framework_version, deleted_at FROM roadmap_metadata
            WHERE framework_version <> CASE WHEN {IS_FRAMEWORK} THEN 1 ELSE 0 END OR deleted_at IS NOT NULL;
        ALTER TABLE roadmap_metadata
            DROP COLUMN framework_version,
            DROP COLUMN deleted_at,
            ALTER COLUMN total_estimated_hours DROP DEFAULT,
            ALTER COLUMN recommended_completion_weeks DROP DEFAULT,
            ALTER COLUMN created_at DROP NOT NULL,
            ALTER COLUMN created_at DROP DEFAULT,
            ALTER COLUMN updated_at DROP NOT NULL,
            ALTER COLUMN updated_at DROP DEFAULT;
        ALTER TABLE roadmap_metadata
            ALTER COLUMN roadmap_id TYPE VARCHAR,
            ALTER COLUMN user_id TYPE VARCHAR,
            ALTER COLUMN title TYPE VARCHAR,
            ALTER COLUMN framework_data TYPE JSON USING {as_json("framework_data")},
            ALTER COLUMN created_at TYPE TIMESTAMP USING created_at AT TIME ZONE '{zone}',
            ALTER COLUMN updated_at TYPE TIMESTAMP USING updated_at AT TIME ZONE '{zone}';
        CREATE INDEX ix_roadmap_metadata_user_id ON roadmap_metadata (user_id);
    """)
    drop_if_empty(KEPT)
