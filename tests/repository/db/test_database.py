import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import DatabaseUnavailable
from repository.db.database import Database, execute
from tests.support.databases import url_of


async def fails(url: str) -> str:
    database = Database(url)
    with pytest.raises(DatabaseUnavailable) as caught:
        async with database.transaction() as session:
            await execute(session, text("SELECT 1"), {})
    await database.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_server_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    assert "start PostgreSQL there" in await fails(f"postgresql://u:secret@/db?host={tmp_path}")
    assert "secret" not in await fails("postgresql://u:secret@127.0.0.1:1/db")


async def test_a_wrong_password_is_one_clear_line(server_url: str) -> None:
    message = await fails(server_url.replace("postgresql://roadmap:", "postgresql://roadmap:wrong"))
    assert "refused the login" in message


async def test_an_unknown_database_is_one_clear_line(server_url: str) -> None:
    assert "does not exist" in await fails(url_of(server_url, "nope"))


async def test_a_database_without_our_tables_is_refused_with_the_command_to_upgrade(server_url: str) -> None:
    database = Database(url_of(server_url, "template1"))
    with pytest.raises(DatabaseUnavailable, match="roadmap db upgrade"):
        async with database.transaction() as session:
            await execute(session, text("SELECT * FROM roadmap_tasks"), {})
    await database.close()


async def test_a_mistake_in_our_sql_is_not_hidden_as_an_outage(database: Database) -> None:
    with pytest.raises(Exception, match="division by zero"):
        async with database.transaction() as session:
            await execute(session, text("SELECT 1 / 0"), {})


async def test_a_value_that_cannot_be_sent_is_not_hidden_as_an_outage(database: Database) -> None:
    with pytest.raises(DBAPIError, match="invalid input for query argument"):
        async with database.transaction() as session:
            await execute(session, text("SELECT CAST(:number AS int)"), {"number": "many"})


async def test_a_driver_that_fails_in_an_open_connection_is_an_outage(database: Database) -> None:
    """As in the moment in which the server has begun to close it; a sweep logged the driver's error."""
    with pytest.raises(DatabaseUnavailable, match="another operation is in progress"):
        async with database.transaction() as session:
            driver = (await (await session.connection()).get_raw_connection()).driver_connection
            assert isinstance(driver, asyncpg.Connection)
            other = asyncio.create_task(driver.execute("SELECT pg_sleep(0.1)"))
            await asyncio.sleep(0)
            try:
                await execute(session, text("SELECT 1"), {})
            finally:
                await other


async def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            await execute(session, text("CREATE TABLE half (x int)"), {})
            raise ZeroDivisionError
    async with database.transaction() as session:
        assert (await execute(session, text("SELECT to_regclass('half')"), {})).scalar() is None


async def test_a_killed_session_is_an_outage_and_the_next_transaction_reconnects(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.transaction() as session:
            await execute(session, text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    async with database.transaction() as session:
        assert (await execute(session, text("SELECT 1"), {})).scalar() == 1


async def test_two_hundred_transactions_at_once_share_a_bounded_pool(database_url: str) -> None:
    """A session per concept once meant “too many clients”."""
    database = Database(database_url, pool_size=4, application_name="crowd")
    most = 0

    async def one() -> None:
        nonlocal most
        async with database.transaction() as session:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crowd'"
            most = max(most, (await execute(session, text(sql), {})).scalar_one())

    await asyncio.gather(*(one() for _ in range(200)))
    await database.close()
    assert most <= 4


async def test_a_waiting_transaction_is_not_overtaken(database_url: str) -> None:
    """One that waited while others came and went once took that for an outage."""
    database = Database(database_url, pool_size=1)
    began: list[str] = []

    async def use(name: str, *, times: int) -> None:
        for _ in range(times):
            async with database.transaction() as session:
                began.append(name)
                await execute(session, text("SELECT 1"), {})

    await asyncio.gather(use("greedy", times=5), use("waiting", times=1))
    await database.close()
    assert began.index("waiting") == 1
