"""PostgreSQL restarts under live runs: they go on, nobody takes them over, nothing is lost or bought again."""

import asyncio
import random
import re
import signal
from pathlib import Path

import psutil
import pytest

from domain.vocabulary import TaskStatus
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.postgres.server import EmbeddedServer
from tests.e2e.test_crashes import is_final, until
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.processes import bought_again, broken_promises, process


def strike(home: Path, how: signal.Signals) -> None:
    """SIGINT: a fast shutdown; SIGQUIT: an immediate one; SIGKILL: a crash."""
    pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
    psutil.Process(pid).send_signal(how)


@pytest.mark.parametrize("restarts", [3, pytest.param(20, marks=pytest.mark.soak)])
async def test_runs_go_on_through_restarts_and_are_not_taken_from_their_workers(
    home: Path, tmp_path: Path, restarts: int
) -> None:
    account = tmp_path / "calls.jsonl"
    settings = Settings(home=home)
    ways = [signal.SIGINT, signal.SIGKILL, signal.SIGQUIT]
    fleet = {
        "home": home,
        "offline_latency": 0.3,
        "max_concurrent_calls": 2,
        "offline_log": account,
        "log_level": "info",
    }
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as client:
        url = client._database.url
        with (
            process("worker", log=tmp_path / "first.log", **fleet),
            process("worker", log=tmp_path / "second.log", **fleet),
        ):
            done = 0
            while done < restarts:
                tasks = [await client.create(f"learn {done}-{number}", detach=True) for number in range(2)]
                for task in tasks:
                    await until(client, task.task_id, lambda task: task.status is TaskStatus.PROCESSING)
                while done < restarts and not is_final(await client.task(tasks[0].task_id)):
                    await asyncio.to_thread(strike, home, ways[done % 3])
                    done += 1
                    await client._database.persist(lambda _: asyncio.sleep(0))
                    await asyncio.sleep(random.uniform(1, 2.5))
                ended = [await until(client, task.task_id, is_final) for task in tasks]
                assert {task.status for task in ended} == {TaskStatus.COMPLETED}
                assert {task.attempt for task in ended} == {2}, "started once, finished once"
            database = Database(url)
            assert await broken_promises(database) == []
            assert await bought_again(database, account) == []
            await database.close()
    assert "reconnecting" in (tmp_path / "first.log").read_text() + (tmp_path / "second.log").read_text()


async def test_stopping_the_database_on_purpose_ends_workers_with_exit_5_and_one_line(
    home: Path, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    with process("worker", log=log, home=home) as worker:
        async with asyncio.timeout(HANG_SECONDS):
            while "Worker" not in log.read_text():
                await asyncio.sleep(0.1)
        await asyncio.to_thread(EmbeddedServer(home).stop)
        assert await asyncio.to_thread(worker.wait, HANG_SECONDS) == 5
    lines = [line for line in log.read_text().splitlines() if re.match("roadmap: (?!info|warning)", line)]
    assert len(lines) == 1
    assert "stopped on purpose" in lines[0]
