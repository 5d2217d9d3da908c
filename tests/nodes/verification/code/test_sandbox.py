"""Hostile code is contained, as root and as a user, with user namespaces and without, or nothing runs at all."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nodes.verification.code.results import sql_results
from nodes.verification.code.runner import run_child
from nodes.verification.code.selftest import PROBES
from tests.nodes.verification.code.hostile import attempts

HERE = Path(__file__).parent
EVERYBODYS_PYTHON = shutil.which("python3", path="/usr/bin")
"""A Python that every account can read, unlike that of root's home folder."""
ACCOUNT = 65_014
WITHOUT_NAMESPACES = ("unshare", "-Ur", "sh", "-c", 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"', "sh")
TOO_LONG = "it took too long"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
    pytest.mark.skipif(EVERYBODYS_PYTHON is None, reason="needs a Python in /usr/bin"),
]


def call(program: str, *arguments: str, before: Sequence[str] = (), user: int | None = None) -> str:
    command = [*before, program, "-P", str(HERE / f"{arguments[0]}.py"), *arguments[1:]]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, user=user, group=user, check=True)
    return ended.stdout


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which every account may write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "place",
    [
        "our Python",
        "without namespaces",
        pytest.param("another user", marks=pytest.mark.soak),
        pytest.param("everybody's Python", marks=pytest.mark.soak),
    ],
)
def test_hostile_code_is_contained_or_nothing_runs(place: str, open_folder: Path) -> None:
    if place == "another user" and os.geteuid() != 0:
        pytest.skip("only root can become another user")
    if place == "without namespaces" and subprocess.run([*WITHOUT_NAMESPACES, "true"], check=False).returncode != 0:
        pytest.skip("user namespaces are forbidden here anyway")
    program = sys.executable if place == "our Python" else EVERYBODYS_PYTHON or ""
    before = WITHOUT_NAMESPACES if place == "without namespaces" else ()
    user = ACCOUNT if place == "another user" else None
    result: dict[str, Any] = json.loads(call(program, "hostile", str(open_folder), before=before, user=user))

    assert (result["escaped"], result["secret"], result["files"]) == ([], "secret", ["link", "secret"])
    if result["problem"] is not None:
        assert result["answered"] == 0
        return
    assert result["answered"] == result["tried"]
    ended = result["ended"]
    assert {name for name, reason in ended.items() if reason is None} == set()
    assert (ended["loop"], ended["flood of prints"], ended["sleep"]) == (TOO_LONG, TOO_LONG, TOO_LONG)
    assert ended["flood"] == "it printed too much"
    if place == "everybody's Python" and os.geteuid() == 0:
        assert result["accounts"] == "65013\n"


def test_what_the_sandbox_denies_works_outside_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    harmless = ["read", "read by link", "read accounts", "list", "make", "link", "hard link", "write", "memory file"]
    harmless += ["fork once", "chmod", "truncate", "remove"]
    codes = {**attempts(tmp_path, 9), "fork once": "import os\nif os.fork() == 0: os._exit(0)\nprint('escaped')"}
    for name in harmless:
        ended = subprocess.run([sys.executable, "-c", codes[name]], capture_output=True, text=True, check=False)
        assert "escaped" in ended.stdout, name
        (tmp_path / "hostile").unlink(missing_ok=True)


def test_the_probes_of_the_self_test_succeed_outside_of_the_sandbox(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    left_out = {"starting a program", "writing to a library", "tracing", "taking memory", "changing the account"}
    last = ("removing files",)
    for name in (*(name for name in PROBES if name not in {*left_out, *last}), *last):
        code = PROBES[name].format(folder=str(tmp_path), pid=os.getpid())
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, (name, ended.stderr)


def test_where_the_sandbox_is_forbidden_python_does_not_run_and_the_reason_is_given() -> None:
    reason = call(sys.executable, "forbidding")
    assert reason.startswith("there is no sandbox here: the kernel has no Landlock")


def test_sql_reaches_no_file_and_ends(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    denied = [
        f"ATTACH '{tmp_path}/a.db' AS a",
        f"VACUUM INTO '{tmp_path}/b.db'",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'x')",
        "PRAGMA temp_store_directory = '/tmp'",
        "CREATE VIRTUAL TABLE t USING csv(filename='/etc/passwd')",
        "SELECT length(zeroblob(900000000))",
        endless,
    ]
    result = run_child("sql", [[[statement] for statement in denied]], cpu_seconds=1, wall_seconds=8)
    assert list(tmp_path.iterdir()) == []
    statements = [statement for block in sql_results(result) for statement in block]
    assert len(statements) == len(denied)
    assert [statement for statement in statements if statement.error is None] == []

    one_step = "SELECT length(printf('%.*c', 900000000, 'x'))"  # no progress handler is called within a step
    assert run_child("sql", [[[one_step]]], cpu_seconds=1, wall_seconds=8).ended == TOO_LONG
