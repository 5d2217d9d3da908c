"""Revisions beside sessions that go on: writers are not blocked, idle ones are named."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from domain.errors import DatabaseUnavailable
from repository.db import schema
from tests.migrations.catalog import catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import WRITES_ROADMAPS, WRITES_TASKS, fill, rows, writing
from tests.migrations.killing import killed_at_the_end, until

INVALID = "SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE NOT indisvalid"
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class"
MAX_WAIT_SECONDS = 1.0
"""The promise, on a machine that does nothing else: no write waits longer."""
MAX_SHARE = 0.75
"""On a busy machine: no write waits for most of the time that the migration takes, as it would for one long lock."""


def before(revision: str) -> str:
    return schema.KNOWN[schema.KNOWN.index(revision) - 1]


@dataclass
class Waits:
    """Seconds that a migration took, and the longest write beside it."""

    whole: float = 0.0
    longest: float = 0.0


@contextmanager
def writes_beside(url: str, waits: Waits) -> Iterator[None]:
    """Write to tasks and roadmaps while the block runs."""
    began = time.monotonic()
    with writing(url, WRITES_TASKS) as of_tasks, writing(url, WRITES_ROADMAPS) as of_roadmaps:
        yield
        waits.whole += time.monotonic() - began
    waits.longest = max(waits.longest, of_tasks.longest, of_roadmaps.longest)
    assert of_tasks.written > 1
    assert of_roadmaps.written > 1


def there_and_back(fresh: Fresh, tasks: int) -> Waits:
    """Upgrade and downgrade a legacy database of this size beside two writers."""
    url = fresh()
    schema.upgrade(url, "0001")
    fill(url, tasks)
    waits = Waits()
    for act, revision in (
        (schema.upgrade, "0002"),
        (schema.upgrade, "0003"),
        (schema.downgrade, "0002"),
        (schema.downgrade, "0001"),
    ):
        with writes_beside(url, waits):
            act(url, revision)
    return waits


def test_0002_and_0003_make_no_writer_wait_until_they_end(fresh: Fresh) -> None:
    waits = there_and_back(fresh, 20_000)
    assert waits.longest < MAX_SHARE * waits.whole


@pytest.mark.soak
def test_on_a_quiet_machine_0002_and_0003_make_no_writer_wait_longer_than_a_second(fresh: Fresh) -> None:
    assert there_and_back(fresh, 1_000_000).longest < MAX_WAIT_SECONDS


@pytest.fixture
def at_0002(fresh: Fresh, legacy: str) -> str:
    url = fresh(legacy)
    schema.upgrade(url, "0002")
    return url


def test_an_idle_snapshot_is_named_after_a_bounded_wait_and_the_next_run_ends_clean(
    at_0002: str, fresh: Fresh, legacy: str
) -> None:
    with psycopg.connect(at_0002, autocommit=True, application_name="forgotten report") as idle:
        idle.execute(SNAPSHOT)
        with pytest.raises(DatabaseUnavailable) as caught:
            schema.upgrade(at_0002, wait=0.5)  # without a limit it would wait for the session, which does not end
        said = str(caught.value)
        assert re.search(
            rf"session pid {idle.info.backend_pid} \(forgotten report, in a transaction since \d{{4}}-", said
        )
        assert "\n" not in said
        assert rows(at_0002, INVALID) == [("idx_roadmap_tasks_roadmap_id_status",)]
        assert schema.current(at_0002) == "0002"
    schema.upgrade(at_0002)
    assert rows(at_0002, INVALID) == []
    straight = fresh(legacy)
    schema.upgrade(straight)
    assert catalog(at_0002) == catalog(straight)


@pytest.mark.slow
def test_a_kill_while_an_index_is_built_leaves_nothing_that_the_next_run_trusts(at_0002: str) -> None:
    with psycopg.connect(at_0002, autocommit=True) as idle, psycopg.connect(at_0002, autocommit=True) as looker:
        idle.execute(SNAPSHOT)
        with killed_at_the_end(at_0002):
            until(looker, f"SELECT EXISTS ({INVALID})")
        assert rows(at_0002, INVALID) == [("idx_roadmap_tasks_roadmap_id_status",)]
    schema.upgrade(at_0002)
    assert rows(at_0002, INVALID) == []
    schema.check(at_0002)


@pytest.mark.slow
@pytest.mark.parametrize("quiet", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["busy", "quiet"])
@pytest.mark.parametrize(
    ("revision", "table"),
    [
        ("0002", "roadmap_tasks"),
        ("0004_platform", "roadmap_tasks"),
        ("0004_platform", "roadmap_metadata"),
        ("0006_pace", "roadmap_metadata"),
    ],
)
def test_a_table_held_by_a_forgotten_transaction_stops_no_writer_and_names_the_holder(
    fresh: Fresh, legacy: str, revision: str, table: str, quiet: bool
) -> None:
    url = fresh(legacy)
    schema.upgrade(url, before(revision))
    waits = Waits()
    with psycopg.connect(url, application_name="half done") as holder:
        holder.execute(f"SELECT count(*) FROM {table}".encode())
        with (
            writes_beside(url, waits),
            pytest.raises(
                DatabaseUnavailable, match=rf"^table {table} was held .* session pid {holder.info.backend_pid} "
            ),
        ):
            schema.upgrade(url, revision, wait=0.7)
    assert waits.longest < (MAX_WAIT_SECONDS if quiet else MAX_SHARE * waits.whole)
    schema.upgrade(url)


@pytest.mark.slow
@pytest.mark.parametrize("table", ["roadmap_metadata", "task_events", "webhooks"])
def test_a_downgrade_names_the_session_that_holds_any_of_its_tables_and_changes_nothing(
    fresh: Fresh, migrated: str, table: str
) -> None:
    url = fresh(migrated)
    schema.downgrade(url, "0004_platform")
    before = catalog(url)
    with psycopg.connect(url) as holder:
        holder.execute(f"SELECT count(*) FROM {table}".encode())
        with pytest.raises(DatabaseUnavailable, match=rf"^table {table} was held .* pid {holder.info.backend_pid} "):
            schema.downgrade(url, "0003", wait=0.5)
    assert (schema.current(url), catalog(url)) == ("0004_platform", before)
    schema.downgrade(url, "0003")


def test_a_transaction_that_ends_in_time_only_delays_an_upgrade(fresh: Fresh, legacy: str) -> None:
    url = fresh(legacy)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT count(*) FROM roadmap_tasks")
        ending = threading.Timer(0.6, holder.commit)
        ending.start()
        schema.upgrade(url)
        ending.join()
    schema.check(url)


@pytest.mark.parametrize("revision", ["0002", "0003", "0004_platform"])
def test_a_session_ended_by_the_server_in_mid_revision_is_one_line_and_the_next_run_ends_clean(
    fresh: Fresh, legacy: str, revision: str
) -> None:
    url = fresh(legacy)
    schema.upgrade(url, before(revision))
    with (
        psycopg.connect(url) as holder,
        psycopg.connect(url, autocommit=True) as looker,
        ThreadPoolExecutor() as pool,
    ):
        holder.execute("SELECT count(*) FROM roadmap_tasks")
        if revision == "0003":
            holder.execute("LOCK TABLE roadmap_tasks IN SHARE UPDATE EXCLUSIVE MODE")
        upgrading = pool.submit(schema.upgrade, url)
        session = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'roadmap db'"
        until(looker, f"SELECT EXISTS (SELECT {session} AND wait_event_type = 'Lock')")
        looker.execute(f"SELECT pg_terminate_backend(pid) {session}".encode())
        with pytest.raises(DatabaseUnavailable) as caught:
            upgrading.result()
        assert "\n" not in str(caught.value)
    schema.upgrade(url)
