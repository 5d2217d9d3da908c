"""What `roadmap serve` starts, what it starts again, and what it leaves alone: real processes in a folder of a user."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from repository.postgres.server import EmbeddedServer
from tests.e2e.roadmap_command import Command, Running
from tests.e2e.served import ADDRESS, answers, eventually, serving
from tests.support.environment import variables
from tests.support.planted import executed, plant

WATCH_SECONDS = 4.0
"""Longer than it takes to start again what has ended once."""


@pytest.fixture
def embedded(home: Path) -> Iterator[Command]:
    """On an embedded database of its own."""
    shell = Command(home, OFFLINE_LATENCY="0.02")
    yield shell
    shell.kill_all()


def workers(running: Running) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(running.pid).children():
        with suppress(psutil.Error):  # it ended meanwhile
            if "worker" in child.cmdline():
                found.append(child)
    return found


def test_nothing_that_lies_in_the_current_folder_is_executed_by_serve_or_its_processes(
    shell: Command, tmp_path: Path
) -> None:
    plant(tmp_path, modules=("random", "uvicorn", "typer", "sitecustomize"))
    shell.folder = tmp_path
    with serving(shell, HTTP_PATIENCE="30") as server:
        made = server.generate()
        assert server.ended(made["task_id"])["status"] == "completed"
        for child in psutil.Process(server.running.pid).children():
            assert "-P" in child.cmdline()
            child.kill()
        eventually(lambda: workers(server.running) and answers(server), bool)
        assert server.ended(server.generate("learn to sail")["task_id"])["status"] == "completed"
    assert executed(tmp_path) == ""
    assert "foreign" not in server.running.err


def test_a_server_that_cannot_start_is_given_up_with_its_reason_and_never_said_to_serve(
    shell: Command, tmp_path: Path
) -> None:
    (tmp_path / "uvicorn.py").write_text("raise RuntimeError('there is no uvicorn today')\n")
    with variables({"PYTHONPATH": str(tmp_path)}):
        ended = shell.start("serve", "--port", "0").end()
    assert ended.code == 5
    assert ADDRESS.search(ended.err) is None
    last = ended.err.splitlines()[-1]
    assert last.startswith("roadmap: the server 1 failed to start")
    assert "RuntimeError: there is no uvicorn today" in last


def test_a_database_that_was_stopped_on_purpose_stays_stopped_below_serve_until_it_is_started(
    embedded: Command,
) -> None:
    database = EmbeddedServer(embedded.home)
    with serving(embedded, HTTP_PATIENCE="30") as server:
        assert embedded("db", "stop", "--force").code == 0
        server.running.wait_for(lambda err: "stopped on purpose; waiting for `roadmap db start`" in err)
        eventually(lambda: workers(server.running), lambda running: not running)
        assert server.call("GET", "/tasks").status_code == 503
        for child in psutil.Process(server.running.pid).children():
            child.kill()  # whoever is started again would start the database
        until = time.monotonic() + WATCH_SECONDS
        while time.monotonic() < until:
            assert database.stopped_on_purpose
            assert not database.is_running()
            time.sleep(0.2)
        assert psutil.Process(server.running.pid).children() == []
        assert embedded("db", "start").code == 0
        eventually(lambda: workers(server.running) and answers(server), bool)
        assert server.ended(server.generate()["task_id"])["status"] == "completed"
        server.running.send(signal.SIGTERM)
        assert server.running.end().code == 0
    assert "failed to start" not in server.running.err


def test_the_pages_of_a_server_that_starts_are_opened_once_it_answers(shell: Command) -> None:
    with variables({"BROWSER": "true"}):
        running = shell.start("serve", "--port", "0", "--no-worker")
        opened = shell.start("open").end()
    assert opened.code == 0
    running.wait_for(lambda err: ADDRESS.search(err) is not None)
    found = ADDRESS.search(running.err)
    assert found is not None
    assert opened.out == f"{found[1]}/\n"


def test_python_would_execute_what_was_planted_without_the_option(tmp_path: Path) -> None:
    """The control of the first test."""
    plant(tmp_path)
    subprocess.run([sys.executable, "-m", "backend"], cwd=tmp_path, check=True, capture_output=True)
    assert executed(tmp_path) == "backend.__init__ backend.__main__ "
