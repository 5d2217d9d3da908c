"""The schema of the legacy system. Its existing tables are adopted unchanged."""

from alembic import op

from migrations.tables import drop_if_empty

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE IF NOT EXISTS roadmap_tasks (
            task_id VARCHAR PRIMARY KEY,
            user_id VARCHAR NOT NULL,
            status VARCHAR DEFAULT 'pending',
            current_step VARCHAR DEFAULT 'init',
            user_request JSON,
            roadmap_id VARCHAR,
            created_at TIMESTAMP,
            updated_at TIMESTAMP
        )
    """)
    op.execute("""
        CREATE TABLE IF NOT EXISTS roadmap_metadata (
            roadmap_id VARCHAR PRIMARY KEY,
            user_id VARCHAR NOT NULL,
            task_id VARCHAR,
            title VARCHAR NOT NULL,
            total_estimated_hours FLOAT NOT NULL,
            recommended_completion_weeks INTEGER NOT NULL,
            framework_data JSON,
            created_at TIMESTAMP,
            updated_at TIMESTAMP
        )
    """)
    op.execute("CREATE INDEX IF NOT EXISTS ix_roadmap_tasks_user_id ON roadmap_tasks (user_id)")
    op.execute("CREATE INDEX IF NOT EXISTS ix_roadmap_tasks_roadmap_id ON roadmap_tasks (roadmap_id)")
    op.execute("CREATE INDEX IF NOT EXISTS ix_roadmap_metadata_user_id ON roadmap_metadata (user_id)")
    op.execute("CREATE INDEX IF NOT EXISTS ix_roadmap_metadata_task_id ON roadmap_metadata (task_id)")


def downgrade() -> None:
    drop_if_empty("roadmap_metadata", "roadmap_tasks")
