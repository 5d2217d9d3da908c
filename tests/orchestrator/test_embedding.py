"""An orchestrator inside other programs: several of them, in web servers, in notebooks, in loop after loop."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator, Settings
from tests.support.authors import ScriptedAuthor
from tests.support.databases import create_database, drop_database, url_of
from tests.support.limits import HANG_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def other_settings(server_url: str, settings: Settings) -> AsyncIterator[Settings]:
    """Another database of the same server."""
    name = create_database(server_url)
    yield Settings.model_validate({**settings.model_dump(), "database_url": url_of(server_url, name)})
    drop_database(server_url, name)


async def created(orchestrator: Orchestrator, goal: str) -> str:
    task = await orchestrator.wait((await orchestrator.create(goal)).task_id)
    assert task.status is TaskStatus.COMPLETED
    return task.task_id


async def test_two_orchestrators_in_one_process_do_not_disturb_each_other(
    settings: Settings, other_settings: Settings
) -> None:
    slow, quick = ScriptedAuthor(latency=0.2), ScriptedAuthor()
    async with Orchestrator.open(settings, author=slow) as first:
        assert (await first.create("chess")).status is TaskStatus.PROCESSING
        async with Orchestrator.open(other_settings, author=quick) as second:
            await created(second, "go")
            assert [row.title for row in await second.roadmaps.page()] == ["Scripted"]
            (task,) = await first.tasks.page()
            assert task.status is TaskStatus.PROCESSING
        assert (await first.wait(task.task_id)).status is TaskStatus.COMPLETED, "closing one leaves the other alone"
        assert first.worker_id != second.worker_id
    assert slow.times_asked() == quick.times_asked()


async def test_two_orchestrators_on_one_database_follow_each_others_runs(settings: Settings) -> None:
    async with (
        Orchestrator.open(settings, author=ScriptedAuthor(latency=0.1)) as runner,
        Orchestrator.open(settings, author=ScriptedAuthor()) as reader,
    ):
        task = await runner.create("chess")
        seen = [event.type async for event in reader.follow(task.task_id)]
        assert (seen[0], seen[-1]) == ("run_requested", "run_finished")
        assert (await reader.wait(task.task_id)).status is TaskStatus.COMPLETED
        await reader.interrupt(task.task_id)  # none of its own
        assert (await runner.task(task.task_id)).status is TaskStatus.COMPLETED


@pytest.mark.slow
def test_a_notebook_may_open_and_close_it_in_one_loop_and_in_new_ones_again_and_again(settings: Settings) -> None:
    """Clients carried into another event loop once hung."""

    async def cell(goal: str) -> None:
        async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
            await created(orchestrator, goal)

    async def several_cells() -> None:
        for number in range(2):
            await cell(f"cell {number}")

    before = threading.active_count()
    for _ in range(2):
        asyncio.run(asyncio.wait_for(several_cells(), HANG_SECONDS))
    loop = asyncio.new_event_loop()  # a notebook's own: it runs on between the cells
    try:
        opened = Orchestrator.open(settings, author=ScriptedAuthor())
        orchestrator = loop.run_until_complete(opened.__aenter__())
        loop.run_until_complete(created(orchestrator, "one cell"))
        loop.run_until_complete(created(orchestrator, "the next"))
        loop.run_until_complete(opened.__aexit__(None, None, None))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    gc.collect()  # what was left open would warn now
    assert threading.active_count() == before


def test_importing_it_opens_nothing_and_starts_no_thread() -> None:
    program = "import threading, orchestrator; orchestrator.Orchestrator; print(threading.active_count())"
    ran = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"


class Server:
    """A web server of a few lines: `POST goal` begins a run, `GET task_id` tells of it."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self._orchestrator = orchestrator

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            verb, words = (await reader.readline()).decode().strip().split(" ", maxsplit=1)
            task = await (self._orchestrator.create(words) if verb == "POST" else self._orchestrator.wait(words))
            writer.write(json.dumps({"task_id": task.task_id, "status": task.status}).encode())
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def serving(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[int]:
    """As a FastAPI app would in its lifespan; the port."""
    async with Orchestrator.open(settings, author=author) as orchestrator:
        server = await asyncio.start_server(Server(orchestrator).answer, "127.0.0.1", 0)
        async with server:
            port: int = server.sockets[0].getsockname()[1]
            yield port


async def call(port: int, request: str, *, hang_up: bool = False) -> dict[str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{request}\n".encode())
    await writer.drain()
    answered = b"{}" if hang_up else await reader.read()
    writer.close()
    await writer.wait_closed()
    answer: dict[str, str] = json.loads(answered)
    return answer


@pytest.mark.slow
async def test_a_server_shares_one_orchestrator_and_a_caller_that_disconnects_ends_no_run(
    settings: Settings,
) -> None:
    async with serving(settings, ScriptedAuthor(latency=0.05)) as port:
        begun = await asyncio.gather(*(call(port, f"POST goal {number}") for number in range(5)))
        await call(port, f"GET {begun[0]['task_id']}", hang_up=True)
        ended = await asyncio.gather(*(call(port, f"GET {task['task_id']}") for task in begun))
    assert {task["status"] for task in ended} == {"completed"}
    async with serving(settings, ScriptedAuthor(latency=5)) as port:
        left = await call(port, "POST one that is under way when the server stops")
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        assert (await orchestrator.task(left["task_id"])).status is TaskStatus.CANCELLED
        await orchestrator.resume(left["task_id"])
        assert (await orchestrator.wait(left["task_id"])).status is TaskStatus.COMPLETED


BROKEN = """
import asyncio, logging, os, sys
from nodes.authors.briefs import AuthorRole
from orchestrator import Orchestrator, Settings
from tests.support.authors import ScriptedAuthor

if sys.argv[1:] == ["debug"]:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s: %(message)s")
elif sys.argv[1:] == ["warning"]:
    logging.basicConfig(stream=sys.stdout)

def look_up(*_):
    return {}["key-of-a-user sk-abcdefghijklmnopqrstuvwxyz0123456789"]

async def main():
    settings = Settings()
    async with Orchestrator.open(settings, author=ScriptedAuthor(replies={AuthorRole.QUIZ: look_up})) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
        reasons = {content.last_error for content in (await orchestrator.roadmap(task.roadmap_id)).contents}
    async with Orchestrator.open(settings, author=ScriptedAuthor(replies={AuthorRole.INTENT: look_up})) as orchestrator:
        failed = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
    reasons = {*filter(None, reasons), failed.error_message}
    assert len(reasons) == 1, reasons
    (reason,) = reasons
    assert reason.startswith("KeyError in the author: "), reason
    assert "sk-abcd" not in reason, reason

asyncio.run(main())
"""


def run_broken(database_url: str, *arguments: str) -> tuple[str, str]:
    env = {**os.environ, "ROADMAP_DATABASE_URL": database_url}
    command = [sys.executable, "-c", BROKEN, *arguments]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, ran.stderr


@pytest.mark.slow
def test_a_program_that_configures_no_logging_sees_nothing_and_the_reason_names_the_bug_of_its_author(
    database_url: str,
) -> None:
    assert run_broken(database_url) == ("", "")


@pytest.mark.slow
def test_logs_go_where_the_program_sends_them_with_the_traceback_of_its_author_at_debug(database_url: str) -> None:
    """They went to stdout, whatever the program had configured."""
    assert run_broken(database_url, "warning") == ("", "")
    out, err = run_broken(database_url, "debug")
    assert err == ""
    assert "roadmap_orchestrator.nodes.authors.bugs: the author raised an exception (kind=KeyError)" in out
    assert "Traceback" in out
    assert "in look_up" in out
    assert "roadmap_orchestrator.orchestrator.execution.runner: run failed (task_id=" in out


@pytest.mark.slow
def test_drivers_do_not_warn_on_the_stderr_of_a_program_without_logging() -> None:
    """What stdlib finds no handler for, it prints there."""
    names = ("psycopg.pool", "sqlalchemy.pool", "roadmap_orchestrator.repository.database")
    said = "\n".join(f"logging.getLogger({name!r}).warning('x')" for name in names)
    program = f"import logging, orchestrator.orchestrator\n{said}"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (ran.stdout, ran.stderr) == ("", "")
