"""The queue: seconds from a request to the first call of its run, on idle workers.

The account of calls that the offline author keeps says when a call began; the request is timed by its caller.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg

from bench.servers import bench_server
from nodes.offline.author import OfflineAuthor
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.processes import calls_begun, process

CONCEPTS: Final = 2
_WORKERS: Final = "SELECT count(*) FROM workers WHERE kind = 'worker'"


@contextmanager
def workers(url: str, number: int, *arguments: str, **settings: object) -> Iterator[Path]:
    """Run workers, and yield the account of their calls once all of them live."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadmap-bench-")))
        account = folder / "calls.jsonl"
        settings = {"database_url": url, "max_concepts": CONCEPTS, "offline_log": account, **settings}
        for _ in range(number):
            stack.enter_context(process("worker", *arguments, log=folder / "workers.log", **settings))
        with psycopg.connect(url, autocommit=True) as connection:
            while connection.execute(_WORKERS).fetchone() != (number,):
                time.sleep(0.1)
        time.sleep(2)
        yield account


async def first_calls(url: str, account: Path, requests: int) -> list[float]:
    """Return the seconds from each request to the first call of its run, one run after the other."""
    settings = Settings.model_validate({"database_url": url, "max_concepts": CONCEPTS, "home": Path.cwd()})
    asked: dict[str, float] = {}
    async with Orchestrator.open(settings, author=OfflineAuthor(), kind="server") as client:
        for number in range(requests):
            asked[f"learn {number}"] = time.time()
            task = await client.create(f"learn {number}", detach=True)
            await client.wait(task.task_id)
    begun: dict[str, float] = {}
    for call in calls_begun(account):
        begun[call.goal] = min(call.at, begun.get(call.goal, call.at))
    return [begun[goal] - at for goal, at in asked.items()][1:]  # the first run of a worker imports the graphs


def main(*, requests: int = 100, fleets: Sequence[int] = (1, 4)) -> None:
    print("| workers | request to first call, p50 | p95 |\n| ---: | ---: | ---: |")
    with bench_server() as server:
        for number in fleets:
            with server.database() as url, workers(url, number) as account:
                waits = asyncio.run(first_calls(url, account, requests))
            p95 = quantiles(waits, n=20)[-1]
            print(f"| {number} | {median(waits) * 1000:.1f} ms | {p95 * 1000:.1f} ms |", flush=True)
