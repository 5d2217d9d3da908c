"""The embedded server's life, with real processes: races, kill -9 of anything, lying lock files, the stop marker."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from domain.errors import DatabaseUnavailable
from repository.embedded import EmbeddedServer, default_home
from tests.support.embedded_homes import (
    answers,
    call,
    copy_home,
    keep,
    kept,
    kill_postmaster,
    needs_root,
    place_for_homes,
    postmasters,
    refusal,
    sockets_in,
    spawn,
)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """An initialised, stopped home to copy."""
    with place_for_homes() as place:
        server = EmbeddedServer(place / "home")
        keep(server.start(), "from before")
        server.stop()
        yield place / "home"


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a home may be made."""
    with place_for_homes() as place:
        yield place / "home"


@pytest.fixture
def server(initialised: Path, home: Path) -> EmbeddedServer:
    """A server that is stopped, with one row in it."""
    return copy_home(initialised, home)


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


def is_zombie(pid: int) -> bool:
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


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
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for child in psutil.Process(parent.pid).children(recursive=True):
            with suppress(psutil.Error):
                if child.name() == name:
                    return child
    raise AssertionError(f"{name} was never seen")


# Lock files that lie


@pytest.fixture
def stranger(initialised: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's own account, which PostgreSQL itself would take for a running server."""
    with subprocess.Popen(["sleep", "600"], user=owner_of_data(initialised)) as process:
        yield process
        assert process.poll() is None, "the stranger was harmed"
        process.kill()


def owner_of_data(home: Path) -> int | None:
    return (home / "data").stat().st_uid if os.geteuid() == 0 else None


def lines_of_lock_file(home: Path, pid: int) -> str:
    return f"{pid}\n{home / 'data'}\n1700000000\n5432\n/tmp\n\n   123456    654321\nready   \n"


def test_a_lock_file_that_names_a_stranger_bars_no_start_and_harms_nobody(
    server: EmbeddedServer, home: Path, stranger: subprocess.Popen[bytes]
) -> None:
    (home / "data" / "postmaster.pid").write_text(lines_of_lock_file(home, stranger.pid))
    assert not server.stop()
    url = server.start()
    assert kept(url) == ["from before"]
    kill_postmaster(home)
    (sockets_in(url) / ".s.PGSQL.5432.lock").write_text(lines_of_lock_file(home, stranger.pid))
    assert kept(server.recover()) == ["from before"]


def test_stop_does_not_signal_the_stranger_that_the_lock_file_names(
    server: EmbeddedServer, home: Path, stranger: subprocess.Popen[bytes]
) -> None:
    server.start()
    (home / "data" / "postmaster.pid").write_text(lines_of_lock_file(home, stranger.pid))
    assert server.stop()
    assert not postmasters(home)


def test_a_damaged_lock_file_does_not_bar_the_start(server: EmbeddedServer, home: Path) -> None:
    for content in (b"", b"12", b"\n\n", b"no number\n", b"\xff\xfe\x00", b"99999999999999999999\n/x\n"):
        (home / "data" / "postmaster.pid").write_bytes(content)
        assert kept(server.start()) == ["from before"]
        server.stop()


def test_a_zombie_is_not_taken_for_a_server(server: EmbeddedServer, home: Path) -> None:
    with subprocess.Popen(["true"], user=owner_of_data(home)) as zombie:
        while not is_zombie(zombie.pid):
            time.sleep(0.01)
        (home / "data" / "postmaster.pid").write_text(lines_of_lock_file(home, zombie.pid))
        assert not server.is_running()
        assert not server.stop()
        assert kept(server.start()) == ["from before"]


# Stopped on purpose


def test_recovery_does_not_undo_a_stop_on_purpose(server: EmbeddedServer) -> None:
    server.start()
    assert server.stop()
    assert not server.is_running()
    assert server.stopped_on_purpose
    with pytest.raises(DatabaseUnavailable, match="stopped on purpose: `roadmap db start`"):
        server.recover()
    server.start()
    assert not server.stopped_on_purpose
    assert server.recover() == server.start()


def test_stop_of_what_does_not_run_makes_nothing_and_says_so(server: EmbeddedServer, home: Path) -> None:
    assert not EmbeddedServer(home.with_name("nowhere")).stop()
    assert not home.with_name("nowhere").exists()
    assert not server.stop()


def test_stop_does_not_wait_for_open_sessions(server: EmbeddedServer) -> None:
    with psycopg.connect(server.start()) as session:
        session.execute("INSERT INTO kept VALUES ('not committed')")
        began = time.monotonic()
        assert server.stop()
        assert time.monotonic() - began < 10
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert kept(server.start()) == ["from before"]


def test_the_server_does_not_die_with_or_hold_up_the_command_that_started_it(home: Path, initialised: Path) -> None:
    copy_home(initialised, home)
    starting = spawn("embedded_call.py", home, "start", "is_running")  # its pipe ends, or this would time out
    assert answers(starting)[-1] == {"value": True}
    with pytest.raises(ProcessLookupError):
        os.killpg(starting.pid, signal.SIGINT)  # Ctrl-C reaches nobody: the server left the group
    assert EmbeddedServer(home).is_running()


# Home or database gone


def test_a_home_that_was_removed_does_not_lead_to_the_old_server(server: EmbeddedServer, home: Path) -> None:
    server.start()
    [old] = postmasters(home)
    shutil.rmtree(home)
    keep(EmbeddedServer(home).start(), "new")
    old.send_signal(signal.SIGQUIT)  # as it would do by itself within a minute
    while old.is_running() and not is_zombie(old.pid):
        time.sleep(0.01)
    assert kept(EmbeddedServer(home).start()) == ["new"]


def test_a_database_lost_in_a_restore_does_not_bar_the_start(server: EmbeddedServer) -> None:
    url = server.start()
    with psycopg.connect(url.replace("/roadmap?", "/postgres?"), autocommit=True) as connection:
        connection.execute("DROP DATABASE roadmap")
    keep(server.start(), "again")


def test_a_lost_password_is_named_and_not_replaced(server: EmbeddedServer, home: Path) -> None:
    (home / "password").rename(home / "elsewhere")
    assert f"{home / 'password'} is missing" in refusal(server)
    (home / "elsewhere").rename(home / "password")
    assert kept(server.start()) == ["from before"]


# Silent or full servers: these wait out the full patience


@pytest.mark.soak
def test_a_hung_server_is_named_and_not_doubled(server: EmbeddedServer, home: Path) -> None:
    server.start()
    [postmaster] = postmasters(home)
    postmaster.suspend()
    try:
        assert f"{postmaster.pid}" in refusal(server)
        assert postmasters(home) == [postmaster]
    finally:
        postmaster.resume()


@pytest.mark.soak
def test_a_socket_that_was_swept_away_is_reported_and_db_stop_helps(server: EmbeddedServer) -> None:
    (sockets_in(server.start()) / ".s.PGSQL.5432").unlink()
    assert "roadmap db stop" in refusal(server)
    assert server.stop()
    assert kept(server.start()) == ["from before"]


@pytest.mark.soak
def test_a_server_without_free_connections_says_so_at_once(server: EmbeddedServer) -> None:
    url = server.start()
    sessions = [psycopg.connect(url) for _ in range(200)]
    try:
        assert "too many clients" in refusal(server)
    finally:
        for session in sessions:
            session.close()
    assert server.is_running()


@needs_root
def test_the_default_home_of_root_does_not_lie_behind_a_closed_door() -> None:
    assert not default_home().is_relative_to(Path.home())


def test_a_callers_pg_variables_do_not_lead_elsewhere(initialised: Path, home: Path) -> None:
    copy_home(initialised, home)
    environment = {"PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "nobody", "PGDATABASE": "none"}
    assert call(home, "start", "is_running", environment=environment) == {"value": True}
