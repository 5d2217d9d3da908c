"""The embedded database goes away below a command: killed, it is started again; stopped on purpose, it stays down."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from repository.postgres.server import EmbeddedServer
from tests.e2e.roadmap_command import Command, Done, Running
from tests.support.embedded_homes import kill_postmaster, place_for_homes, postmasters
from tests.support.limits import HANG_SECONDS, LEASE_SECONDS
from tests.support.processes import calls_begun

SLOWLY = {"MAX_CONCURRENT_CALLS": "2", "MAX_CONCEPTS": "8", "HEARTBEAT_TIMEOUT": str(LEASE_SECONDS)}
RECONNECTS = "the database is away, reconnecting"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with place_for_homes() as place:
        yield place


@pytest.fixture
def command(place: Path, request: pytest.FixtureRequest) -> Iterator[Command]:
    home = place / request.node.name
    command = Command(home, OFFLINE_LOG=str(home) + ".jsonl", **SLOWLY)
    yield command
    command.kill_all()


def writing(command: Command, latency: float = 0.5, **settings: str) -> Running:
    """A creation that is in the middle of its contents, of which there are 24, two at once."""
    settings = {"OFFLINE_LATENCY": str(latency), **settings}
    running = command.start("create", "learn to whistle", "--json", terminal=False, **settings)
    running.wait_for(lambda err: "Writing the contents" in err)
    return running


def task_of(running: Running) -> str:
    named = re.search(r"^Task +(\S+)$", running.err, re.MULTILINE)
    assert named
    return named[1]


def account_of(command: Command) -> Path:
    return command.home.with_name(command.home.name + ".jsonl")


def rows(command: Command, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(EmbeddedServer(command.home).start()) as connection:
        return connection.execute(sql.encode()).fetchall()


def check(command: Command, done: Done, *, repeated: int = 0) -> None:
    """It is whole, and its author was asked once for everything, but for so many calls that were cut off."""
    assert done.json()["status"] == "completed"
    contents = done.json()["execution_summary"]["total"]
    needed = contents + 3  # intent, framework, structure review
    assert rows(command, "SELECT count(*), max(version) FROM content_versions") == [(contents, 1)]
    assert rows(command, "SELECT count(*) FROM model_calls") == [(needed,)]
    assert needed <= len(calls_begun(account_of(command))) <= needed + repeated


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.soak)])
def test_a_run_starts_its_killed_database_again_and_ends_with_nothing_bought_twice(
    command: Command, kills: int
) -> None:
    running = writing(command, latency=0.25 * kills)
    watching = command.start("watch", task_of(running))
    for _ in range(kills):
        kill_postmaster(command.home).wait(HANG_SECONDS)
        deadline = time.monotonic() + HANG_SECONDS
        while not postmasters(command.home):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)
    done, watched = running.end(), watching.end()
    assert done.code == 0, done.err
    check(command, done)
    assert "Traceback" not in done.err
    assert done.err.count(RECONNECTS) <= 2 * kills, "not a line for each who notices"
    assert watched.code == 0, watched.err


def test_a_database_that_is_stopped_by_force_ends_a_run_with_5_and_one_line(command: Command) -> None:
    """The patience with a database that went away does not apply: it is longer than this test may take."""
    patience = str(10 * HANG_SECONDS)
    running = writing(command, latency=2, DATABASE_PATIENCE=patience)
    task_id = task_of(running)
    watching = command.start("watch", task_id, DATABASE_PATIENCE=patience)
    watching.wait_for(lambda err: task_id in err)
    refused = command("db", "stop")
    assert refused.code == 4
    assert "--force" in refused.err
    stopped = command("db", "stop", "--force")
    done, watched = running.end(), watching.end()
    assert stopped.code == 0, stopped.err
    assert done.out == ""
    for ended in (done, watched):
        assert ended.code == 5
        lines = [line for line in ended.err.splitlines() if line.startswith("roadmap: ") and RECONNECTS not in line]
        assert len(lines) == 1, ended.err
        assert "`roadmap db start`" in lines[0]
    assert postmasters(command.home) == [], "nobody starts what was stopped on purpose"


def test_a_run_that_lost_its_database_goes_on_where_it_stopped(command: Command) -> None:
    running = writing(command)
    task_id = task_of(running)
    time.sleep(1)
    assert command("db", "stop", "--force").code == 0
    assert running.end().code == 5
    assert command("db", "start").code == 0
    time.sleep(LEASE_SECONDS + 0.5)  # a restart gives every lease its time to be renewed in
    done = command("resume", task_id, "--json")
    assert done.code == 0, done.err
    # Until its lease is stale, a run lets calls start whose answers are lost with it.
    check(command, done, repeated=10)
