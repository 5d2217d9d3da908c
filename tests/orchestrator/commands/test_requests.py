"""Requests that race with a run which changes the structure they are about, or with one that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
from sqlalchemy import text

from domain.editing.review import Decision
from domain.errors import Conflict, InvalidInput
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType, TaskStatus, TaskType
from orchestrator.commands.request_context import Terms
from orchestrator.commands.run_request import RetryRequest
from orchestrator.commands.transitions import end
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.contents.claims import claim_contents, lock_contents, retire_contents
from repository.contents.content_queries import states
from repository.db.database import STATEMENT_TIMEOUT_SECONDS, Database, Session, execute
from repository.roadmaps.roadmaps import accept_framework, save_roadmap_metadata
from repository.runs.tasks import create_task
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, framework, lessons_written, started
from tests.support.silence import silent_in_mid_statement

GONE = "c-1-1-2"


@pytest.fixture
async def orchestrator(settings: Settings, database: Database) -> AsyncIterator[Orchestrator]:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
        await lessons_written(session)
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


async def ask(orchestrator: Orchestrator, what: str) -> object:
    """One of all requests that take more than one lock."""
    match what:
        case "creation":
            by_ann = LearningRequest(user_id="ann", preferences=Preferences(learning_goal="chess"))
            return await orchestrator.create(by_ann, detach=True, terms=Terms(most_active=9))
        case "batch":
            return await orchestrator.retry_failed("r-1", detach=True)
        case "single":
            return await orchestrator.retry("r-1", "c-1-1-1", ContentType.QUIZ, detach=True)
        case "modification":
            return await orchestrator.modify("r-1", "shorter", detach=True)
        case "resume":
            return await orchestrator.resume("t-1", detach=True)
        case "restore":
            return await orchestrator.restore("r-1")
        case _:
            return await orchestrator.bin("r-1")


async def dead(database: Database, task_type: TaskType, status: TaskStatus = TaskStatus.PROCESSING) -> None:
    """Task t-1, whose process died, or which has failed since, and its content."""
    single = task_type is TaskType.RETRY_QUIZ
    task = await started(
        database,
        task_type=task_type,
        concept_id="c-1-1-1" if single else None,
        content_type=ContentType.QUIZ if single else None,
    )
    async with database.transaction() as session:
        await claim_contents(
            session, fence_of(task), "r-1", await lock_contents(session, "r-1", [ContentType.QUIZ], "c-1-1-1")
        )
        if status is TaskStatus.FAILED:
            await end(session, fence_of(task), status, "no luck")


@pytest.mark.slow
@pytest.mark.parametrize("what", ["batch", "creation", "single", "modification", "bin", "restore"])
async def test_no_request_waits_half_a_minute_for_a_stopped_process(
    database: Database, orchestrator: Orchestrator, what: str
) -> None:
    """Its session holds the locks of its task and contents in mid-statement, and no worker sweeps."""
    await dead(database, TaskType.MODIFICATION)
    if what == "restore":
        await orchestrator.bin("r-1")
    silent = await asyncio.to_thread(silent_in_mid_statement, database.url, "roadmap")
    with closing(silent):
        async with asyncio.timeout(STATEMENT_TIMEOUT_SECONDS - 10):
            assert await ask(orchestrator, what) is not None


async def waits_for_a_lock(database: Database) -> None:
    """Returns when a session of this database does."""
    waits = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with asyncio.timeout(HANG_SECONDS):
        while True:
            async with database.transaction() as session:
                if (await execute(session, waits, {})).first() is not None:
                    return
            await asyncio.sleep(0.01)


TASK = "SELECT lock FROM (SELECT pg_advisory_xact_lock(hashtextextended('t-1', 0)) AS lock) AS task"
ROADMAP = "SELECT FROM roadmap_metadata FOR UPDATE NOWAIT"
CONTENTS = "SELECT FROM concept_contents FOR UPDATE NOWAIT"


@pytest.mark.parametrize(("first", "then"), [(TASK, ROADMAP), (ROADMAP, CONTENTS)], ids=["task", "roadmap"])
@pytest.mark.parametrize(
    ("what", "task_type", "status"),
    [
        ("single", TaskType.RETRY_QUIZ, TaskStatus.PROCESSING),
        ("modification", TaskType.MODIFICATION, TaskStatus.PROCESSING),
        ("bin", TaskType.RETRY_QUIZ, TaskStatus.PROCESSING),
        ("resume", TaskType.RETRY_QUIZ, TaskStatus.FAILED),
    ],
)
async def test_a_transaction_that_waits_for_a_lock_holds_none_that_comes_after_it(
    database: Database,
    orchestrator: Orchestrator,
    what: str,
    task_type: TaskType,
    status: TaskStatus,
    first: str,
    then: str,
) -> None:
    """Tasks, roadmap, contents: two that took them in different orders once ended each other."""
    await dead(database, task_type, status)
    async with database.transaction() as session:
        await execute(session, text(first), {})
        asking = asyncio.create_task(ask(orchestrator, what))
        await waits_for_a_lock(database)
        await execute(session, text(then), {})
    assert await asking is not None


async def test_a_resumed_retry_waits_for_its_place_before_it_takes_contents(
    database: Database, orchestrator: Orchestrator
) -> None:
    """A new retry has the place first and then wants the content."""
    await dead(database, TaskType.RETRY_QUIZ, TaskStatus.FAILED)
    async with database.transaction() as session:
        quiz = TaskType.RETRY_QUIZ, "c-1-1-1", ContentType.QUIZ
        await create_task(session, "t-2", "ann", {}, *quiz, roadmap_id="r-1")
        resuming = asyncio.create_task(ask(orchestrator, "resume"))
        await waits_for_a_lock(database)
        await execute(session, text(CONTENTS), {})
    with pytest.raises(Conflict, match="t-2"):
        await resuming


@pytest.mark.parametrize("words", ["\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\ufe0f\u00ad"], ids=ascii)
async def test_words_of_which_nothing_can_be_seen_are_refused_wherever_words_are_required(
    database: Database, orchestrator: Orchestrator, words: str
) -> None:
    """A run would be paid for that nobody asked anything of."""
    retry = RetryRequest(instructions=words)
    goal = RetryRequest(preferences={"learning_goal": words})
    with pytest.raises(InvalidInput, match="learning_goal: must not be blank"):
        await orchestrator.create(words, detach=True)
    with pytest.raises(InvalidInput, match="instructions: must not be blank"):
        await orchestrator.modify("r-1", words, detach=True)
    with pytest.raises(InvalidInput, match="instructions: must not be blank"):
        await orchestrator.retry("r-1", "c-1-1-1", ContentType.QUIZ, retry, detach=True)
    with pytest.raises(InvalidInput, match="learning_goal: must not be blank"):
        await orchestrator.retry("r-1", "c-1-1-1", ContentType.QUIZ, goal, detach=True)
    with pytest.raises(InvalidInput, match="feedback: must not be blank"):
        await orchestrator.review("t-1", Decision(approved=False, feedback=words), detach=True)
    assert await orchestrator.tasks.page() == []
