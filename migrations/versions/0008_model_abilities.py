"""The known abilities of models at their endpoints. A new table needs no lock."""

from alembic import op

revision = "0008_model_abilities"
down_revision = "0007_content_types"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE IF NOT EXISTS model_abilities (
            model TEXT NOT NULL,
            address TEXT NOT NULL,
            parameters TEXT NOT NULL,
            evidence JSONB NOT NULL,
            version BIGINT NOT NULL,
            found_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (model, address, parameters)
        );
    """)


def downgrade() -> None:
    """Drop the evidence: it saves refusals, and is found again."""
    op.execute("DROP TABLE IF EXISTS model_abilities")
