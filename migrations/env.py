"""Entry point of alembic: uses the connection from `config.attributes`, with one transaction per revision.

`config.attributes`: `connection` (synchronous, psycopg) and, for a comparison, `target_metadata`.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # Schemas `queue` and `checkpoint` belong to libraries: only the default schema is compared.
    target_metadata=context.config.attributes.get("target_metadata"),
    include_schemas=False,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
