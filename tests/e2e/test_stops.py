"""A worker is stopped in the middle of a transaction for longer than its lease, and wakes when another has its run."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import IDLE_IN_TRANSACTION_TIMEOUT_SECONDS, Database, execute
from tests.e2e.test_crashes import Fleet, check, is_final, until
from tests.support.authors import ScriptedAuthor

SLACK_SECONDS = 3.0
"""For a sweep and a start."""

_OWNER = text("SELECT w.pid FROM roadmap_tasks t JOIN workers w USING (worker_id) WHERE t.task_id = :task_id")
_CAUGHT = text("""
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND a.state = 'idle in transaction'
            AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(:task_id, 0))""")
"""Whether a session that waits for its process holds the lock of the task."""


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


async def stop_in_mid_transaction(database: Database, task_id: str) -> int:
    """Stops whoever runs the task, at a moment when it holds the task's lock; its pid."""
    for _ in range(500):
        async with database.transaction() as session:
            pid = int((await execute(session, _OWNER, {"task_id": task_id})).scalar_one())
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.01)  # the server ends the statement that was under way
        async with database.transaction() as session:
            caught = (await execute(session, _CAUGHT, {"task_id": task_id})).scalar_one()
        if caught:
            return pid
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(random.uniform(0.001, 0.02))
    raise AssertionError("never caught in a transaction")


async def stop_and_wake(database: Database, client: Orchestrator, task_id: str) -> float:
    """Stop the task's owner in mid transaction until another has the task. Return the seconds that this took."""
    running = await until(client, task_id, lambda task: task.current_step == "content_generation")
    pid = await stop_in_mid_transaction(database, task_id)
    stopped = time.monotonic()
    try:
        taken = await until(client, task_id, lambda task: task.attempt > running.attempt)
        seconds = time.monotonic() - stopped
    finally:
        os.kill(pid, signal.SIGCONT)
    assert not is_final(taken)
    return seconds


@pytest.mark.parametrize("stops", [1, pytest.param(20, marks=pytest.mark.soak)])
async def test_a_worker_stopped_in_mid_transaction_blocks_no_other_and_changes_no_row_when_it_wakes(
    database_url: str, database: Database, client: Orchestrator, tmp_path: Path, stops: int
) -> None:
    with Fleet(database_url, tmp_path) as fleet:
        fleet.add()
        fleet.add()
        tasks = []
        for number in range(stops):
            task = await client.create(f"learn to wake {number}", detach=True)
            tasks.append(task)
            seconds = await stop_and_wake(database, client, task.task_id)
            if stops > 1:  # `make soak` has the machine to itself
                assert seconds < IDLE_IN_TRANSACTION_TIMEOUT_SECONDS + SLACK_SECONDS
            await until(client, task.task_id, is_final)
            await asyncio.sleep(1)
            assert all(worker.poll() is None for worker in fleet.workers), "the old owner lives on"
        await check(client, database, fleet, tasks)
    assert "run taken or ended by another" in fleet.log.read_text()
