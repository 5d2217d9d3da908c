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
from repository.db.database import Database
from tests.e2e.roadmap_command import Command, Running
from tests.e2e.test_crashes import until
from tests.support.limits import MAX_REPEATED_CALLS
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


@pytest.mark.promise
async def test_a_killed_create_is_found_stale_and_resume_buys_nothing_twice(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    """Dead runs looked alive for ever, once."""
    creating = shell.start("create", "learn chess", "--json")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.kill()
    dead = await until(client, task_id, lambda task: not task.live)
    assert dead.status is TaskStatus.PROCESSING
    assert dead.roadmap_id is not None
    document, told = shell.all(["status", dead.roadmap_id, "--json"], ["status", dead.roadmap_id])
    assert (document.code, told.code) == (0, 0)
    assert document.json()["has_active_task"] is False
    assert document.json()["stale_concepts"]
    assert all(stale["concept_name"] for stale in document.json()["stale_concepts"])
    assert f"roadmap resume {task_id}" in told.out
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["task_id"], resumed.json()["status"]) == (0, task_id, "completed")
    assert "Designing the curriculum" not in resumed.err, "what was told before the crash is not told again"
    assert (await client.status(dead.roadmap_id)).stale_concepts == []
    await all_is_well(database, account)
    needed = 3 + resumed.json()["execution_summary"]["total"]
    assert len(calls_begun(account)) - needed <= MAX_REPEATED_CALLS, "only what was not committed is repeated"


async def test_a_killed_create_is_taken_over_by_a_living_worker_without_anybodys_help(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    shell.start("worker", OFFLINE_LATENCY="0").wait_for(lambda err: "Worker " in err)
    creating = shell.start("create", "learn chess")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.kill()
    taken = await until(client, task_id, lambda task: task.attempt > 1)
    ended = await until(client, task_id, lambda task: task.status in ("completed", "failed"))
    assert (taken.live, ended.status) == (True, TaskStatus.COMPLETED)
    await all_is_well(database, account)


async def test_sigterm_ends_the_run_in_good_order_and_resume_goes_on(
    shell: Command, database: Database, account: Path
) -> None:
    creating = shell.start("create", "learn chess")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    creating.send(signal.SIGTERM)
    done = creating.end()
    assert (done.code, done.out) == (143, "")
    assert f"task {task_id} is cancelled: continue with `roadmap resume {task_id}`" in done.err.splitlines()[-1]
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed")
    await all_is_well(database, account)


async def test_a_terminal_that_is_closed_leaves_no_run_that_looks_alive(shell: Command, client: Orchestrator) -> None:
    creating = shell.start("create", "learn chess", terminal=True)
    creating.wait_for(lambda err: "Writing the contents" in err)
    creating.hang_up()
    assert creating.end().code == 129
    (task,) = await client.tasks.page()
    assert (task.status, task.live) == (TaskStatus.CANCELLED, False)


@pytest.mark.soak
async def test_a_foreground_run_that_another_command_cancels_says_so(shell: Command) -> None:
    creating = shell.start("create", "learn chess", "--json", OFFLINE_LATENCY="1", MAX_CONCURRENT_CALLS="1")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    refused = shell("resume", task_id)
    assert (refused.code, f"`roadmap watch {task_id}`" in refused.err) == (4, True)
    cancelled = shell("cancel", task_id, "--json")
    done = creating.end()
    assert (cancelled.code, cancelled.json()["status"]) == (0, "cancelled")
    assert (done.code, done.json()["status"]) == (1, "cancelled")
    assert f"another command cancelled task {task_id}" in done.err
    assert f"roadmap resume {task_id}" in done.err


async def test_a_process_that_slept_too_long_says_that_its_run_goes_on_elsewhere(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    shell.start("worker", OFFLINE_LATENCY="0").wait_for(lambda err: "Worker " in err)
    creating = shell.start("create", "learn chess", "--json")
    task_id = task_of(creating)
    creating.send(signal.SIGSTOP)
    await until(client, task_id, lambda task: task.attempt > 1)
    creating.send(signal.SIGCONT)
    done = creating.end()
    assert done.code == 4, done.err
    assert f"`roadmap watch {task_id}`" in done.err.splitlines()[-1]
    await until(client, task_id, lambda task: task.status is TaskStatus.COMPLETED)
    await all_is_well(database, account)


@pytest.mark.soak
async def test_of_two_retries_at_once_one_wins_and_the_other_names_it(shell: Command, client: Orchestrator) -> None:
    created = await client.wait((await client.create("learn chess")).task_id)
    both = shell.all(*[["retry", created.roadmap_id or "", "c-1-1-1", "quiz", "--json"]] * 2, OFFLINE_LATENCY="4")
    won, lost = sorted(both, key=lambda done: done.code)
    assert (won.code, won.json()["status"], won.json()["task_type"]) == (0, "completed", "retry_quiz")
    assert (lost.code, lost.out) == (4, "")
    assert f"Conflicts with active task {won.json()['task_id']} (retry_quiz, processing)" in lost.err


@pytest.mark.parametrize("runs", [5, pytest.param(50, marks=pytest.mark.soak)])
async def test_after_a_cancel_at_any_moment_no_call_begins(
    shell: Command, database: Database, account: Path, client: Orchestrator, runs: int
) -> None:
    """One in five runs in the foreground, the others in a worker."""
    shell.start("worker", OFFLINE_LATENCY="1").wait_for(lambda err: "Worker " in err)

    async def cancel_somewhen(number: int) -> None:
        goal = f"learn topic {number}"
        if number % 5:
            task_id = (await client.create(goal, detach=True)).task_id
        else:
            task_id = await asyncio.to_thread(task_of, shell.start("create", goal, OFFLINE_LATENCY="1"))
        await asyncio.sleep(random.uniform(0, 3))
        assert (await client.cancel(task_id)).status is TaskStatus.CANCELLED
        cancelled = time.time()
        await asyncio.sleep(1.5)
        assert [call for call in calls_begun(account) if call.goal == goal and call.at > cancelled] == []

    for first in range(0, runs, 5):
        await asyncio.gather(*(cancel_somewhen(first + number) for number in range(5)))
    assert await broken_promises(database) == []
