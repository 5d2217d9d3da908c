"""What overviews count."""

import psycopg
from sqlalchemy import text

from domain.vocabulary import ContentType, Step, TaskStatus, TaskType
from repository.db.database import Database, execute
from repository.roadmaps import etags, summaries
from repository.roadmaps.roadmaps import mark_binned, save_roadmap_metadata
from repository.runs.tasks import update_task_status
from repository.runs.workers import register
from tests.support.rows import framework, reserved, started


async def _accepted(database: Database, roadmap_id: str = "r-1", user_id: str = "ann") -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, roadmap_id, user_id, framework(roadmap_id))


async def _set(database: Database, status: str, *, task_id: str | None = None, concept_id: str = "c-1-1-1") -> None:
    statement = "UPDATE concept_contents SET status = :status, task_id = :task_id WHERE concept_id = :concept_id"
    async with database.transaction() as session:
        await execute(session, text(statement), {"status": status, "task_id": task_id, "concept_id": concept_id})


async def test_the_roadmap_list_counts_the_contents_of_each_roadmap_and_names_its_run(database: Database) -> None:
    await _accepted(database)
    await reserved(database, "r-2", "bob")
    await started(database, "t-1", roadmap_id="r-2", status=TaskStatus.PENDING, worker_id=None)
    await _set(database, "completed")
    async with database.transaction() as session:
        both = await summaries.list_roadmaps(session)
        anns = await summaries.list_roadmaps(session, user_id="ann")
        rest = await summaries.list_roadmaps(session, before=(both[0].created_at, both[0].roadmap_id))
    assert [row.roadmap_id for row in both] == ["r-2", "r-1"]
    assert [row.roadmap_id for row in anns] == [row.roadmap_id for row in rest] == ["r-1"]
    assert (anns[0].contents, anns[0].completed, anns[0].stale, anns[0].task_id) == (6, 3, 3, None)
    assert (both[0].task_id, both[0].task_status, both[0].task_waiting) == ("t-1", TaskStatus.PENDING, True)


async def test_a_binned_roadmap_is_not_listed(database: Database) -> None:
    await _accepted(database)
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=True)
        assert await summaries.list_roadmaps(session) == []
        assert [row.roadmap_id for row in await summaries.list_roadmaps(session, binned=True)] == ["r-1"]
        assert await summaries.broken_roadmaps(session) == []


async def test_a_pulse_changes_with_whatever_a_page_shows(database: Database) -> None:
    await _accepted(database)

    async def etag() -> str:
        async with database.transaction() as session:
            return await etags.roadmap_etag(session, "r-1")

    seen = [await etag()]
    assert await etag() == seen[0]
    await started(
        database,
        "t-1",
        task_type=TaskType.RETRY_QUIZ,
        concept_id="c-1-1-1",
        content_type=ContentType.QUIZ,
        status=TaskStatus.PENDING,
        worker_id=None,
    )
    seen.append(await etag())
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.QUIZ_GENERATION, worker_id="w-1")
    seen.append(await etag())
    await _set(database, "completed")
    seen.append(await etag())
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.FAILED, Step.FAILED)
    seen.append(await etag())
    assert len(set(seen)) == len(seen)
    async with database.transaction() as session:
        assert await etags.roadmap_etag(session, "none") == ""
        assert await etags.task_etag(session, "none") == ""


async def test_a_worker_that_dies_changes_the_pulse_of_its_run_though_no_row_of_it_does(
    database: Database, database_url: str
) -> None:
    await reserved(database)
    with psycopg.connect(database_url, autocommit=True) as connection:
        register(connection, "w-1", "worker", "h", 1, 60.0)
        await started(database, worker_id="w-1")
        async with database.transaction() as session:
            before = await etags.task_etag(session, "t-1"), await etags.roadmap_etag(session, "r-1")
        connection.execute("UPDATE workers SET alive_until = now() - interval '1 minute', timeout = 0")
    async with database.transaction() as session:
        after = await etags.task_etag(session, "t-1"), await etags.roadmap_etag(session, "r-1")
        pressure = await summaries.pressure(session)
        (process,) = await summaries.processes(session)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert (pressure.running, pressure.abandoned) == (0, 1)
    assert (process.alive, process.tasks) == (False, 1)
    assert process.seconds_left < 0


async def test_broken_roadmaps_have_failed_or_stale_contents(database: Database) -> None:
    await _accepted(database, "r-1")
    await _set(database, "failed")
    await _set(database, "completed", concept_id="c-1-1-2")
    async with database.transaction() as session:
        (broken,) = await summaries.broken_roadmaps(session)
    assert (broken.roadmap_id, broken.stale, broken.failed) == ("r-1", 0, 3)
    await _set(database, "pending")
    async with database.transaction() as session:
        (broken,) = await summaries.broken_roadmaps(session)
    assert (broken.stale, broken.failed) == (3, 0)


async def test_the_newest_event_of_each_task_is_known(database: Database) -> None:
    await reserved(database)
    await started(database)
    async with database.transaction() as session:
        await execute(
            session,
            text("INSERT INTO task_events (task_id, sequence, type, payload) VALUES ('t-1', 7, 'x', '{}')"),
            {},
        )
        assert await summaries.last_events(session, ["t-1", "none"]) == {"t-1": 7, "none": 0}
        assert await summaries.last_events(session, []) == {}
