import asyncio
from collections.abc import Awaitable, Callable

import pytest

from domain.vocabulary import ContentType
from repository.contents.claims import lock_contents
from repository.contents.contents import (
    adopt_contents,
    begin_contents,
    insert_contents,
    reopen_contents,
    settle_contents,
)
from repository.db.database import Database
from repository.db.fence import Fence
from tests.support.rows import accepted


@pytest.mark.parametrize("bulk", [adopt_contents, settle_contents, begin_contents, reopen_contents])
async def test_a_run_and_a_request_for_its_contents_do_not_deadlock(
    database: Database, bulk: Callable[..., Awaitable[object]]
) -> None:
    """Rows that were written in another order than requests lock them; somebody holds one in the middle."""
    fence = await accepted(database, ["c-8"])
    async with database.transaction() as session:
        for number in reversed(range(8)):
            await insert_contents(session, fence, "r-1", [f"c-{number}"])
    wanted = {
        adopt_contents: (Fence("t-1", 7),),
        settle_contents: ("t-1", "enough"),
        begin_contents: (fence, ContentType.QUIZ),
        reopen_contents: ("t-1",),
    }[bulk]

    async def request() -> None:
        async with database.transaction() as session:
            await lock_contents(session, "r-1", [ContentType.QUIZ])

    async def write() -> None:
        async with database.transaction() as session:
            await bulk(session, *wanted)

    async with database.transaction() as session:
        await lock_contents(session, "r-1", [ContentType.QUIZ], "c-4")
        both = asyncio.gather(request(), write())
        await asyncio.sleep(0.3)
    await both
