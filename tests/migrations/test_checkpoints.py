"""The tables of the checkpointer are ours to migrate; the library must find nothing left to do."""

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.base import MIGRATIONS
from psycopg.rows import dict_row

from migrations.platform.checkpoint_schema import CHECKPOINT_MIGRATIONS
from repository.db import schema
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows


def test_a_new_version_of_the_library_with_new_tables_is_not_overlooked() -> None:
    """If this fails, a new revision must run the migrations that were added, as 0004_platform runs the first ones."""
    assert len(MIGRATIONS) == CHECKPOINT_MIGRATIONS


def test_setup_of_the_library_finds_nothing_to_do(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    tables = "SELECT relname, oid FROM pg_class WHERE relnamespace = 'checkpoint'::regnamespace ORDER BY 1"
    before = rows(url, tables)
    with psycopg.connect(
        url, autocommit=True, prepare_threshold=0, row_factory=dict_row, options="-c search_path=checkpoint"
    ) as connection:
        PostgresSaver(connection).setup()
    assert rows(url, tables) == before
    assert len(before) > 10
    assert rows(url, "SELECT v FROM checkpoint.checkpoint_migrations ORDER BY v") == [
        (number,) for number in range(len(MIGRATIONS))
    ]
    assert not rows(
        url, "SELECT relname FROM pg_class WHERE relname LIKE 'checkpoint%' AND relnamespace = 'public'::regnamespace"
    )


def test_checkpoints_survive_a_downgrade(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO checkpoint.checkpoints (thread_id, checkpoint_id, checkpoint) VALUES ('t', '1', '{}')"
        )
    schema.downgrade(url, "0001")
    schema.upgrade(url)
    assert rows(url, "SELECT thread_id FROM checkpoint.checkpoints") == [("t",)]
