"""The table of what models were seen to do: compare and set, by the database's clock."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from repository.db.database import Database, execute
from repository.ledger.abilities import ModelAbilities

KEY = ("openai:test", "https://host.example/v1", "")


def table(database: Database) -> ModelAbilities:
    return ModelAbilities(database, timedelta(days=7))


async def grow_old(database: Database) -> None:
    async with database.transaction() as session:
        await execute(session, text("UPDATE model_abilities SET found_at = found_at - interval '8 days'"), {})


async def test_only_the_writer_that_has_seen_a_version_replaces_it(database: Database) -> None:
    store = table(database)
    versions = await asyncio.gather(*(store.write(*KEY, {"writer": n}, 0) for n in range(5)))
    (version,) = [version for version in versions if version is not None]
    row = await store.read(*KEY)
    assert row is not None
    assert (row.version, row.evidence) == (version, {"writer": versions.index(version)})
    assert await store.write(*KEY, {"writer": 5}, version + 1_000_000) is None
    later = await store.write(*KEY, {"writer": 6}, version)
    assert later not in (None, version)
    await store.forget(*KEY, version)
    assert await store.read(*KEY) is not None, "only the version that was seen is forgotten"


async def test_a_row_that_was_forgotten_and_written_again_is_another_one(database: Database) -> None:
    store = table(database)
    version = await store.write(*KEY, {}, 0)
    assert version is not None
    await store.forget(*KEY, version)
    assert await store.read(*KEY) is None
    again = await store.write(*KEY, {}, 0)
    assert again != version
    await store.forget(*KEY, version)
    assert await store.read(*KEY) is not None


async def test_evidence_older_than_a_week_counts_as_none_and_may_be_replaced(database: Database) -> None:
    store = table(database)
    await store.write(*KEY, {"old": True}, 0)
    await grow_old(database)
    assert await store.read(*KEY) is None
    assert await store.write(*KEY, {"old": False}, 0) is not None
    row = await store.read(*KEY)
    assert row is not None
    assert row.evidence == {"old": False}
    assert row.age_seconds < 3600


async def test_a_change_of_fresh_evidence_does_not_make_it_younger(database: Database) -> None:
    store = table(database)
    version = await store.write(*KEY, {}, 0)
    assert version is not None
    async with database.transaction() as session:
        await execute(session, text("UPDATE model_abilities SET found_at = found_at - interval '6 days'"), {})
    await store.write(*KEY, {"window": 4096}, version)
    row = await store.read(*KEY)
    assert row is not None
    assert row.age_seconds > 5 * 86_400


async def test_endpoints_and_parameters_have_evidence_of_their_own(database: Database) -> None:
    store = table(database)
    await store.write(*KEY, {}, 0)
    assert await store.read(KEY[0], "https://other.example/v1", "") is None
    assert await store.read(KEY[0], KEY[1], "0" * 64) is None
