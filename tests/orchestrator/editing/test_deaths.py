"""A change whose process is killed at any commit goes on and does everything once."""

import asyncio
from functools import partial

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from domain.vocabulary import TaskStatus
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from tests.orchestrator.editing.course import (
    EIGEN,
    PCA,
    TUTORIAL,
    Recorded,
    modified,
    newest,
    revert,
    rewrite,
)
from tests.support.commit_gate import CommitGate
from tests.support.limits import HANG_SECONDS
from tests.support.processes import broken_promises


@pytest.mark.slow
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.soak, id="all")])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_commit_a_change_goes_on_and_does_everything_once(
    settings: Settings, database: Database, database_url: str, author: Recorded, after: bool, step: int
) -> None:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("understand PCA")).task_id)
        roadmap_id = task.roadmap_id or ""
        author.plan(rewrite(EIGEN, wish="Shorter."))
        await modified(orchestrator, roadmap_id)
    for number, commit in enumerate(range(1, 200, step)):
        author.forget()
        wish = f"Wish {number}."
        author.plan(revert(EIGEN, 1 + number % 2), rewrite(PCA, wish=wish))
        async with Orchestrator.open(settings, author=author) as orchestrator:
            before = await newest(orchestrator, roadmap_id)
            asked = await orchestrator.modify(roadmap_id, wish, detach=True)
        async with CommitGate(database_url, commit, after).open() as gate:
            dying = settings.model_copy(update={"database_url": SecretStr(gate.url), "database_patience": 0.1})
            running = asyncio.create_task(_resumed(dying, author, asked.task_id))
            gate.kill = partial(_cancel, running)
            await asyncio.wait([running], timeout=HANG_SECONDS)
        async with Orchestrator.open(settings, author=author) as orchestrator:
            ended = await orchestrator.task(asked.task_id)
            survived = ended.status is TaskStatus.COMPLETED
            if not survived:
                await _live_no_more(database, asked.task_id)
                await orchestrator.resume(asked.task_id)
                ended = await orchestrator.wait(asked.task_id)
            assert ended.status is TaskStatus.COMPLETED, f"commit {commit}: {ended.error_message}"
            now = await newest(orchestrator, roadmap_id)
            grown = {key: version - before[key] for key, version in now.items() if version != before[key]}
            assert grown == {(EIGEN, TUTORIAL): 1, (PCA, TUTORIAL): 1}, f"commit {commit}"
            held = [one.wish for one in await orchestrator.wishes.of(roadmap_id, PCA, TUTORIAL)]
            assert held == [f"Wish {earlier}." for earlier in range(number + 1)]
            assert await broken_promises(database) == [], f"commit {commit}"
        if survived and gate.commits < commit:
            assert commit > 8, "the commits of a whole run were tried"
            return
    pytest.fail("the run never came to its end")


async def _resumed(settings: Settings, author: Recorded, task_id: str) -> None:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        await orchestrator.resume(task_id)
        await orchestrator.wait(task_id)


async def _live_no_more(database: Database, task_id: str) -> None:
    """End the lease of the process that died with this task."""
    async with database.transaction() as session:
        statement = """
            UPDATE workers SET alive_until = '-infinity', timeout = -1e9
            WHERE worker_id = (SELECT worker_id FROM roadmap_tasks WHERE task_id = :task_id)"""
        await execute(session, text(statement), {"task_id": task_id})


def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
