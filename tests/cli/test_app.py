import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from cli.app import main
from cli.exit_codes import EXIT_CODES, exit_code
from domain import errors
from domain.errors import RoadmapError
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.rows import framework, started

ROADMAP = Path(sys.executable).with_name("roadmap")


def all_errors(kind: type[RoadmapError] = RoadmapError) -> Iterator[type[RoadmapError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def test_every_error_class_has_an_exit_code() -> None:
    codes = {kind.__name__: exit_code(kind("x")) for kind in all_errors() if kind.__module__ == errors.__name__}
    assert codes == {
        "InvalidInput": 2,
        "Misconfigured": 2,
        "NotFound": 3,
        "Conflict": 4,
        "LimitReached": 4,
        "Superseded": 4,
        "Unavailable": 5,
        "DatabaseUnavailable": 5,
        "DatabaseBusy": 5,
        "DatabaseStopped": 5,
        "UnknownFormat": 5,
        "ModelUnavailable": 5,
        "ModelDenied": 5,
        "RunFailed": 1,
        "AuthorBroken": 1,
        "AnswerRejected": 1,
        "BudgetSpent": 1,
    }
    assert set(EXIT_CODES.values()) == {1, 2, 3, 4, 5}


def test_an_error_is_one_line_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "   "]) == 2
    out, err = capfd.readouterr()
    assert (out, err) == ("", "roadmap: GOAL: must not be blank\n")


def test_usage_errors_keep_the_form_of_the_parser(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["show"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Usage: roadmap show ")
    assert "Missing argument 'ROADMAP_ID'" in err


def test_an_unexpected_error_is_called_a_bug_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(3) == 1  # type: ignore[arg-type]  # a mistake of ours
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("roadmap: this is a bug: TypeError: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(("arguments", "said"), [(["--version"], "0."), (["--help"], "create"), (["db", "-h"], "stop")])
def test_commands_that_need_no_database(arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert said in capfd.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    """Start-up stays quick: commands import what they need."""
    imported = _imported_by([["--help"]], {})
    assert "typer" in imported
    heavy = {"alembic", "asyncpg", "langchain_core", "langgraph", "orchestrator", "psycopg", "pydantic"}
    heavy |= {"pydantic_settings", "repository", "rich", "sqlalchemy", "sqlmodel", "structlog", "nodes"}
    assert not imported & heavy


def test_a_closed_pipe_prints_no_error() -> None:
    command = subprocess.Popen([str(ROADMAP), "settings"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    assert command.stdout is not None
    command.stdout.close()
    assert command.stderr is not None
    with command.stderr:
        assert command.stderr.read() == b""
    assert command.wait() == 1


def test_a_full_disk_is_reported_in_one_line() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(ROADMAP), "settings"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "roadmap: No space left on device\n")


@pytest.mark.slow
def test_a_traceback_is_shown_at_debug_only() -> None:
    def stderr_of(level: str) -> str:
        environment = {"ROADMAP_LOG_LEVEL": level, "PATH": "/usr/bin:/bin"}
        command = [str(ROADMAP), "create", ""]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr

    assert stderr_of("warning").count("\n") == 1
    assert "Traceback" in stderr_of("debug")


READING: Final = (["list"], ["show", "r-1"], ["status", "r-1"], ["tasks"], ["log", "t-1"])


async def test_reading_commands_do_not_import_langgraph(database: Database, database_url: str) -> None:
    """Reading commands start fast."""
    await started(database)
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
    imported = await asyncio.to_thread(_imported_by, READING, {"ROADMAP_DATABASE_URL": database_url})
    assert "sqlmodel" in imported, "it has read"
    assert not imported & {"langchain_core", "langgraph", "langgraph_sdk", "langsmith"}


def _imported_by(commands: Sequence[list[str]], settings: dict[str, str]) -> set[str]:
    """Return the packages that one process loads for these commands."""
    program = f"from cli.app import main\nfor command in {list(commands)}: assert main(command) == 0, command"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
