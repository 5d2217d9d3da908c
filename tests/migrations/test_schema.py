"""repository/db/schema.py: the way to the revision that the code works on."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from domain.errors import DatabaseUnavailable, InvalidInput
from repository.db import schema
from repository.tables import learners, roadmaps, runs, users
from tests.migrations.catalog import catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows

(METADATA,) = {row.metadata for row in (runs.TaskRow, roadmaps.RoadmapRow, users.TokenRow, learners.RepetitionRow)}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_alembic_check_finds_no_difference_between_models_and_migrations(migrated: str) -> None:
    with connected(migrated) as connection:
        command.check(schema.alembic_config(connection, target_metadata=METADATA))


def test_no_check_constraint_default_or_storage_parameter_exists_in_the_models_only(
    fresh: Fresh, migrated: str
) -> None:
    from_models = fresh()
    with connected(from_models) as connection:
        METADATA.create_all(connection)
        connection.commit()
    assert catalog(migrated) == catalog(from_models)


def test_head_is_the_last_revision_that_alembic_finds(migrated: str) -> None:
    with connected(migrated) as connection:
        scripts = ScriptDirectory.from_config(schema.alembic_config(connection))
    assert scripts.get_heads() == [schema.HEAD]
    assert sorted(script.revision for script in scripts.walk_revisions()) == list(schema.KNOWN)


def test_four_upgrades_at_once_do_not_fail_each_other(fresh: Fresh, legacy: str) -> None:
    url = fresh(legacy)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(schema.upgrade, [url] * 4))
    schema.check(url)


def test_a_database_behind_the_code_is_refused_with_the_command_to_run(fresh: Fresh) -> None:
    url = fresh()
    with pytest.raises(DatabaseUnavailable, match=r"at revision base, not \d{4}_\w+: run `roadmap db upgrade`"):
        schema.check(url)
    schema.upgrade(url, "0003")
    with pytest.raises(DatabaseUnavailable, match=r"at revision 0003, .*`roadmap db upgrade`"):
        schema.check(url)


def test_a_database_newer_than_the_code_is_not_touched(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for act in (schema.check, schema.upgrade, lambda url: schema.downgrade(url, "0003")):
        with pytest.raises(DatabaseUnavailable, match=r"revision 9999, newer than this installation"):
            act(url)
    assert schema.current(url) == "9999"


@pytest.mark.parametrize("revision", ["0", "9999", "0002_task_types", "-1", "", "heads"])
def test_a_revision_that_does_not_exist_is_named_with_those_that_do(migrated: str, revision: str) -> None:
    with pytest.raises(InvalidInput, match="0001, 0002"):
        schema.upgrade(migrated, revision)
    with pytest.raises(InvalidInput, match="base, 0001, 0002"):
        schema.downgrade(migrated, revision)


def test_a_downgrade_does_not_go_up(fresh: Fresh) -> None:
    url = fresh()
    schema.upgrade(url, "0002")
    with pytest.raises(InvalidInput, match="before 0003"):
        schema.downgrade(url, "0003")
    assert schema.current(url) == "0002"


def test_an_upgrade_to_an_older_revision_takes_nothing_away(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    schema.upgrade(url, "0002")
    assert schema.current(url) == schema.HEAD


@pytest.mark.parametrize(
    ("part", "value"),
    [("path", "/no_such_database"), ("query", "host=/nowhere"), ("query", "host=/nowhere&sslmode=require")],
)
def test_a_server_that_cannot_be_reached_is_one_line_without_the_password(migrated: str, part: str, value: str) -> None:
    url = urlsplit(migrated)
    broken = urlunsplit(url._replace(**{part: value}))
    with pytest.raises(DatabaseUnavailable) as caught:
        schema.upgrade(broken)
    assert "\n" not in str(caught.value)
    assert not url.password or url.password not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:%secret@h/db", "postgresql://u:secret@[h/db", "postgres//u:secret@h/db", "u:secret@h", ""]
)
def test_an_unreadable_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises((DatabaseUnavailable, InvalidInput)) as caught:
        schema.current(url)
    assert "secret" not in str(caught.value)


def test_an_upgrade_prints_nothing_and_sets_up_no_logging(fresh: Fresh, capfd: pytest.CaptureFixture[str]) -> None:
    handlers = list(logging.getLogger().handlers)
    schema.upgrade(fresh())
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger().handlers == handlers
    assert logging.getLogger("alembic").level == logging.NOTSET


def test_a_database_at_head_is_checked_without_alembic(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as holder:  # no lock of the schema is in the way of looking
        holder.execute("LOCK TABLE roadmap_tasks")
        schema.check(url)
        schema.upgrade(url)
    assert rows(url, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
