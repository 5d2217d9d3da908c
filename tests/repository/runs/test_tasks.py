import asyncio
from collections.abc import Awaitable
from itertools import product

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.event import listen

from domain.errors import Conflict, NotFound, RoadmapError
from domain.vocabulary import ACTIVE, FINAL, TRANSITIONS, ContentType, Step, TaskStatus, TaskType
from repository.db.database import Database, Session, execute
from repository.runs.task_pages import page_of_tasks
from repository.runs.tasks import (
    create_task,
    get_active_task_by_roadmap_id,
    get_active_tasks_by_roadmap_id,
    get_task,
    update_task_status,
)
from tests.support.rows import started


async def refused(attempt: Awaitable[object]) -> RoadmapError | None:
    try:
        await attempt
    except RoadmapError as error:
        return error
    return None


async def test_a_task_reads_back_as_it_was_written(database: Database) -> None:
    created = await started(database, task_type=TaskType.RETRY_QUIZ, concept_id="x:c-1", content_type=ContentType.QUIZ)
    async with database.transaction() as session:
        task = await get_task(session, "t-1")
    assert task == created
    assert (task.status, task.attempt, task.current_step) == ("processing", 1, "init")
    assert task.created_at.utcoffset() is not None, "times carry their zone"


async def test_of_fifty_creations_of_one_roadmap_exactly_one_wins(database: Database) -> None:
    results = await asyncio.gather(*(refused(started(database, f"t-{number}")) for number in range(50)))
    lost = [error for error in results if error is not None]
    assert len(lost) == 49
    assert all(isinstance(error, Conflict) for error in lost)
    winner = f"t-{results.index(None)}"
    assert all(winner in str(error) for error in lost), "a loser is told which task is in the way"


async def test_a_conflict_with_a_run_that_has_just_ended_asks_to_try_again(database: Database) -> None:
    """The one who asked was once told that there is a task of this new id."""
    await started(database, "t-1")
    rival_ends = "UPDATE roadmap_tasks SET status = 'failed', completed_at = now() WHERE task_id = 't-1'"

    def end_the_rival(*_: object) -> None:
        with psycopg.connect(database.url) as other:
            other.execute(rival_ends)

    async def ask(session: Session) -> None:
        listen(session.info["connection"].sync_connection, "after_cursor_execute", end_the_rival, once=True)
        await create_task(session, "t-2", "u-1", {}, roadmap_id="r-1")

    with pytest.raises(Conflict, match="has just ended; try again"):
        await database.persist(ask)
    with pytest.raises(Conflict, match="Task t-1 already exists"):
        await database.persist(lambda session: create_task(session, "t-1", "u-1", {}, roadmap_id="r-1"))


async def test_of_fifty_retries_of_one_content_exactly_one_wins(database: Database) -> None:
    results = await asyncio.gather(
        *(
            refused(
                started(
                    database,
                    f"t-{number}",
                    task_type=TaskType.RETRY_QUIZ,
                    concept_id="c-1",
                    content_type=ContentType.QUIZ,
                )
            )
            for number in range(50)
        )
    )
    assert results.count(None) == 1


async def test_retries_of_different_contents_do_not_conflict(database: Database) -> None:
    await started(database, "t-1", task_type=TaskType.RETRY_QUIZ, concept_id="c-1", content_type=ContentType.QUIZ)
    await started(database, "t-2", task_type=TaskType.RETRY_QUIZ, concept_id="c-2", content_type=ContentType.QUIZ)
    await started(database, "t-3", task_type=TaskType.RETRY_BATCH)
    await started(database, "t-4", task_type=TaskType.CREATION)
    async with database.transaction() as session:
        assert [task.task_id for task in await get_active_tasks_by_roadmap_id(session, "r-1")] == [
            "t-4",
            "t-3",
            "t-2",
            "t-1",
        ]
        newest = await get_active_task_by_roadmap_id(session, "r-1")
        assert newest is not None
        assert newest.task_id == "t-4"
        assert await get_active_task_by_roadmap_id(session, "r-2") is None


@pytest.mark.parametrize(
    ("task_type", "concept_id", "content_type"),
    [
        (TaskType.CREATION, "c-1", ContentType.QUIZ),
        (TaskType.RETRY_QUIZ, None, None),
        (TaskType.RETRY_QUIZ, "c-1", None),
        (TaskType.RETRY_BATCH, None, ContentType.QUIZ),
    ],
)
async def test_a_row_that_breaks_the_rule_of_single_retries_cannot_be_written(
    database: Database, task_type: TaskType, concept_id: str | None, content_type: ContentType | None
) -> None:
    with pytest.raises(Exception, match="ck_roadmap_tasks"):
        await started(database, task_type=task_type, concept_id=concept_id, content_type=content_type)


async def test_only_the_moves_of_the_table_are_possible(database: Database, subtests: pytest.Subtests) -> None:
    await started(database)
    for before, after in product(TaskStatus, TaskStatus):
        with subtests.test(before=before, after=after):
            async with database.transaction() as session:
                reset = text("UPDATE roadmap_tasks SET status = :status, attempt = 1, completed_at = NULL")
                await execute(session, reset, {"status": before})
            step = Step.COMPLETED if after in FINAL else Step.INIT
            async with database.transaction() as session:
                move = refused(update_task_status(session, "t-1", after, step))
                error = await move
                task = await get_task(session, "t-1")
            if before in TRANSITIONS[after]:
                assert error is None
                assert (task.status, task.attempt) == (after, 2), "the attempt moves with every transition"
                assert (task.completed_at is not None) == (after in FINAL)
            else:
                assert isinstance(error, Conflict)
                assert (task.status, task.attempt) == (before, 1)


async def test_an_unknown_task_is_not_found(database: Database) -> None:
    async with database.transaction() as session:
        with pytest.raises(NotFound, match="no task nope"):
            await update_task_status(session, "nope", TaskStatus.FAILED, Step.FAILED)


async def test_pages_of_tasks_meet_every_task_once(database: Database) -> None:
    for number in range(7):
        await started(database, f"t-{number}", roadmap_id=f"r-{number}", user_id="ann" if number % 2 else "bob")
    seen: list[str] = []
    before = None
    while True:
        async with database.transaction() as session:
            page = await page_of_tasks(session, before=before, limit=3)
        if not page:
            break
        seen += [task.task_id for task in page]
        before = (page[-1].created_at, page[-1].task_id)
    assert seen == [f"t-{number}" for number in reversed(range(7))]
    async with database.transaction() as session:
        assert len(await page_of_tasks(session, user_id="ann")) == 3
        assert [task.task_id for task in await page_of_tasks(session, roadmap_id="r-3")] == ["t-3"]


async def test_a_task_cannot_begin_in_a_final_status(database: Database) -> None:
    async with database.transaction() as session:
        for status in FINAL | (ACTIVE - {TaskStatus.PENDING, TaskStatus.PROCESSING}):
            with pytest.raises(Conflict):
                await create_task(session, "t-9", "ann", {}, status=status)
