"""Homes for tests of the embedded server, and processes of their own that call it."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg
import pytest

from domain.errors import DatabaseUnavailable
from repository.postgres.server import EmbeddedServer
from tests.support.limits import HANG_SECONDS

REPOSITORY = Path(__file__).parents[2]
PACKAGES = Path(psycopg.__file__).parents[1]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to act as several users")


@contextmanager
def place_for_homes(disk: str | None = None) -> Iterator[Path]:
    """A folder that every account may pass. In the end its servers are stopped, and no process may be left.

    In memory where there is room: these tests write 3 GB, which takes three times as long on a busy disk.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2e9
    place = Path(tempfile.mkdtemp(prefix="roadmap-test-", dir=disk or (memory if roomy else "/tmp")))
    place.chmod(0o755)
    try:
        yield place
    finally:
        for lock in list(place.rglob("server.lock")):
            EmbeddedServer(lock.parent).stop()
        for password in list(place.rglob("password")):
            shutil.rmtree(sockets_of(password.parent), ignore_errors=True)
        left = [process for process in psutil.process_iter() if str(place) in _folder_of(process)]
        shutil.rmtree(place)
        assert not left


def _folder_of(process: psutil.Process) -> str:
    try:
        return str(process.cwd())
    except psutil.Error:
        return ""


def copy_home(initialised: Path, home: Path) -> EmbeddedServer:
    """A server of its own on a copy of an initialised, stopped home: 0.5 s less than a first start."""
    subprocess.run(["cp", "-a", initialised, home], check=True)
    return EmbeddedServer(home)


def sockets_of(home: Path) -> Path:
    """The folder of the home's socket, known by its name in the settings of a started server."""
    from repository.postgres.home import ServerHome

    return ServerHome(home).sockets()


def sockets_in(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def refusal(server: EmbeddedServer) -> str:
    """The one line with which a start is refused."""
    with pytest.raises(DatabaseUnavailable) as refused:
        server.start()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def postmasters(home: Path) -> list[psutil.Process]:
    """The servers that work on a home's data, found without the code under test."""
    found = []
    for process in psutil.process_iter():
        try:
            titled = process.name() == "postgres" and not process.cmdline()[0].startswith("postgres:")
        except (psutil.Error, IndexError):
            continue
        if titled and _works_in(process, home / "data"):
            found.append(process)
    return [process for process in found if process.parent() not in found]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{process.pid}/cwd", folder)
    except OSError:
        return False


def kill_postmaster(home: Path) -> psutil.Process:
    [postmaster] = postmasters(home)
    postmaster.kill()
    return postmaster


def keep(url: str, word: str) -> None:
    """Commits a word, to be found again."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def kept(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept")]


def python_for(user: str) -> str:
    """A Python that this user may run: the tests' own may lie below /root."""
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, system):
        if Path(python).exists() and subprocess.run(["/bin/sh", "-c", '"$0" -V', python], **_as(user)).returncode == 0:
            return python
    pytest.skip(f"no Python {sys.version_info.major}.{sys.version_info.minor} that {user} may run")


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def spawn(
    script: str,
    *arguments: str | Path,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> subprocess.Popen[str]:
    """Runs a script of this folder, if need be as another user, in a process group of its own."""
    python = sys.executable if user is None else python_for(user)
    path = os.pathsep.join([str(REPOSITORY), str(PACKAGES)])
    return subprocess.Popen(
        [python, *options, str(REPOSITORY / "tests" / "support" / script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
        **_as(user),
    )


def answers(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What a spawned `embedded_call.py` said about each of its acts."""
    printed, _ = process.communicate(timeout=HANG_SECONDS)
    return [json.loads(line) for line in printed.splitlines()]


def call(home: Path, *acts: str, user: str | None = None, environment: Mapping[str, str] | None = None) -> Any:
    """Calls the server from a process of its own; the answer to the last act."""
    return answers(spawn("embedded_call.py", home, *acts, user=user, environment=environment))[-1]


def is_zombie(pid: int) -> bool:
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
