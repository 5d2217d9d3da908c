"""0004_platform in place of the revisions 0004 to 0015 of version 0.1.0.

What those made is kept in tests/fixtures: `dump_0015.sql` is a whole database at 0015, and `legacy_0015.sql` has the
rows that they made of `legacy_0001.sql`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
import pytest
from psycopg import sql

from domain.errors import Conflict, DatabaseUnavailable
from orchestrator.queries.health import diagnose
from orchestrator.resources import ready_database
from orchestrator.settings import Settings
from repository.db import schema
from repository.postgres.backup import back_up, restore
from repository.postgres.server import EmbeddedServer
from tests.migrations.catalog import catalog, whole_catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows
from tests.support.servers import place

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
PLATFORM: Final = "0004_platform"
TABLES: LiteralString = """
    SELECT schemaname || '.' || tablename FROM pg_tables
    WHERE schemaname IN ('checkpoint', 'public', 'queue') AND tablename <> 'alembic_version' ORDER BY 1
"""


def load(url: str, file: str) -> str:
    with psycopg.connect(url) as connection:
        connection.execute((FIXTURES / file).read_bytes())
    return url


def all_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table as text, without the few values that differ from one upgrade to the next."""
    found = {}
    with psycopg.connect(url) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            query = sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t ORDER BY 1")
            if table in {"public.framework_versions", "public.run_totals"}:
                query = sql.SQL("SELECT (to_jsonb(t) - 'created_at' - 'total_id')::text FROM {} AS t ORDER BY 1")
            found[table] = connection.execute(query.format(sql.Identifier(*table.split(".")))).fetchall()
    return found


@pytest.fixture(scope="module")
def platform(shared: Fresh) -> str:
    """An empty database at 0004_platform. Copy it, never change it."""
    url = shared()
    schema.upgrade(url, PLATFORM)
    return url


@pytest.fixture(scope="module")
def dumped(shared: Fresh) -> str:
    """A database at 0015, restored from its dump. Copy it, never change it."""
    return load(shared(), "dump_0015.sql")


def test_the_schema_is_the_one_that_the_twelve_revisions_made(dumped: str, platform: str) -> None:
    assert whole_catalog(platform) == whole_catalog(dumped)
    assert schema.current(dumped) == "0015"


def test_the_rows_of_a_legacy_database_are_those_that_the_twelve_revisions_made(
    fresh: Fresh, empty_legacy: str, platform: str
) -> None:
    now = load(fresh(empty_legacy), "legacy_0001.sql")
    schema.upgrade(now, PLATFORM)
    empty = fresh(platform)
    with psycopg.connect(empty) as connection:
        connection.execute("TRUNCATE run_totals")
    assert all_rows(now) == all_rows(load(empty, "legacy_0015.sql"))


def test_a_database_at_0015_is_upgraded_and_keeps_every_row(fresh: Fresh, dumped: str, migrated: str) -> None:
    url = fresh(dumped)
    before = all_rows(url)
    with pytest.raises(DatabaseUnavailable, match=r"at revision 0015, not .*: run `roadmap db upgrade`"):
        schema.check(url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(schema.upgrade, [url] * 4))
    schema.check(url)
    assert whole_catalog(url) == whole_catalog(migrated)
    after = all_rows(url)
    assert {table: len(found) for table, found in before.items() if found} == {
        table: len(found) for table, found in after.items() if found
    }
    schema.downgrade(url, PLATFORM)
    same = {table: found for table, found in all_rows(url).items() if table in before}
    assert same == before


def test_a_backup_made_at_0015_is_restored_and_upgraded(fresh: Fresh, dumped: str, tmp_path: Path) -> None:
    url = fresh()
    back_up(dumped, tmp_path / "roadmap.dump")
    assert restore(url, tmp_path / "roadmap.dump") == "0015"
    assert all_rows(url) == all_rows(dumped)
    schema.upgrade(url)
    schema.check(url)


def test_a_database_at_0015_is_downgraded_as_well(fresh: Fresh, dumped: str) -> None:
    url = fresh(dumped)
    schema.downgrade(url, "0003")
    assert schema.current(url) == "0003"
    schema.upgrade(url)


def test_an_upgrade_of_a_database_at_0015_to_an_older_revision_only_renames_it(fresh: Fresh, dumped: str) -> None:
    url = fresh(dumped)
    before = all_rows(url)
    schema.upgrade(url, "0003")
    assert schema.current(url) == PLATFORM
    assert all_rows(url) == before


@pytest.mark.slow
def test_an_embedded_database_at_0015_is_upgraded_when_it_is_started() -> None:
    with place() as folder:
        settings = Settings.model_validate({"home": folder / "home"})
        server = EmbeddedServer(settings.home)
        try:
            load(server.start(), "dump_0015.sql")
            server.stop()
            assert {check.name: check.ok for check in diagnose(settings)}["migrations"]
            url = ready_database(settings)
            assert schema.current(url) == schema.HEAD
            assert rows(url, "SELECT count(*) FROM roadmap_metadata") == [(6,)]
        finally:
            server.stop()


ACTS: Final[tuple[Callable[[str], None], ...]] = (
    schema.check,
    schema.upgrade,
    lambda url: schema.upgrade(url, "0003"),
    lambda url: schema.downgrade(url, "0003"),
    lambda url: schema.downgrade(url, "base"),
)


@pytest.mark.parametrize("revision", ["0004", "0009", "0014"])
def test_a_database_between_0003_and_0015_is_refused_with_what_to_do_and_not_touched(
    fresh: Fresh, dumped: str, revision: str
) -> None:
    url = fresh(dumped)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])
    before = whole_catalog(url), all_rows(url)
    for act in ACTS:
        with pytest.raises(DatabaseUnavailable) as caught:
            act(url)
        assert str(caught.value) == (
            f"the database is at revision {revision}, which only an earlier version of this program knows: "
            "with that version run `roadmap db downgrade 0003`, or restore a backup made at 0003 or 0015"
        )
    assert (whole_catalog(url), all_rows(url), schema.current(url)) == (*before, revision)
    (check,) = [check for check in diagnose(Settings(database_url=url)) if check.name == "migrations"]
    assert not check.ok
    assert "`roadmap db downgrade 0003`" in (check.to_do or "")


def test_the_ids_of_0_1_0_are_all_accounted_for_and_none_is_used_again() -> None:
    assert {*schema.REMOVED, *schema.RENAMED} == {f"{number:04}" for number in range(4, 16)}
    assert not {*schema.REMOVED, *schema.RENAMED} & set(schema.KNOWN)


def test_what_the_earlier_version_kept_in_its_downgrade_comes_back(fresh: Fresh, dumped: str, platform: str) -> None:
    url = fresh(dumped)
    before = all_rows(url)
    schema.downgrade(url, "0003")
    with psycopg.connect(url) as connection:  # it kept no accepted versions, and left these tables without an index
        connection.execute("ALTER TABLE kept_roadmap_tasks DROP COLUMN accepted_version")
        connection.execute("DROP INDEX ix_webhooks_created_at, ix_api_tokens_user_id_created_at")
    schema.upgrade(url, PLATFORM)
    assert whole_catalog(url) == whole_catalog(platform)
    again = all_rows(url)
    assert {table: len(found) for table, found in again.items()} == {
        table: len(found) for table, found in before.items()
    }


def test_a_downgrade_of_an_upgrade_that_was_cut_off_is_refused_until_that_is_finished(
    fresh: Fresh, legacy: str, platform: str
) -> None:
    url = fresh(legacy)
    schema.upgrade(url, "0003")
    with psycopg.connect(url, autocommit=True) as idle:
        idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class")
        with pytest.raises(DatabaseUnavailable, match="idx_roadmap_tasks_active_user waited"):
            schema.upgrade(url, wait=0.5)
    assert schema.current(url) == "0003"
    for revision in ("0003", "0001", "base"):
        with pytest.raises(Conflict, match="was cut off: finish it with `roadmap db upgrade`"):
            schema.downgrade(url, revision)
    schema.upgrade(url, PLATFORM)
    assert catalog(url) == catalog(platform)
    schema.downgrade(url, "0001")


def test_down_to_the_legacy_schema_and_up_again_loses_nothing_that_users_said(fresh: Fresh, dumped: str) -> None:
    url = fresh(dumped)
    schema.upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("""
            UPDATE roadmap_metadata SET pace = '{"hours_per_week": 3}';
            UPDATE roadmap_tasks SET held_seconds = 1.5, accepted_version = 7;
            UPDATE model_calls SET cost = NULL, estimated = true WHERE call_id % 2 = 0;
            INSERT INTO call_reservations (task_id, key, step, model, tokens_in, tokens_out)
                VALUES ('t', 'k', 's', 'm', 1, 1);
        """)
    before = all_rows(url)
    schema.downgrade(url, "0001")
    schema.upgrade(url)
    after = all_rows(url)
    # Statuses are in the frameworks too now, attempts moved on, and what ran has failed.
    moved = {f"public.{name}" for name in ("roadmap_metadata", "roadmap_tasks", "concept_contents", "call_totals")}
    moved.add("public.run_totals")
    assert {table: after[table] for table in before if table not in moved} == {
        table: before[table] for table in before if table not in moved
    }
    assert {table: len(found) for table, found in after.items() if table != "public.run_totals"} == {
        table: len(found) for table, found in before.items() if table != "public.run_totals"
    }
    assert rows(url, "SELECT DISTINCT pace FROM roadmap_metadata") == [({"hours_per_week": 3},)]
    assert rows(url, "SELECT DISTINCT held_seconds, accepted_version FROM roadmap_tasks") == [(1.5, 7)]
    assert rows(url, "SELECT sum(unpriced_calls) = sum(estimated_calls), sum(unpriced_calls) > 0 FROM call_totals") == [
        (True, True)
    ]
    assert not rows(url, "SELECT 1 FROM pg_tables WHERE tablename LIKE 'kept%'")
