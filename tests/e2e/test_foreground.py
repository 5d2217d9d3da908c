"""Commands that run a task themselves: killed, signalled, cancelled or taken over from outside. The real command."""

import asyncio
import random
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator, Settings
from repository.database import Database
from tests.e2e.conftest import AT_ONCE, LEASE
from tests.e2e.roadmap_command import Command, Running
from tests.e2e.test_crashes import until
from tests.support.processes import bought_again, broken_promises, calls_begun

TASK = re.compile(r"^Task    (\S+)$", re.MULTILINE)
QUICK = {"OFFLINE_LATENCY": "0"}


def contents_are_made(err: str) -> bool:
    return " contents: " in err


def task_of(running: Running) -> str:
    running.wait_for(lambda err: bool(TASK.search(err)))
    found = TASK.search(running.err)
    assert found
    return found[1]


async def all_is_well(database: Database, account: Path) -> None:
    assert await broken_promises(database) == []
    assert await bought_again(database, account) == []


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Orchestrator]:
    """Looks at the rows from outside."""
    async with Orchestrator.open(settings) as orchestrator:
        yield orchestrator


async def test_a_killed_create_is_found_stale_and_resume_buys_nothing_twice(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    """Dead runs looked alive for ever, once."""
    creating = shell.start("create", "learn chess", "--json")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.kill()
    died = time.monotonic()
    dead = await until(client, task_id, lambda task: not task.live, LEASE + 0.5)
    assert (time.monotonic() - died < LEASE + 0.5, dead.status) == (True, TaskStatus.PROCESSING)
    assert dead.roadmap_id is not None
    ways = [["status", dead.roadmap_id, "--json"], ["status", dead.roadmap_id], ["show", dead.roadmap_id], ["tasks"]]
    document, *told = shell.all(*ways)
    assert {done.code for done in (document, *told)} == {0}
    assert document.json()["has_active_task"] is False
    assert document.json()["stale_concepts"]
    assert all(stale["concept_name"] for stale in document.json()["stale_concepts"])
    assert f"roadmap resume {task_id}" in told[0].out
    assert all("stale" in done.out for done in told)
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["task_id"], resumed.json()["status"]) == (0, task_id, "completed")
    assert "Designing the curriculum" not in resumed.err, "what was told before the crash is not told again"
    assert (await client.status(dead.roadmap_id)).stale_concepts == []
    await all_is_well(database, account)
    needed = 3 + resumed.json()["execution_summary"]["total"]
    assert len(calls_begun(account)) - needed <= AT_ONCE, "only calls in flight are repeated"


async def test_a_killed_create_is_taken_over_by_a_living_worker_without_anybodys_help(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    shell.start("worker", OFFLINE_LATENCY="0").wait_for(lambda err: "Worker " in err)
    creating = shell.start("create", "learn chess")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.kill()
    died = time.monotonic()
    taken = await until(client, task_id, lambda task: task.attempt > 1, LEASE + 2)
    assert time.monotonic() - died < LEASE + 2
    ended = await until(client, task_id, lambda task: task.status in ("completed", "failed"), 30)
    assert (taken.live, ended.status) == (True, TaskStatus.COMPLETED)
    await all_is_well(database, account)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str)
async def test_a_signal_ends_the_run_in_good_order_and_resume_goes_on(
    shell: Command, database: Database, account: Path, number: signal.Signals, code: int
) -> None:
    creating = shell.start("create", "learn chess")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.send(number)
    done = creating.end()
    assert (done.code, done.out) == (code, "")
    assert f"task {task_id} is cancelled: `roadmap resume {task_id}`" in done.err.splitlines()[-1]
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed")
    await all_is_well(database, account)


async def test_a_terminal_that_is_closed_leaves_no_run_that_looks_alive(shell: Command, client: Orchestrator) -> None:
    creating = shell.start("create", "learn chess", terminal=True)
    creating.wait_for(lambda err: "Writing the contents" in err)
    creating.hang_up()
    assert creating.end().code == 129
    (task,) = await client.tasks()
    assert (task.status, task.live) == (TaskStatus.CANCELLED, False)


async def test_a_foreground_run_that_another_command_cancels_says_so(shell: Command) -> None:
    creating = shell.start("create", "learn chess", "--json")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    cancelled = shell("cancel", task_id, "--json")
    done = creating.end()
    assert (cancelled.code, cancelled.json()["status"]) == (0, "cancelled")
    assert (done.code, done.json()["status"]) == (1, "cancelled")
    assert f"another command cancelled task {task_id}" in done.err
    assert f"roadmap resume {task_id}" in done.err
    again = shell("cancel", task_id)
    assert (again.code, again.out) == (4, "")
    assert "already cancelled" in again.err


async def test_a_process_that_slept_too_long_says_that_its_run_goes_on_elsewhere(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    shell.start("worker").wait_for(lambda err: "Worker " in err)
    creating = shell.start("create", "learn chess", "--json")
    task_id = task_of(creating)
    creating.send(signal.SIGSTOP)
    await until(client, task_id, lambda task: task.attempt > 1, LEASE + 3)
    creating.send(signal.SIGCONT)
    done = creating.end()
    assert done.code == 4, done.err
    assert f"`roadmap watch {task_id}`" in done.err.splitlines()[-1]
    await until(client, task_id, lambda task: task.status is TaskStatus.COMPLETED, 30)
    await all_is_well(database, account)


async def test_of_two_retries_at_once_one_wins_and_the_other_names_it(shell: Command) -> None:
    roadmap_id = shell("create", "learn chess", "--json", **QUICK).json()["roadmap_id"]
    both = shell.all(*[["retry", roadmap_id, "c-1-1-1", "quiz", "--json"]] * 2, OFFLINE_LATENCY="4")
    won, lost = sorted(both, key=lambda done: done.code)
    assert (won.code, won.json()["status"], won.json()["task_type"]) == (0, "completed", "retry_quiz")
    assert (lost.code, lost.out) == (4, "")
    assert f"Task {won.json()['task_id']} (retry_quiz, processing) is in the way" in lost.err


@pytest.mark.parametrize("runs", [10, pytest.param(50, marks=pytest.mark.soak)])
async def test_after_a_cancel_at_any_moment_no_call_begins(
    shell: Command, database: Database, account: Path, client: Orchestrator, runs: int
) -> None:
    """Half of them run in the foreground, half in a worker."""
    shell.start("worker", OFFLINE_LATENCY="1").wait_for(lambda err: "Worker " in err)
    for first in range(0, runs, 5):
        goals = [f"learn topic {first + number}" for number in range(5)]
        ways = [["--detach"] if number % 2 else [] for number in range(5)]
        running = [
            shell.start("create", goal, *way, OFFLINE_LATENCY="1") for goal, way in zip(goals, ways, strict=True)
        ]
        goal_of = {task_of(creating): goal for creating, goal in zip(running, goals, strict=True)}
        cancelled: dict[str, float] = {}
        for task_id in random.sample(sorted(goal_of), len(goal_of)):
            await asyncio.sleep(random.uniform(0, 0.4))
            asked = time.monotonic()
            assert (await client.cancel(task_id)).status is TaskStatus.CANCELLED
            assert time.monotonic() - asked < 2
            cancelled[goal_of[task_id]] = time.time()
        for creating in running:
            creating.end()
        await asyncio.sleep(0.5)
        late = [call for call in calls_begun(account) if call.at > cancelled.get(call.goal, float("inf"))]
        assert late == []
    assert await broken_promises(database) == []
