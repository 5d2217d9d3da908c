"""The embedded server under races, and under kill -9 of anything at any moment, with real processes."""

import os
import signal
import subprocess
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from repository.postgres.server import EmbeddedServer
from tests.support.embedded_homes import (
    answers,
    keep,
    kept,
    kill_postmaster,
    postmasters,
    spawn,
)
from tests.support.limits import HANG_SECONDS

pytestmark = pytest.mark.slow  # each test starts servers of its own

# Races


def race_on(home: Path) -> None:
    racers = [spawn("embedded_call.py", home, "start") for _ in range(6)]
    [url] = {answers(racer)[0]["value"] for racer in racers}
    assert len(postmasters(home)) == 1
    keep(url, "first")


def test_six_processes_on_a_fresh_home_do_not_make_two_clusters_or_servers(home: Path) -> None:
    race_on(home)


@pytest.mark.soak
@pytest.mark.parametrize("_", range(20))
def test_no_race_of_twenty_is_lost(home: Path, _: int) -> None:
    race_on(home)


def recover_by_four(server: EmbeddedServer, home: Path) -> None:
    keep(server.start(), "committed")
    kill_postmaster(home)
    recovering = [spawn("embedded_call.py", home, "recover") for _ in range(4)]
    [url] = {answers(process)[0]["value"] for process in recovering}
    assert kept(url) == ["from before", "committed"]
    assert len(postmasters(home)) == 1


def test_four_processes_that_lost_their_server_do_not_start_two(server: EmbeddedServer, home: Path) -> None:
    recover_by_four(server, home)


@pytest.mark.soak
@pytest.mark.parametrize("_", range(20))
def test_no_recovery_of_twenty_is_lost(server: EmbeddedServer, home: Path, _: int) -> None:
    recover_by_four(server, home)


@pytest.mark.soak
@pytest.mark.parametrize("_", range(20))
def test_starts_and_stops_at_once_do_not_leave_a_wreck(server: EmbeddedServer, home: Path, _: int) -> None:
    acts = ["start", "stop", "recover", "stop", "start", "stop"]
    for process in [spawn("embedded_call.py", home, *acts[turn:], *acts[:turn]) for turn in range(4)]:
        refused = [answer["message"] for answer in answers(process) if "error" in answer]
        assert all("stopped on purpose" in message for message in refused)
    assert kept(server.start()) == ["from before"]
    assert len(postmasters(home)) == 1


# Killed


def test_kill_of_a_backend_does_not_take_the_server_away_for_good(server: EmbeddedServer) -> None:
    url = server.start()
    keep(url, "committed")
    with psycopg.connect(url) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        assert kept(server.recover()) == ["from before", "committed"]


def test_kill_of_a_client_does_not_leave_a_server_that_nothing_stops(server: EmbeddedServer, home: Path) -> None:
    client = spawn("embedded_call.py", home, "hold")
    assert client.stdout
    assert "holding" in client.stdout.readline()
    client.kill()
    answers(client)
    assert server.is_running()
    assert kept(server.start()) == ["from before"]
    assert server.stop()
    assert not postmasters(home)


def test_an_orphan_that_computes_for_hours_does_not_bar_the_recovery(server: EmbeddedServer, home: Path) -> None:
    url = server.start()
    with closing(psycopg.connect(url)) as connection:
        connection.pgconn.send_query(b"DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
        time.sleep(0.2)
        kill_postmaster(home)
        assert kept(server.recover()) == ["from before"]


def test_no_server_starts_beside_a_frozen_orphan_of_the_last(server: EmbeddedServer, home: Path) -> None:
    with closing(psycopg.connect(server.start())) as connection:
        orphan = psutil.Process(connection.info.backend_pid)
        orphan.suspend()
        kill_postmaster(home)
        recovery = threading.Thread(target=server.recover)
        recovery.start()
        time.sleep(1)
        began = postmasters(home)
        orphan.resume()
        recovery.join()
    assert not began
    assert kept(server.start()) == ["from before"]


@pytest.mark.parametrize("delay", [0, 0.2])
def test_initdb_killed_half_way_does_not_leave_half_a_cluster(home: Path, delay: float) -> None:
    starting = spawn("embedded_call.py", home, "start")
    initdb = child_named("initdb", starting)
    time.sleep(delay)
    if initdb.is_running():
        initdb.kill()
    [answer] = answers(starting)
    assert "value" in answer or answer["error"] == "DatabaseUnavailable"
    keep(EmbeddedServer(home).start(), "first")
    assert not list(home.glob("unfinished-*"))


@pytest.mark.parametrize("name", ["initdb", "pg_ctl"])
def test_a_starter_killed_half_way_does_not_spoil_the_next_start(home: Path, name: str) -> None:
    starting = spawn("embedded_call.py", home, "start")
    child_named(name, starting)
    starting.kill()
    answers(starting)
    keep(EmbeddedServer(home).start(), "first")
    assert len(postmasters(home)) == 1


@pytest.mark.soak
@pytest.mark.parametrize("delay", [step / 20 for step in range(20)])
def test_a_starter_killed_at_any_moment_does_not_spoil_the_next_start(home: Path, delay: float) -> None:
    starting = spawn("embedded_call.py", home, "start")
    time.sleep(delay)
    starting.kill()
    answers(starting)
    keep(EmbeddedServer(home).start(), "first")
    assert len(postmasters(home)) == 1


def child_named(name: str, parent: subprocess.Popen[str]) -> psutil.Process:
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        for child in psutil.Process(parent.pid).children(recursive=True):
            with suppress(psutil.Error):
                if child.name() == name:
                    return child
    raise AssertionError(f"{name} was never seen")
