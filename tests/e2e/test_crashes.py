"""Processes die at any moment: no run is lost, nothing finished is bought again, two runs never mix.

Workers are the real command, killed with SIGKILL; the author's own account of its calls is the oracle.
"""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from domain.vocabulary import FINAL, ContentType, TaskStatus, TaskType
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.support.authors import ScriptedAuthor
from tests.support.limits import CONCURRENT_CALLS, HANG_SECONDS, LEASE_SECONDS, MAX_REPEATED_CALLS
from tests.support.processes import bought_again, broken_promises, calls_begun, process


class Fleet:
    """Workers on one database. A killed one is replaced at once."""

    def __init__(self, database_url: str, folder: Path, **settings: object) -> None:
        self.account = folder / "calls.jsonl"
        self.log = folder / "workers.log"
        self._settings = {
            "database_url": database_url,
            "heartbeat_timeout": LEASE_SECONDS,
            "max_concurrent_calls": CONCURRENT_CALLS,
            "offline_latency": 0.1,
            "offline_log": self.account,
            "log_level": "info",
            **settings,
        }
        self._stack = ExitStack()
        self.workers: list[subprocess.Popen[bytes]] = []
        self.kills = 0

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        print(self.log.read_text())  # pytest shows it if the test fails

    def add(self) -> "subprocess.Popen[bytes]":
        worker = self._stack.enter_context(process("worker", log=self.log, **self._settings))
        self.workers.append(worker)
        return worker

    async def are_up(self, number: int) -> None:
        """Return once so many workers have started."""
        deadline = time.monotonic() + HANG_SECONDS
        while self.log.read_text().count("Worker ") < number:
            assert time.monotonic() < deadline, self.log.read_text()
            await asyncio.sleep(0.05)

    def kill_one(self) -> None:
        worker = self.workers.pop(random.randrange(len(self.workers)))
        worker.kill()
        worker.wait()
        self.kills += 1
        self.add()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


async def until(client: Orchestrator, task_id: str, reached: Callable[[TaskView], bool]) -> TaskView:
    deadline = time.monotonic() + HANG_SECONDS
    while not reached(task := await client.task(task_id)):
        assert time.monotonic() < deadline, f"{task}"
        await asyncio.sleep(0.05)
    return task


def is_final(task: TaskView) -> bool:
    return task.status in FINAL


async def survive(client: Orchestrator, fleet: Fleet, tasks: list[TaskView], kills: int) -> None:
    """Kill at random moments until there were enough, then let everything end."""
    while fleet.kills < kills and not all([is_final(await client.task(task.task_id)) for task in tasks]):
        await asyncio.sleep(random.uniform(0.5, 2.5))
        await asyncio.to_thread(fleet.kill_one)
    for task in tasks:
        await until(client, task.task_id, is_final)


async def check(client: Orchestrator, database: Database, fleet: Fleet, tasks: list[TaskView]) -> None:
    ended = [await client.task(task.task_id) for task in tasks]
    assert {task.status for task in ended} == {TaskStatus.COMPLETED}, ended
    assert await broken_promises(database) == []
    assert await bought_again(database, fleet.account) == []


@pytest.mark.promise
@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.soak)])
async def test_creations_survive_kills_and_buy_nothing_twice(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path, kills: int
) -> None:
    with Fleet(database_url, tmp_path) as fleet:
        fleet.add()
        fleet.add()
        all_tasks: list[TaskView] = []
        while fleet.kills < kills:
            tasks = [await client.create(f"learn topic {len(all_tasks) + number}", detach=True) for number in range(2)]
            all_tasks += tasks
            await survive(client, fleet, tasks, kills)
        await check(client, database, fleet, all_tasks)
    summaries = [(await client.task(task.task_id)).execution_summary or {} for task in all_tasks]
    needed = sum(3 + summary["total"] for summary in summaries)
    assert len(calls_begun(fleet.account)) - needed <= MAX_REPEATED_CALLS * fleet.kills, "only what was not committed"


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.soak)])
async def test_retries_of_every_type_survive_kills(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path, kills: int
) -> None:
    with Fleet(database_url, tmp_path, offline_fail="quiz") as broken:
        broken.add()
        creation = await client.create("learn to survive", detach=True)
        await until(client, creation.task_id, is_final)
    assert creation.roadmap_id is not None
    with Fleet(database_url, tmp_path, offline_latency=0.8) as fleet:
        fleet.add()
        fleet.add()
        tasks: list[TaskView] = []
        while fleet.kills < kills:
            batch = await client.retry_failed(creation.roadmap_id, detach=True)
            wanted = RetryRequest(preferences={"learning_goal": f"learn to survive round {len(tasks)}"})
            singles = [
                await client.retry(creation.roadmap_id, "c-1-1-1", kind, wanted, detach=True)
                for kind in (ContentType.TUTORIAL, ContentType.RESOURCES)
            ]
            started = [*singles, *([batch] if batch else [])]
            tasks += started
            await survive(client, fleet, started, kills)
        await check(client, database, fleet, tasks)
    assert {task.task_type for task in tasks} >= {
        TaskType.RETRY_BATCH,
        TaskType.RETRY_TUTORIAL,
        TaskType.RETRY_RESOURCES,
    }


async def test_a_killed_workers_run_is_taken_over_by_another_worker(
    database_url: str, client: Orchestrator, tmp_path: Path
) -> None:
    with Fleet(database_url, tmp_path, offline_latency=1) as fleet:
        fleet.add()
        task = await client.create("learn patience", detach=True)
        running = await until(client, task.task_id, lambda task: task.current_step == "content_generation")
        fleet.add()
        await fleet.are_up(2)
        fleet.workers[0].kill()
        await until(client, task.task_id, lambda task: task.attempt > running.attempt)
        types = [(event.type, event.payload.get("from")) for event in await client.events.page(task.task_id)]
        assert ("run_started", "processing") in types
        await client.cancel(task.task_id)


@pytest.mark.soak
async def test_on_a_quiet_machine_a_killed_worker_is_replaced_within_its_lease_and_two_seconds(
    database_url: str, client: Orchestrator, tmp_path: Path
) -> None:
    with Fleet(database_url, tmp_path, heartbeat_timeout=5, offline_latency=1) as fleet:
        fleet.add()
        task = await client.create("learn patience", detach=True)
        running = await until(client, task.task_id, lambda task: task.current_step == "content_generation")
        fleet.add()
        await fleet.are_up(2)
        fleet.workers[0].kill()
        killed = time.monotonic()
        await until(client, task.task_id, lambda task: task.attempt > running.attempt)
        assert time.monotonic() - killed < 5 + 2
        await client.cancel(task.task_id)


@pytest.mark.promise
async def test_a_stopped_worker_that_wakes_changes_no_row(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path
) -> None:
    with Fleet(database_url, tmp_path) as fleet:
        first = fleet.add()
        task = await client.create("learn to wake", detach=True)
        running = await until(client, task.task_id, lambda task: task.current_step == "content_generation")
        first.send_signal(signal.SIGSTOP)
        fleet.add()
        await until(client, task.task_id, lambda task: task.attempt > running.attempt)
        first.send_signal(signal.SIGCONT)
        await until(client, task.task_id, is_final)
        await asyncio.sleep(1)
        assert first.poll() is None, "the old owner lives on and takes other work"
        await check(client, database, fleet, [task])


async def test_a_live_run_with_a_call_much_longer_than_its_lease_is_never_taken(
    database_url: str, client: Orchestrator, tmp_path: Path
) -> None:
    with Fleet(database_url, tmp_path, offline_latency=LEASE_SECONDS * 4, max_concurrent_calls=1) as fleet:
        fleet.add()
        fleet.add()
        task = await client.create("learn slowly", detach=True)
        running = await until(client, task.task_id, lambda task: task.status is TaskStatus.PROCESSING)
        assert task.roadmap_id is not None
        while len(calls_begun(fleet.account)) < 2:  # until the first call has ended
            await asyncio.sleep(0.2)
            status = await client.status(task.roadmap_id)
            assert status.has_active_task
            assert status.stale_concepts == []
        assert (await client.task(task.task_id)).attempt == running.attempt
        await client.cancel(task.task_id)


@pytest.mark.promise
async def test_sigterm_hands_back_without_cutting_a_call(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path
) -> None:
    with Fleet(database_url, tmp_path, offline_latency=0.5) as fleet:
        first = fleet.add()
        task = await client.create("learn to let go", detach=True)
        await until(client, task.task_id, lambda task: task.current_step == "content_generation")
        first.terminate()
        assert await asyncio.to_thread(first.wait, HANG_SECONDS) == 0
        assert (await client.task(task.task_id)).status is TaskStatus.PENDING
        begun = len(calls_begun(fleet.account))
        lines = fleet.account.read_text().splitlines()
        assert len(lines) == 2 * begun, "every call that began has ended"
        fleet.workers.clear()
        fleet.add()
        await until(client, task.task_id, is_final)
        await check(client, database, fleet, [task])


async def test_a_dead_run_without_any_worker_is_reported_stale_and_resume_goes_on(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path
) -> None:
    """Dead tasks once looked alive for ever."""
    with Fleet(database_url, tmp_path) as fleet:
        worker = fleet.add()
        task = await client.create("learn to be found", detach=True)
        await until(client, task.task_id, lambda task: task.current_step == "content_generation")
        worker.kill()
        dead = await until(client, task.task_id, lambda task: not task.live)
        assert dead.status is TaskStatus.PROCESSING
        assert task.roadmap_id is not None
        status = await client.status(task.roadmap_id)
        assert not status.has_active_task
        assert status.stale_concepts
        assert all(stale.concept_name and stale.current_status != "completed" for stale in status.stale_concepts)
        fleet.workers.clear()
        await client.resume(task.task_id, detach=True)
        fleet.add()
        await until(client, task.task_id, is_final)
        await check(client, database, fleet, [task])
        assert (await client.status(task.roadmap_id)).stale_concepts == []
