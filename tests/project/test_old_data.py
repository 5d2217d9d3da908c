"""What earlier versions left in a database is read, resumed and retried by this one; the unknown is named as such.

`rows_*.sql` are written by tests/support/old_data.py; each is loaded at the revision that it is named after, then
upgraded. `dump_0015.sql` is a whole database of version 0.1.0, of rows that were made at its revision 0011.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from sqlalchemy import text

from domain.editing.diff import diff
from domain.editing.review import Decision
from domain.errors import UnknownFormat
from domain.vocabulary import ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from rendering.text.event_text import details, line_of
from repository.db import schema
from repository.db.database import Database, execute
from tests.support.authors import Failing
from tests.support.databases import create_database, drop_database, url_of
from tests.support.old_data import GOALS
from tests.support.processes import broken_promises

pytestmark = pytest.mark.slow

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
FILES: Final = [FIXTURES / "dump_0015.sql", *sorted(FIXTURES.glob("rows_*.sql"))]
QUIZZES: Final = {(AuthorRole.QUIZ, "c-1-1-1"), (AuthorRole.QUIZ, "c-1-1-2")}


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def old_url(request: pytest.FixtureRequest, server_url: str) -> Iterator[str]:
    """A database that an earlier version filled, upgraded."""
    file: Path = request.param
    name = create_database(server_url, template="template0")
    url = url_of(server_url, name)
    try:
        kind, _, revision = file.stem.partition("_")
        if kind == "rows":
            schema.upgrade(url, revision)
        with psycopg.connect(url) as connection:
            connection.execute(file.read_bytes())
        schema.upgrade(url)
        yield url
    finally:
        drop_database(server_url, name)


@pytest.fixture
async def old(old_url: str) -> AsyncIterator[Database]:
    database = Database(old_url)
    yield database
    await database.close()


@pytest.fixture
def author() -> Failing:
    return Failing()


@pytest.fixture
async def orchestrator(old_url: str, author: Failing, tmp_path: Path) -> AsyncIterator[Orchestrator]:
    settings = Settings.model_validate({"database_url": old_url, "home": tmp_path, "second_look": "none"})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def left(orchestrator: Orchestrator, goal: str) -> TaskView:
    """The creation that was left in this state."""
    found = await orchestrator.tasks.page()
    titles = {
        roadmap.roadmap_id: roadmap.roadmap_id.rpartition("-")[0] for roadmap in await orchestrator.roadmaps.page()
    }
    (task,) = [task for task in found if titles[task.roadmap_id or ""] == goal and task.task_type is TaskType.CREATION]
    return task


async def resumed(orchestrator: Orchestrator, goal: str) -> TaskView:
    task = await left(orchestrator, goal)
    await orchestrator.resume(task.task_id)
    return await orchestrator.wait(task.task_id)


async def test_everything_can_still_be_read(orchestrator: Orchestrator) -> None:
    assert len(await orchestrator.roadmaps.page()) == len(GOALS)
    for row in await orchestrator.roadmaps.page():
        roadmap = await orchestrator.roadmap(row.roadmap_id)
        assert roadmap.framework is not None
        assert roadmap_document(await orchestrator.roadmaps.export(row.roadmap_id))
        await orchestrator.status(row.roadmap_id)
    for task in await orchestrator.tasks.page():
        events = await orchestrator.events.page(task.task_id)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        for event in events:
            assert line_of(event)
            details(event)
        if task.task_type is TaskType.MODIFICATION:
            edited = await orchestrator.structures.edited(task.task_id)
            assert edited is not None
            (change,) = diff(*edited)
            assert "Openings" in str(change)
    assert await orchestrator.metrics.expenses()


@pytest.mark.parametrize("goal", ["partial", "cancelled", "running"])
async def test_a_run_with_a_framework_goes_on_and_asks_only_for_what_is_missing(
    orchestrator: Orchestrator, author: Failing, old: Database, goal: str
) -> None:
    assert (await resumed(orchestrator, goal)).status is TaskStatus.COMPLETED
    assert set(author.asked) == QUIZZES
    assert await broken_promises(old) == []


async def test_a_run_that_failed_on_its_way_goes_on_from_its_checkpoint(
    orchestrator: Orchestrator, author: Failing
) -> None:
    assert (await resumed(orchestrator, "failed")).status is TaskStatus.COMPLETED
    assert not {AuthorRole.INTENT, AuthorRole.FRAMEWORK} & {role for role, _ in author.asked}


async def test_a_review_that_was_open_can_be_answered(orchestrator: Orchestrator, author: Failing) -> None:
    task = await left(orchestrator, "parked")
    await orchestrator.review(task.task_id, Decision(approved=True, by="ann"))
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert {role for role, _ in author.asked} == {AuthorRole.TUTORIAL, AuthorRole.RESOURCES, AuthorRole.QUIZ}


async def test_an_old_roadmap_is_retried_and_modified(orchestrator: Orchestrator, old: Database) -> None:
    roadmap_id = (await left(orchestrator, "completed")).roadmap_id or ""
    retry = await orchestrator.retry(roadmap_id, "c-1-1-1", ContentType.TUTORIAL)
    assert (await orchestrator.wait(retry.task_id)).status is TaskStatus.COMPLETED
    changed = await orchestrator.modify(roadmap_id, "anything")
    assert (await orchestrator.wait(changed.task_id)).status in {TaskStatus.COMPLETED, TaskStatus.FAILED}
    assert await broken_promises(old) == []


async def test_old_runs_are_pruned_like_others(orchestrator: Orchestrator) -> None:
    pruned = await orchestrator.prune(older_than=0)
    assert min(pruned.as_json().values()) > 0
    assert (await resumed(orchestrator, "partial")).status is TaskStatus.COMPLETED


async def change(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await execute(session, text(statement), {})


UNKNOWN: Final = {
    "a newer format": """UPDATE checkpoint.checkpoints SET checkpoint = jsonb_set(checkpoint, '{v}', '99')""",
    "an unknown encoding": "UPDATE checkpoint.checkpoint_blobs SET type = 'cbor'",
    "no encoding at all": "UPDATE checkpoint.checkpoint_blobs SET blob = 'x' WHERE type = 'msgpack'",
}


@pytest.mark.parametrize("what", UNKNOWN)
async def test_a_checkpoint_of_a_version_that_is_not_known_fails_its_run_with_that_reason(
    orchestrator: Orchestrator, old: Database, what: str
) -> None:
    await change(old, UNKNOWN[what])
    task = await resumed(orchestrator, "failed")
    assert task.status is TaskStatus.FAILED
    assert "install the version that wrote it" in (task.error_message or "")


async def test_a_framework_of_a_version_that_is_not_known_is_named(orchestrator: Orchestrator, old: Database) -> None:
    await change(old, """UPDATE roadmap_metadata SET framework_data = '{"stages": {"by": "name"}}'""")
    roadmap_id = (await left(orchestrator, "completed")).roadmap_id or ""
    with pytest.raises(UnknownFormat, match=f"the structure of roadmap {roadmap_id}"):
        await orchestrator.roadmap(roadmap_id)


@pytest.mark.parametrize("form", ['{"text": 1}', '{"resources": 5, "questions": "all"}', "[]", '"text"'])
async def test_a_content_of_a_version_that_is_not_known_is_named_and_does_not_take_the_others_away(
    orchestrator: Orchestrator, old: Database, form: str
) -> None:
    await change(old, f"""UPDATE content_versions SET payload = '{form}' WHERE concept_id = 'c-1-1-1'""")
    roadmap_id = (await left(orchestrator, "completed")).roadmap_id or ""
    assert (await orchestrator.roadmap(roadmap_id)).framework is not None
    manuscript = await orchestrator.roadmaps.export(roadmap_id)
    for written in (roadmap_document(manuscript), html_document(manuscript)):
        assert "The tutorial is stored in a format that this version cannot read." in written
        assert "The quiz is stored in a format that this version cannot read." in written
    others = roadmap_document(await orchestrator.roadmaps.export(roadmap_id))
    assert others.count("in a format that this version cannot read") == len(ContentType)


async def test_an_event_of_a_version_that_is_not_known_is_shown_as_it_is(
    orchestrator: Orchestrator, old: Database
) -> None:
    await change(old, """UPDATE task_events SET type = 'sung', payload = '{"song": [1, 2]}' WHERE sequence = 2""")
    task = await left(orchestrator, "completed")
    assert '{"song": [1, 2]}' in line_of((await orchestrator.events.page(task.task_id))[1])


def test_the_checkpoint_format_is_the_one_that_is_written() -> None:
    from langgraph.pregel._checkpoint import LATEST_VERSION

    from repository.db.checkpoints import CHECKPOINT_FORMAT

    assert CHECKPOINT_FORMAT == LATEST_VERSION, "look at what changed, and write a new file of old data"
