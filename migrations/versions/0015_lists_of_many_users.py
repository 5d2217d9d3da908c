"""Indexes for lists that grow with the number of users: tokens, and webhooks of all of them."""

from alembic import op

from migrations.locks import build_index, change

revision = "0015"
down_revision = "0014"

INDEXES = {
    "ix_api_tokens_user_id_created_at": ("api_tokens", "(user_id, created_at, token_id)"),
    "ix_webhooks_created_at": ("webhooks", "(created_at, webhook_id)"),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, definition) in INDEXES.items():
            build_index(op.get_bind(), name, table, definition)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (table, _) in INDEXES.items():
            change(op.get_bind(), table, f"DROP INDEX IF EXISTS {name}")
