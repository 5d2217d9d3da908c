"""Rows of content types that this program does not have: they are read, left alone, and never lost."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from domain.editing.review import EditPlan, Operation
from domain.errors import InvalidInput
from domain.vocabulary import ContentStatus, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.commands import transitions
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from rendering.text.event_text import line_of
from repository.db.database import Database, execute
from repository.runs.queue import claimable_tasks
from tests.support.authors import ScriptedAuthor

pytestmark = pytest.mark.slow

CARDS = "flashcards"
RETRY = "retry_flashcards"


@pytest.fixture
def author() -> ScriptedAuthor:
    return ScriptedAuthor()


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator, database: Database) -> str:
    """Completed, with flashcards that another program has written for each concept, and one retry of them."""
    created = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    roadmap_id = created.roadmap_id or ""
    await change(
        database,
        f"""
        INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
        SELECT roadmap_id, concept_id, '{CARDS}', 'completed', 1, task_id, attempt FROM concept_contents
        WHERE content_type = 'quiz';
        INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
        SELECT roadmap_id, concept_id, '{CARDS}', 1, '{{"cards": []}}', task_id, 'm' FROM content_versions
        WHERE content_type = 'quiz';
        INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, updated_at)
        VALUES ('t-cards', 'local', '{roadmap_id}', '{RETRY}', 'c-1-1-1', '{CARDS}', now() - interval '1 hour');
        UPDATE concept_contents SET task_id = 't-cards', attempt = 0, status = 'pending'
        WHERE content_type = '{CARDS}' AND concept_id = 'c-1-1-1';
        INSERT INTO task_events (task_id, sequence, type, payload) VALUES ('t-cards', 1, 'content_started',
            '{{"concept_id": "c-1-1-1", "content_type": "{CARDS}"}}')""",
    )
    return roadmap_id


async def change(database: Database, statements: str) -> None:
    async with database.transaction() as session:
        for statement in statements.split(";\n"):
            await execute(session, text(statement.replace(":", "\\:")), {})


async def started(database: Database, task_id: str) -> bool:
    async with database.transaction() as session:
        return await transitions.start(session, task_id, "worker-1") is not None


async def claimable(database: Database) -> list[str]:
    """Return what a worker of this program would claim."""
    async with database.transaction() as session:
        return await claimable_tasks(session)


async def test_their_contents_are_left_out_and_their_runs_are_shown_by_name(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    roadmap = await orchestrator.roadmap(roadmap_id)
    assert len(roadmap.contents) == 6
    assert [task.task_type for task in roadmap.active_tasks] == [RETRY]
    assert "cards" not in str(roadmap.as_json())
    assert [task.task_type for task in (await orchestrator.status(roadmap_id)).active_tasks] == [RETRY]
    task = await orchestrator.task("t-cards")
    assert (task.task_type, task.content_type, task.status) == (RETRY, CARDS, TaskStatus.PENDING)
    (event,) = await orchestrator.events.page("t-cards")
    assert f"{CARDS} of c-1-1-1" in line_of(event)
    (row,) = await orchestrator.roadmaps.summaries(owner=None)
    assert (row.concepts, row.contents, row.completed, row.stale) == (2, 6, 6, 0)
    manuscript = await orchestrator.roadmaps.export(roadmap_id)
    assert "cards" not in roadmap_document(manuscript) + html_document(manuscript)


async def test_no_worker_of_this_program_takes_their_retry(database: Database, roadmap_id: str) -> None:
    assert await claimable(database) == [], "it waits for a worker that has the type"
    assert not await started(database, "t-cards")


@pytest.mark.parametrize("status", ["pending", "processing"])
async def test_a_run_of_several_types_waits_for_a_worker_that_can_finish_it(
    orchestrator: Orchestrator, database: Database, roadmap_id: str, status: str
) -> None:
    """Taken over here, it would have ended with flashcards that failed although a program could write them."""
    await change(
        database,
        f"""
        INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, status, attempt, worker_id, updated_at)
        VALUES ('t-batch', 'local', '{roadmap_id}', 'retry_batch', '{status}', 1, 'dead', now() - interval '1 hour');
        UPDATE concept_contents SET task_id = 't-batch', attempt = 1, status = 'pending'
        WHERE content_type IN ('quiz', '{CARDS}')""",
    )
    assert await claimable(database) == []
    assert not await started(database, "t-batch")
    with pytest.raises(InvalidInput, match=rf"^Task t-batch writes contents of type {CARDS}, which .* Install"):
        await orchestrator.resume("t-batch")
    await change(database, f"UPDATE concept_contents SET status = 'completed' WHERE content_type = '{CARDS}'")
    assert await claimable(database) == ["t-batch"]
    assert await started(database, "t-batch")


async def test_their_retry_is_not_resumed_here_but_left_to_another_program(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    await orchestrator.cancel("t-cards")
    with pytest.raises(InvalidInput, match=CARDS):
        await orchestrator.resume("t-cards")
    assert (await orchestrator.task("t-cards")).status is TaskStatus.CANCELLED
    assert (await orchestrator.resume("t-cards", detach=True)).status is TaskStatus.PENDING


async def test_a_change_of_the_structure_keeps_contents_that_it_cannot_write_and_removes_those_of_removed_concepts(
    orchestrator: Orchestrator, author: ScriptedAuthor, database: Database, roadmap_id: str
) -> None:
    await orchestrator.cancel("t-cards")
    plan = EditPlan(
        feedback_summary="less",
        operations=[
            Operation(action="rename", target_type="concept", target_id="c-1-1-1", values={"name": "Openings"}),
            Operation(action="remove", target_type="concept", target_id="c-1-1-2"),
        ],
    )
    author.replies = {**author.replies, AuthorRole.EDIT_PLAN: lambda *_: plan}
    changed = await orchestrator.wait((await orchestrator.modify(roadmap_id, "less")).task_id)
    assert changed.status is TaskStatus.COMPLETED
    async with database.transaction() as session:
        rows = await execute(
            session, text(f"SELECT concept_id, status FROM concept_contents WHERE content_type = '{CARDS}'"), {}
        )
        assert [tuple(row) for row in rows] == [("c-1-1-1", ContentStatus.COMPLETED)]
        kept = await execute(
            session, text("SELECT count(*) FROM content_versions WHERE content_type = 'flashcards'"), {}
        )
        assert kept.scalar_one() == 2
