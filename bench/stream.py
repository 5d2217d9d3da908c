"""Time from the commit of an event to its arrival at a client, through streams of a real `roadmap serve`.

Writer and readers are this process, so that one clock measures both ends. It shares the CPUs with server and database.
"""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx
import psutil

from bench.servers import bench_server
from domain.vocabulary import TaskStatus, TaskType
from repository.db.database import Database
from repository.runs.events import append_transition
from repository.runs.tasks import create_task, lock_task
from tests.support.http_server import sse
from tests.support.processes import process

TARGET: Final = 0.15
_ADDRESS: Final = re.compile(r"Serving (http://\S+);")


@contextmanager
def served(url: str) -> Iterator[tuple[str, psutil.Process]]:
    """Start a server without a worker; yield its address and its process."""
    with tempfile.TemporaryDirectory(prefix="roadmap-bench-") as folder:
        log = Path(folder) / "serve.log"
        settings = {"database_url": url, "http_streams": 10_000, "http_requests_per_minute": 1_000_000}
        with process("serve", "--port", "0", "--no-worker", log=log, log_level="error", **settings) as serving:
            while (match := _ADDRESS.search(log.read_text())) is None:
                time.sleep(0.05)
            _wait_until_ready(match[1])
            yield match[1], psutil.Process(serving.pid).children()[0]


def _wait_until_ready(address: str) -> None:
    transport = httpx.HTTPTransport(retries=20)
    with httpx.Client(transport=transport, timeout=30) as client:
        client.get(f"{address}/readyz").raise_for_status()


async def measure(url: str, address: str, *, streams: int, tasks: int, events: int, pause: float) -> list[float]:
    """Return the seconds from the commit of each event to each of its readers.

    streams: spread evenly over the tasks.
    pause: seconds between two events, not a multiple of the poll interval of 0.1 s.
    """
    database = Database(url, pool_size=2)
    names = [f"{tasks}-{number}" for number in range(tasks)]
    for name in names:
        async with database.transaction() as session:
            await create_task(session, name, "ann", {}, TaskType.CREATION, roadmap_id=name, status=TaskStatus.PENDING)
            await lock_task(session, name)
            await append_transition(session, name, "run_requested", {})
    committed: dict[tuple[str, int], float] = {}
    arrived: list[tuple[tuple[str, int], float]] = []
    ready = asyncio.Semaphore(0)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:

        async def follow(name: str) -> None:
            async with client.stream("GET", f"/api/v1/tasks/{name}/stream") as response:
                response.raise_for_status()
                async for event in sse(response):
                    if event.id == 1:
                        ready.release()
                    else:
                        arrived.append(((name, event.id), time.perf_counter()))

        following = [asyncio.create_task(follow(names[number % tasks])) for number in range(streams)]
        for _ in range(streams):
            await asyncio.wait_for(ready.acquire(), 60)
        await asyncio.sleep(1.0)
        for number in range(events):
            name = names[number % tasks]
            async with database.transaction() as session:
                await lock_task(session, name)
                payload = {"concept_id": "c-1-1-1", "content_type": "quiz", "version": 1}
                sequence = await append_transition(session, name, "content_completed", payload)
            committed[name, sequence] = time.perf_counter()
            await asyncio.sleep(pause)
        await asyncio.sleep(1.0)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    await database.close()
    assert len(arrived) == events * streams // tasks, "an event was lost, or came twice"
    return [at - committed[key] for key, at in arrived]


def main(streams: int = 200, events: int = 600) -> None:
    print(f"{streams} streams, {events} events, {os.cpu_count()} processors; target: p50 under {TARGET * 1000:.0f} ms")
    with bench_server() as server:
        for tasks in (streams, 1):
            few, pause = (events, 0.013) if tasks > 1 else (events // 10, 0.113)
            with server.database() as url, served(url) as (address, process):
                idle = _processor(process)
                delays = asyncio.run(measure(url, address, streams=streams, tasks=tasks, events=few, pause=pause))
                cpu = _processor(process) - idle
                memory = process.memory_info().rss / 1e6
            parts = quantiles(delays, n=100)
            of = f"of {tasks} runs" if tasks > 1 else "all of one run"
            print(
                f"  {of:15} p50 {median(delays) * 1000:6.1f} ms   p95 {parts[94] * 1000:6.1f} ms   "
                f"p99 {parts[98] * 1000:6.1f} ms   {len(delays)} arrivals, server {cpu:.1f} s CPU, {memory:.0f} MB"
            )


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
