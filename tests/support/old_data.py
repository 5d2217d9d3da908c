"""Rows, events and checkpoints as this version writes them, kept in tests/fixtures for all later ones to read.

    .venv/bin/python -m tests.support.old_data tests/fixtures/rows_REVISION.sql

writes the file for the newest revision. A file that a release has brought is never written anew.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from domain.editing.review import EditPlan, Operation
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, EditPlanBrief
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db import schema
from repository.postgres.binaries import client_program
from tests.support.authors import Failing
from tests.support.servers import EMBEDDED, server

GOALS: Final = ("completed", "partial", "parked", "failed", "cancelled", "running")
"""Each creation's goal says how it was left."""
_NOT_OURS: Final = ("public.alembic_version", "public.workers", "checkpoint.checkpoint_migrations")


async def leave(settings: Settings, dump: Callable[[], Any]) -> None:
    """Runs in every state that a run can be left in; `dump` is called while the last one is at work."""
    author = Failing()
    async with Orchestrator.open(settings, author=author) as orchestrator:
        completed = await ended(orchestrator, await orchestrator.create("completed"))
        assert completed.status is TaskStatus.COMPLETED
        author.replies = {AuthorRole.EDIT_PLAN: renamed}
        await ended(orchestrator, await orchestrator.modify(completed.roadmap_id or "", "call the first one Openings"))
        author.broken = {AuthorRole.QUIZ}
        await ended(orchestrator, await orchestrator.create("partial"))
        author.broken = {AuthorRole.STRUCTURE_REVIEW}
        await ended(orchestrator, await orchestrator.create("failed"))
        author.broken = set()
        await ended(orchestrator, await orchestrator.create("parked", review=ReviewRequest()))
        author.latencies = {AuthorRole.QUIZ: 60}
        cancelled = await begun(orchestrator, "cancelled", author)
        await orchestrator.cancel(cancelled.task_id)
        await begun(orchestrator, "running", author)
        await asyncio.to_thread(dump)


def renamed(brief: Brief[Any], _: Sequence[str]) -> EditPlan:
    assert isinstance(brief, EditPlanBrief)
    first = brief.framework.concepts()[0]
    operation = Operation(
        action="rename", target_type="concept", target_id=first.concept_id, values={"name": "Openings"}
    )
    return EditPlan(feedback_summary="one name", operations=[operation])


async def ended(orchestrator: Orchestrator, task: TaskView) -> TaskView:
    return await orchestrator.wait(task.task_id)


async def begun(orchestrator: Orchestrator, goal: str, author: Failing) -> TaskView:
    """Whose tutorials are done, and whose quizzes are being written."""
    author.asked.clear()
    task = await orchestrator.create(goal)
    while sum(role is AuthorRole.QUIZ for role, _ in author.asked) < 2:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    return task


def dumped(url: str, major: int = 18) -> str:
    """Plain SQL, without what the migrations fill, and without leases, which name a machine."""
    command = [str(client_program("pg_dump", major)), "--data-only", "--inserts", "--no-owner", f"--dbname={url}"]
    command += [f"--exclude-table-data={table}" for table in _NOT_OURS]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [line for line in text.splitlines() if line.startswith(("INSERT INTO", "SELECT pg_catalog.setval"))]
    return "\n".join(kept) + "\n"


def main(file: Path) -> None:
    with server(EMBEDDED) as url, tempfile.TemporaryDirectory() as home:
        schema.upgrade(url)
        settings = Settings.model_validate({"database_url": url, "home": Path(home)})
        asyncio.run(leave(settings, lambda: file.write_text(dumped(url))))
    print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
