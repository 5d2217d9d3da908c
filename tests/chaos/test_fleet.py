"""Stops of real processes: what the oracle excuses hangs on when they began and ended."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.chaos_program.fleet import Fleet


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


async def test_a_stop_lasts_until_the_process_is_woken_and_no_other_one_begins_meanwhile(
    sleeper: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    """A second one would be said to last longer than the process sleeps, and excuse what it does awake."""
    fleet = Fleet({}, "http://nowhere", tmp_path)
    [worker, *_] = fleet.workers
    worker.running = sleeper
    seen = psutil.Process(sleeper.pid)
    stopping = asyncio.create_task(fleet.stop_for(worker, 0.4))
    await asyncio.sleep(0.1)
    assert seen.status() == psutil.STATUS_STOPPED
    await fleet.stop_for(worker, 5)
    await stopping
    [stop] = fleet.stopped[worker.key]
    assert stop.woken - stop.began >= 0.4
    assert fleet.stops == 1
    assert seen.status() != psutil.STATUS_STOPPED
