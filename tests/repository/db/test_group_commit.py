import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text

from domain.errors import Superseded
from domain.vocabulary import ContentType, Step, TaskStatus
from repository.contents.contents import lock_contents_of, save_version
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.db.group_commit import SharedCommits, Work
from repository.runs.tasks import update_task_status
from tests.support.rows import BOUGHT, accepted

CONCEPTS = [f"c-{number}" for number in range(40)]
QUIZ = ContentType.QUIZ


@pytest.fixture
async def fence(database: Database) -> Fence:
    return await accepted(database, CONCEPTS)


def shared_by(database: Database, fence: Fence) -> SharedCommits:
    async def hold(session: Session, concept_ids: Sequence[str]) -> None:
        await lock_contents_of(session, "r-1", QUIZ, concept_ids)

    return SharedCommits(database, fence, hold)


def saving(fence: Fence, concept_id: str) -> Work:
    async def work(session: Session) -> None:
        call = replace(BOUGHT, key=concept_id)
        await save_version(session, fence, "r-1", concept_id, QUIZ, {"of": concept_id}, call)

    return work


async def fail(session: Session) -> None:
    await execute(session, text("SELECT 1 / 0"), {})


async def saved(database: Database) -> dict[str, list[str]]:
    """Concepts by the transaction that saved them; the ledger has the same."""
    statement = text("""
        SELECT v.xmin::text AS transaction, v.concept_id FROM content_versions v
        JOIN model_calls c ON c.task_id = v.task_id AND c.key = v.concept_id AND c.xmin = v.xmin""")
    together: dict[str, list[str]] = {}
    async with database.transaction() as session:
        for row in await execute(session, statement, {}):
            together.setdefault(row.transaction, []).append(row.concept_id)
    return together


async def test_work_that_arrives_during_a_commit_joins_the_next(database: Database, fence: Fence) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: Session) -> None:
        begun.set()
        await go_on.wait()
        await saving(fence, "c-0")(session)

    async with shared_by(database, fence) as shared, asyncio.TaskGroup() as group:
        group.create_task(shared.commit("c-0", slow))
        await begun.wait()
        for concept_id in reversed(CONCEPTS[1:]):
            group.create_task(shared.commit(concept_id, saving(fence, concept_id)))
        await asyncio.sleep(0)
        go_on.set()
    assert sorted(sorted(concepts) for concepts in (await saved(database)).values()) == [["c-0"], sorted(CONCEPTS[1:])]


async def test_one_that_fails_takes_none_of_the_others_down(database: Database, fence: Fence) -> None:
    works = [saving(fence, "c-0"), fail, saving(fence, "c-2")]
    async with shared_by(database, fence) as shared:
        ended = await asyncio.gather(
            *(shared.commit(f"c-{number}", work) for number, work in enumerate(works)), return_exceptions=True
        )
        await shared.commit("c-3", saving(fence, "c-3"))
    assert [error is None for error in ended] == [True, False, True]
    assert "division by zero" in str(ended[1])
    assert sorted(concept for concepts in (await saved(database)).values() for concept in concepts) == [
        "c-0",
        "c-2",
        "c-3",
    ]


async def test_a_fence_that_refuses_refuses_all(database: Database, fence: Fence) -> None:
    async with database.transaction() as session:
        await update_task_status(session, "t-1", TaskStatus.PROCESSING, Step.INIT, worker_id="w-2")
    async with shared_by(database, fence) as shared:
        ended = await asyncio.gather(
            *(shared.commit(concept_id, saving(fence, concept_id)) for concept_id in CONCEPTS), return_exceptions=True
        )
    assert {type(error) for error in ended} == {Superseded}
    assert await saved(database) == {}


async def test_leaving_rolls_back_a_commit_in_progress(database: Database, fence: Fence) -> None:
    begun = asyncio.Event()

    async def endless(session: Session) -> None:
        await saving(fence, "c-0")(session)
        begun.set()
        await asyncio.Event().wait()

    async def run() -> None:
        async with shared_by(database, fence) as shared:
            await shared.commit("c-0", endless)

    running = asyncio.create_task(run())
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await saved(database) == {}


async def test_a_waiter_cancelled_before_its_turn_is_left_out(database: Database, fence: Fence) -> None:
    async with shared_by(database, fence) as shared:
        first = asyncio.create_task(shared.commit("c-0", saving(fence, "c-0")))
        second = asyncio.create_task(shared.commit("c-1", saving(fence, "c-1")))
        await asyncio.sleep(0)
        second.cancel()
        await first
    assert list((await saved(database)).values()) == [["c-0"]]


async def test_when_all_were_cancelled_nothing_is_begun() -> None:
    """A database that is away would be waited for."""
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    before = asyncio.all_tasks()
    async with shared_by(away, Fence("t-1", 1)) as shared:
        only = asyncio.create_task(shared.commit("c-0", fail))
        await asyncio.sleep(0)
        only.cancel()
        await asyncio.gather(only, return_exceptions=True)
        await asyncio.sleep(0.1)
        assert asyncio.all_tasks() == before
    await away.close()


async def test_a_batch_and_a_request_that_wants_the_same_contents_do_not_deadlock(
    database: Database, fence: Fence
) -> None:
    async def claim() -> None:
        async with database.transaction() as session:
            for concept_id in sorted(CONCEPTS):
                one = text(
                    "SELECT FROM concept_contents WHERE concept_id = :concept_id ORDER BY content_type FOR UPDATE"
                )
                await execute(session, one, {"concept_id": concept_id})

    async with shared_by(database, fence) as shared:
        saves = [shared.commit(concept_id, saving(fence, concept_id)) for concept_id in reversed(CONCEPTS)]
        await asyncio.gather(claim(), *saves, claim())
    assert sum(map(len, (await saved(database)).values())) == len(CONCEPTS)
