"""Requests that race with a run which changes the structure they are about, or with one that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from domain.vocabulary import ContentType, TaskType
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.claims import lock_contents, retire_contents
from repository.contents import ensure_contents
from repository.database import IDLE_IN_TRANSACTION_TIMEOUT, Database, Session
from repository.readings import states
from repository.roadmaps import accept_framework, save_roadmap_metadata
from tests.support.authors import ScriptedAuthor
from tests.support.rows import framework, started
from tests.support.silence import silent_in_mid_statement

GONE = "c-1-1-2"


@pytest.fixture
async def orchestrator(settings: Settings, database: Database) -> AsyncIterator[Orchestrator]:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


async def accept_without_the_second_concept(session: Session) -> None:
    await accept_framework(session, framework(concepts=1), expected_version=1)
    found = await lock_contents(session, "r-1")
    await retire_contents(session, "r-1", [content for content in found if content.concept_id == GONE])


@pytest.mark.parametrize("what", ["batch", "single"])
async def test_a_request_beside_a_change_does_not_bring_contents_of_a_removed_concept_back(
    database: Database, orchestrator: Orchestrator, what: str
) -> None:
    """Nobody could ever have made them: each further retry would have failed."""

    async def request() -> None:
        if what == "batch":
            await orchestrator.retry_failed("r-1", detach=True)
        else:
            await orchestrator.retry("r-1", "c-1-1-1", ContentType.QUIZ, detach=True)

    async with database.transaction() as session:
        await accept_without_the_second_concept(session)
        requesting = asyncio.create_task(request())
        await asyncio.sleep(0.3)
    await requesting
    async with database.transaction() as session:
        assert {row.concept_id for row in await states(session, "r-1")} == {"c-1-1-1"}


@pytest.mark.parametrize("what", ["batch", "single", "modification"])
async def test_no_request_waits_half_a_minute_for_a_stopped_process(
    database: Database, orchestrator: Orchestrator, what: str
) -> None:
    """Its session holds the locks of its task and contents in mid-statement, and no worker sweeps."""
    async with database.transaction() as session:
        await ensure_contents(session, "r-1", ["c-1-1-1", GONE])
    await started(database, task_type=TaskType.MODIFICATION)
    silent = await asyncio.to_thread(silent_in_mid_statement, database.url, "roadmap")
    with closing(silent):
        async with asyncio.timeout(IDLE_IN_TRANSACTION_TIMEOUT + 4):
            match what:
                case "batch":
                    assert await orchestrator.retry_failed("r-1", detach=True) is not None
                case "single":
                    await orchestrator.retry("r-1", "c-1-1-1", ContentType.QUIZ, detach=True)
                case _:
                    await orchestrator.modify("r-1", "shorter", detach=True)
