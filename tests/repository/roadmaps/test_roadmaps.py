import asyncio

import pytest
from sqlalchemy import text

from domain.errors import Conflict, InvalidInput, NotFound
from repository.contents.content_queries import states
from repository.db.database import Database, execute
from repository.roadmaps.roadmaps import (
    accept_framework,
    get_roadmap_metadata,
    page_of_roadmaps,
    reserve_roadmap,
    save_roadmap_metadata,
)
from repository.roadmaps.structures import ids_ever_used
from repository.tables.roadmaps import RoadmapRow
from tests.support.rows import framework, reserved


async def save(database: Database, concepts: int) -> int:
    async with database.transaction() as session:
        return await save_roadmap_metadata(session, "r-1", "ann", framework(concepts=concepts))


async def accept(database: Database, concepts: int, expected: int) -> int:
    async with database.transaction() as session:
        return await accept_framework(session, framework(concepts=concepts), expected_version=expected)


async def read(database: Database) -> RoadmapRow:
    async with database.transaction() as session:
        return await get_roadmap_metadata(session, "r-1")


def test_a_roadmap_names_no_task() -> None:
    assert not [column for column in RoadmapRow.model_fields if "task" in column]


async def test_a_roadmap_exists_from_its_request_on(database: Database) -> None:
    await reserved(database)
    row = await read(database)
    assert (row.title, row.user_id, row.framework_version, row.framework_data) == ("a goal", "ann", 0, None)


async def test_an_id_that_is_taken_is_a_conflict(database: Database) -> None:
    await reserved(database)
    with pytest.raises(Conflict, match="Roadmap r-1 already exists"):
        async with database.transaction() as session:
            await reserve_roadmap(session, "r-1", "bob", "another goal")


async def test_a_draft_is_replaced_and_an_accepted_structure_is_kept(database: Database) -> None:
    await reserved(database)
    assert [await save(database, 2), await save(database, 3)] == [0, 0]
    assert await accept(database, 3, expected=0) == 1
    assert await save(database, 4) == 2
    async with database.transaction() as session:
        versions = await execute(session, text("SELECT version, framework_data FROM framework_versions"), {})
        kept = [(row.version, len(row.framework_data["stages"][0]["modules"][0]["concepts"])) for row in versions]
    assert kept == [(1, 3)]
    assert (await read(database)).framework_version == 2


async def test_saving_without_a_request_inserts_the_roadmap(database: Database) -> None:
    """A backend may save one that it made itself: it is accepted, and its contents wait to be made."""
    assert await save(database, 2) == 1
    assert await save(database, 2) == 1, "the same structure again is no new version"
    row = await read(database)
    assert (row.title, row.framework_version) == ("T", 1)
    async with database.transaction() as session:
        assert {content.stale for content in await states(session, "r-1")} == {True}


async def test_an_id_that_no_address_could_hold_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInput, match="cannot contain a slash"):
        async with database.transaction() as session:
            await save_roadmap_metadata(session, "r/1", "ann", framework("r/1"))


async def test_of_two_edits_of_one_version_only_one_is_accepted(database: Database) -> None:
    await reserved(database)
    results = await asyncio.gather(*(accept(database, n, expected=0) for n in (2, 3)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "int"]


async def test_an_unknown_roadmap_is_not_found(database: Database) -> None:
    for unknown in ("nope", "", "'; DROP TABLE roadmap_metadata; --", "x" * 100_000):
        async with database.transaction() as session:
            with pytest.raises(NotFound):
                await get_roadmap_metadata(session, unknown)
    with pytest.raises(NotFound):
        await accept(database, 2, expected=0)


async def test_ids_of_every_accepted_structure_are_remembered(database: Database) -> None:
    await reserved(database)
    await save(database, 9)
    async with database.transaction() as session:
        assert await ids_ever_used(session, "r-1") == set(), "a draft's ids are free again"
    await accept(database, 3, expected=0)
    await accept(database, 1, expected=1)
    async with database.transaction() as session:
        assert await ids_ever_used(session, "r-1") == {"s-1", "m-1-1", "c-1-1-1", "c-1-1-2", "c-1-1-3"}


async def test_pages_of_roadmaps_are_the_users_own_newest_first(database: Database) -> None:
    for number in range(5):
        await reserved(database, f"r-{number}", user_id="ann" if number != 2 else "bob")
    async with database.transaction() as session:
        first = await page_of_roadmaps(session, user_id="ann", limit=2)
        before = (first[-1].created_at, first[-1].roadmap_id)
        second = await page_of_roadmaps(session, user_id="ann", before=before)
    assert [row.roadmap_id for row in [*first, *second]] == ["r-4", "r-3", "r-1", "r-0"]
