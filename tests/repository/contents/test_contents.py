import asyncio

import pytest
from sqlalchemy import text

from domain.errors import Superseded
from domain.vocabulary import ContentStatus, ContentType, Step, TaskStatus, TaskType
from repository.contents.content_queries import newest_versions, states
from repository.contents.contents import (
    adopt_contents,
    begin_contents,
    count_contents,
    fail_content,
    failures,
    insert_contents,
    languages_written,
    save_version,
    settle_contents,
)
from repository.db.database import Database, execute
from repository.db.fence import Fence, assert_fence
from repository.runs.tasks import update_task_status
from tests.support.rows import BOUGHT, accepted, fence_of, started

CONCEPTS = ["c-1", "c-2", "x:c-1-1-1"]


@pytest.fixture
async def fence(database: Database) -> Fence:
    return await accepted(database, CONCEPTS)


async def save(database: Database, fence: Fence, concept_id: str = "c-1", **payload: object) -> int | None:
    async with database.transaction() as session:
        saved = await save_version(
            session, fence, "r-1", concept_id, ContentType.QUIZ, {"questions": [1, 2], **payload}, BOUGHT
        )
    return None if saved is None else saved.version


async def state(database: Database, concept_id: str = "c-1") -> tuple[ContentStatus, int, str | None, bool, int]:
    async with database.transaction() as session:
        (found,) = [
            content
            for content in await states(session, "r-1")
            if (content.concept_id, content.content_type) == (concept_id, ContentType.QUIZ)
        ]
    return found.status, found.version, found.last_error, found.stale, found.items


async def test_an_accepted_framework_has_one_row_per_content(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        await insert_contents(session, fence, "r-1", CONCEPTS)  # again, after a crash: nothing changes
        found = await states(session, "r-1")
    assert len(found) == 3 * len(CONCEPTS)
    assert {content.status for content in found} == {ContentStatus.PENDING}


async def test_status_and_version_change_together_and_older_versions_stay(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        assert sorted(await begin_contents(session, fence, ContentType.QUIZ)) == sorted(CONCEPTS)
    assert await save(database, fence, n=1) == 1
    assert await state(database) == (ContentStatus.COMPLETED, 1, None, False, 2)
    async with database.transaction() as session:
        await execute(session, text("UPDATE concept_contents SET status = 'generating'"), {})
    assert await save(database, fence, n=2) == 2
    async with database.transaction() as session:
        newest = await newest_versions(session, "r-1", "c-1")
        assert [(row.version, row.payload["n"]) for row in newest] == [(2, 2)]
        result = await execute(session, text("SELECT version FROM content_versions ORDER BY version"), {})
        assert [row.version for row in result] == [1, 2]


async def test_a_finished_content_is_never_saved_twice_by_one_run(database: Database, fence: Fence) -> None:
    assert [await save(database, fence), await save(database, fence)] == [1, 1], "the second finds what stands there"
    async with database.transaction() as session:
        assert len(await newest_versions(session, "r-1")) == 1
        assert sorted(await begin_contents(session, fence, ContentType.QUIZ)) == sorted(CONCEPTS[1:])


async def test_a_content_that_another_task_claimed_is_left_alone(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        await execute(session, text("UPDATE concept_contents SET task_id = 't-2'"), {})
    assert await save(database, fence) is None
    async with database.transaction() as session:
        await fail_content(session, fence, "r-1", "c-1", ContentType.QUIZ, "late")
    assert (await state(database))[:3] == (ContentStatus.PENDING, 0, None)


async def test_what_a_run_had_finished_stays_its_own_when_another_claims_or_removes_it(
    database: Database, fence: Fence
) -> None:
    """A retry that had done its work once read as failed, because the next one was asked for before it ended."""
    await save(database, fence)
    async with database.transaction() as session:
        await execute(session, text("UPDATE concept_contents SET task_id = 't-2' WHERE version = 1"), {})
        counted = await count_contents(session, "t-1")
        assert (counted.total, counted.completed) == (9, 1)
        await execute(session, text("DELETE FROM concept_contents WHERE version = 1"), {})
        assert (await count_contents(session, "t-1")).total == 8, "a creation counts what its roadmap has"
        await execute(session, text("UPDATE roadmap_tasks SET task_type = 'retry_batch'"), {})
        assert (await count_contents(session, "t-1")).total == 9


async def test_a_failed_retry_keeps_the_good_version_readable(database: Database, fence: Fence) -> None:
    await save(database, fence)
    async with database.transaction() as session:
        await execute(session, text("UPDATE concept_contents SET status = 'generating'"), {})
        await fail_content(session, fence, "r-1", "c-1", ContentType.QUIZ, "no luck")
        assert (await count_contents(session, "t-1")).failed == 1, "the failure counts once"
        assert [row.last_error for row in await failures(session, "t-1")] == ["no luck"]
    assert await state(database) == (ContentStatus.COMPLETED, 1, "no luck", False, 2)


async def test_settling_leaves_nothing_unfinished(database: Database, fence: Fence) -> None:
    await save(database, fence)
    async with database.transaction() as session:
        await settle_contents(session, "t-1", "the reason")
        counted = await count_contents(session, "t-1")
    assert (counted.total, counted.completed, counted.failed) == (9, 1, 8)
    assert await state(database, "c-2") == (ContentStatus.FAILED, 0, "the reason", False, 0)


async def test_a_takeover_adopts_what_is_unfinished_and_the_old_attempt_saves_nothing(
    database: Database, fence: Fence
) -> None:
    await save(database, fence)
    async with database.transaction() as session:
        moved = await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.INIT, worker_id="w-2")
        await adopt_contents(session, fence_of(moved))
    assert await save(database, fence, "c-2") is None
    assert await save(database, fence_of(moved), "c-2") == 1
    with pytest.raises(Superseded):
        async with database.transaction() as session:
            await assert_fence(session, fence)


async def test_contents_of_a_dead_run_are_stale_and_those_of_a_live_one_never(database: Database, fence: Fence) -> None:
    assert (await state(database))[3], "no lease: nothing alive will finish it"
    async with database.transaction() as session:
        await execute(
            session,
            text("""INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
                    VALUES ('w-1', 'worker', 'h', 1, 5, clock_timestamp() + interval '5 s')"""),
            {},
        )
    assert not (await state(database))[3]


async def test_each_content_is_judged_by_its_own_holder(database: Database, fence: Fence) -> None:
    """One of several tasks is alive: only what the dead ones held is stale."""
    await started(
        database,
        "t-2",
        task_type=TaskType.RETRY_QUIZ,
        concept_id="c-1",
        content_type=ContentType.QUIZ,
        status=TaskStatus.PENDING,
        worker_id=None,
    )
    async with database.transaction() as session:
        claim = "UPDATE concept_contents SET task_id = 't-2' WHERE concept_id = 'c-1' AND content_type = 'quiz'"
        await execute(session, text(claim), {})
    assert not (await state(database, "c-1"))[3]
    assert (await state(database, "c-2"))[3]


async def test_ninety_writers_of_ninety_contents_lose_nothing(database: Database, fence: Fence) -> None:
    """Rewriting one framework JSON per status lost 86 of 90 concurrent updates."""
    concepts = [f"n-{number}" for number in range(90)]
    async with database.transaction() as session:
        await insert_contents(session, fence, "r-1", concepts)
    assert await asyncio.gather(*(save(database, fence, concept) for concept in concepts)) == [1] * 90
    async with database.transaction() as session:
        assert (await count_contents(session, "t-1")).completed == 90


async def test_languages_are_counted_as_their_authors_declared_them(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        for concept in CONCEPTS:
            await save_version(session, fence, "r-1", concept, ContentType.TUTORIAL, {"language": "en"}, BOUGHT)
        assert await languages_written(session, "t-1") == {"en": 3}
