"""`roadmap create` is killed right before, and right after, each of its commits: what was committed stays bought."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from repository.db.database import Database
from tests.e2e.roadmap_command import Command, Done
from tests.support.commit_gate import CommitGate
from tests.support.limits import LEASE_SECONDS
from tests.support.processes import bought_again, broken_promises, calls_begun

SMALL: Final = {"MAX_CONCEPTS": "2", "OFFLINE_LATENCY": "0"}
NEEDED: Final = 3 + 3 * 2
"""Calls of a run that nothing befalls."""


async def commits_of_a_creation(shell: Command, database_url: str) -> int:
    async with CommitGate(database_url).open() as gate:
        done = await asyncio.to_thread(shell, "create", "an unhurt one", DATABASE_URL=gate.url, **SMALL)
        assert done.code == 0, done.err
    return gate.commits


async def die(shell: Command, database_url: str, goal: str, commit: int, *, after: bool) -> Done:
    async with CommitGate(database_url, commit, after).open() as gate:
        running = shell.start("create", goal, terminal=False, DATABASE_URL=gate.url, **SMALL)
        gate.kill = running.kill_now
        return await asyncio.to_thread(running.end)


def points(total: int, tries: int | None) -> list[tuple[int, bool]]:
    every = [(commit, after) for commit in range(1, total + 1) for after in (False, True)]
    return every if tries is None else every[:: max(1, len(every) // tries)]


@pytest.mark.parametrize("tries", [2, pytest.param(None, marks=pytest.mark.soak, id="all")])
async def test_killed_before_or_after_any_commit_a_creation_goes_on_and_buys_nothing_twice(
    shell: Command, database_url: str, database: Database, account: Path, tries: int | None
) -> None:
    total = await commits_of_a_creation(shell, database_url)
    assert total > NEEDED
    for commit, after in points(total, tries):
        where = f"{'after' if after else 'before'} commit {commit}"
        newest = shell("tasks", "--json").json()["tasks"][0]["task_id"]
        begun = len(calls_begun(account))
        died = await die(shell, database_url, f"one to die {where}", commit, after=after)
        task = shell("tasks", "--json").json()["tasks"][0]
        if task["task_id"] == newest:
            assert len(calls_begun(account)) == begun, where
            continue
        if died.code < 0:
            await asyncio.sleep(LEASE_SECONDS + 0.5)
        if task["status"] != "completed":
            ended = await asyncio.to_thread(shell, "resume", task["task_id"], "--json", **SMALL)
            assert ended.code == 0, f"{where}: {ended.err}"
            assert ended.json()["status"] == "completed", where
        assert await bought_again(database, account) == [], where
        assert await broken_promises(database) == [], where
