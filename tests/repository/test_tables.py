from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import DateTime, text

from repository.db.database import Database, execute
from repository.runs.events import append_events, events_after
from repository.runs.tasks import get_task
from repository.tables.runs import TaskRow
from tests.support.rows import started


def test_no_model_has_a_time_without_its_zone() -> None:
    """Naive local timestamps once stood beside UTC ones."""
    tables = TaskRow.metadata.sorted_tables
    times = [column.type for table in tables for column in table.columns if isinstance(column.type, DateTime)]
    assert len(times) > 10
    assert all(time.timezone for time in times)


async def test_no_column_of_ours_stores_a_time_without_its_zone(database: Database) -> None:
    statement = """
        SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns
        WHERE data_type = 'timestamp without time zone' AND table_schema = 'public'"""
    async with database.transaction() as session:
        assert (await execute(session, text(statement), {})).scalars().all() == []


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/St_Johns"])
async def test_times_are_the_same_moment_whatever_zone_a_session_lives_in(database: Database, zone: str) -> None:
    async with database.transaction() as session:
        await execute(session, text("SELECT set_config('TimeZone', :zone, false)"), {"zone": zone})
    task = await started(database)
    async with database.transaction() as session:
        await append_events(session, "t-1", [("something", {})], last=0)
        times = [task.created_at, (await get_task(session, "t-1")).updated_at]
        times += [event.created_at for event in await events_after(session, {"t-1": 0})]
    for time in times:
        assert time.utcoffset() is not None
        assert abs(time - datetime.now(UTC)) < timedelta(minutes=1)
