"""The database goes away below a command that runs a task: it says so, goes on, or gives up. The real command."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from repository.db import schema
from repository.db.database import Database
from repository.postgres.server import EmbeddedServer
from tests.e2e.roadmap_command import Command, ForkedCommand
from tests.e2e.test_foreground import all_is_well, contents_are_made, task_of
from tests.e2e.test_restarts import strike
from tests.support.limits import LEASE_SECONDS

PATIENCE_SECONDS = 2.0


@pytest.fixture
def shell(home: Path, account: Path) -> Command:
    return ForkedCommand(
        home, OFFLINE_LATENCY="0.3", MAX_CONCURRENT_CALLS="3", OFFLINE_LOG=str(account), MAX_CONCEPTS="8"
    )


@pytest.mark.promise
async def test_a_crash_of_the_database_is_told_in_one_line_and_outlasted(
    home: Path, shell: Command, account: Path
) -> None:
    creating = shell.start("create", "learn chess", terminal=True)
    creating.wait_for(lambda err: bool(re.search(r"[1-9]\d* done", err)))
    strike(home, signal.SIGKILL)
    done = creating.end()
    assert (done.code, ": completed, 24 of 24 contents" in done.out) == (0, True), done.err
    assert done.err.count("roadmap: warning: the database is away, reconnecting") == 1
    assert done.err.count("roadmap: warning: the database is back") == 1
    assert done.err.count("roadmap: ") == 2
    database = Database(EmbeddedServer(home).start())
    await all_is_well(database, account)
    await database.close()


async def test_a_database_that_stays_away_ends_the_command_with_5_and_one_line(
    home: Path, shell: Command, account: Path
) -> None:
    url = EmbeddedServer(home).start()
    schema.upgrade(url)
    theirs = {"DATABASE_URL": url, "DATABASE_PATIENCE": str(PATIENCE_SECONDS), "HEARTBEAT_TIMEOUT": str(LEASE_SECONDS)}
    creating = shell.start("create", "learn chess", "--json", terminal=False, **theirs)
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    await asyncio.to_thread(EmbeddedServer(home).stop)
    done = creating.end()
    assert (done.code, done.out) == (5, "")
    said = [line for line in done.err.splitlines() if line.startswith("roadmap: ")]
    assert said[0] == "roadmap: warning: the database is away, reconnecting"
    assert len(said) == 2
    assert f"continue it with `roadmap resume {task_id}`" in said[1]
    EmbeddedServer(home).start()
    await asyncio.sleep(LEASE_SECONDS + 0.5)  # so long a restarted database lets its processes renew
    resumed = shell("resume", task_id, "--json", **theirs)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed"), resumed.err
    database = Database(url)
    await all_is_well(database, account)
    await database.close()
