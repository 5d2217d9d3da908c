"""The embedded server's life, with real processes: lying lock files, stops, lost homes, silence."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.errors import DatabaseUnavailable
from repository.postgres.server import EmbeddedServer, default_home
from tests.support.embedded_homes import (
    answers,
    call,
    copy_home,
    is_zombie,
    keep,
    kept,
    kill_postmaster,
    needs_root,
    postmasters,
    refusal,
    sockets_in,
    spawn,
)

pytestmark = pytest.mark.slow  # each test starts servers of its own

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


def test_a_lock_file_with_a_foreign_pid_neither_blocks_the_start_nor_harms_the_process(
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


def test_stopping_a_server_that_does_not_run_creates_nothing_and_reports_it(server: EmbeddedServer, home: Path) -> None:
    assert not EmbeddedServer(home.with_name("nowhere")).stop()
    assert not home.with_name("nowhere").exists()
    assert not server.stop()


def test_stop_does_not_wait_for_open_sessions(server: EmbeddedServer) -> None:
    with psycopg.connect(server.start()) as session:
        session.execute("INSERT INTO kept VALUES ('not committed')")
        assert server.stop()
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
def test_a_server_without_free_connections_is_reported_at_once(server: EmbeddedServer) -> None:
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
