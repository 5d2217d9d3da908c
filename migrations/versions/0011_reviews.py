"""What a run made of the framework. A column without a default: nothing waits for it."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE roadmap_tasks ADD COLUMN IF NOT EXISTS accepted_version INTEGER")


def downgrade() -> None:
    op.execute("ALTER TABLE roadmap_tasks DROP COLUMN IF EXISTS accepted_version")
