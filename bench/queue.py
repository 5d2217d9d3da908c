"""What does the queue cost, and do workers share it? Real `roadmap worker` processes on a server of their own.

Times are the database's own: one clock for the process that asks and the one that works.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psycopg

from bench.servers import bench_server
from domain.vocabulary import TaskStatus
from nodes.authors.offline import OfflineAuthor
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.processes import process

LATENCY: Final = 0.15
"""Seconds per call."""
FIRST_NODE: Final = """
    SELECT EXTRACT(epoch FROM t.updated_at - e.created_at) FROM roadmap_tasks t JOIN task_events e USING (task_id)
    WHERE t.task_id = %s AND t.current_step = 'intent_analysis' AND e.type = 'run_requested'"""
"""From a moment before the request's commit to the first line of the first node."""
FIRST_EVENT: Final = """
    SELECT EXTRACT(epoch FROM s.created_at - e.created_at) FROM task_events s JOIN task_events e USING (task_id)
    WHERE s.task_id = %s AND e.type = 'run_requested' AND s.type = 'step_started' ORDER BY s.sequence LIMIT 1"""
"""To the first event that tells of it: a writer collects events for 0.05 s."""


@contextmanager
def workers(url: str, number: int, concurrency: int) -> Iterator[None]:
    """So many worker processes, all of them ready."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadmap-bench-")))
        for _ in range(number):
            arguments = ["worker", "--concurrency", str(concurrency)]
            wanted = {"database_url": url, "offline_latency": LATENCY, "max_concepts": 8}
            stack.enter_context(process(*arguments, log=folder / "workers.log", **wanted))
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        asyncio.run(_ready(connection, number))
        yield


async def _ready(connection: "psycopg.Connection[Any]", number: int) -> None:
    async with asyncio.timeout(60):
        while _one(connection, "SELECT count(*) FROM workers WHERE kind = 'worker'") < number:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)  # the sweeps of a start are over


def _one(connection: "psycopg.Connection[Any]", statement: str, *values: str) -> Any:
    row = connection.execute(statement, values).fetchone()
    return row[0] if row else None


def settings_of(url: str) -> Settings:
    return Settings.model_validate({"database_url": url, "max_concepts": 8, "home": Path.cwd()})


async def first_node(url: str, runs: int) -> tuple[list[float], list[float]]:
    """Seconds until the first node of each run, and until its first event, with a worker that is idle before each."""
    to_node, to_event = [], []
    with psycopg.connect(url, autocommit=True) as connection:
        async with Orchestrator.open(settings_of(url), author=OfflineAuthor()) as client:
            for number in range(runs):
                task = await client.create(f"learn {number}", detach=True)
                await asyncio.sleep(LATENCY * 2 / 3)  # the first call is going on now
                to_node.append(_one(connection, FIRST_NODE, task.task_id))
                await client.wait(task.task_id)
                to_event.append(_one(connection, FIRST_EVENT, task.task_id))
                await asyncio.sleep(0.1)
    late = to_node.count(None)
    if late:
        print(f"{late} of {runs} had not begun, or had gone on, after {LATENCY * 2 / 3:.2f} s")
    return [float(seconds) for seconds in to_node if seconds is not None], [float(seconds) for seconds in to_event]


async def overhead(url: str, rounds: int) -> list[tuple[float, float]]:
    """Seconds of the same run called directly and through the queue, in turns, in one process."""
    settings = settings_of(url)
    pairs = []
    async with Orchestrator.open(settings, author=OfflineAuthor(latency=LATENCY), kind="worker") as orchestrator:
        worker = orchestrator.worker(4)
        work = asyncio.create_task(worker.work())
        for number in range(rounds + 1):
            seconds = []
            for detach in (False, True) if number % 2 else (True, False):
                task = await orchestrator.create("learn chess", detach=detach)
                done = await orchestrator.wait(task.task_id)
                assert done.status is TaskStatus.COMPLETED, done.error_message
                seconds.append((detach, float((done.execution_summary or {})["seconds"])))
                await asyncio.sleep(0.2)
            _, direct = min(seconds)
            _, queued = max(seconds)
            pairs.append((direct, queued))
        worker.stop()
        await work
    return pairs[1:]


async def share(url: str, runs: int) -> tuple[float, Counter[str]]:
    """Seconds from the first request to the last end, and how many runs each worker had."""
    async with Orchestrator.open(settings_of(url), author=OfflineAuthor()) as client:
        tasks = [await client.create(f"learn {number}", detach=True) for number in range(runs)]
        ended = await asyncio.gather(*(client.wait(task.task_id) for task in tasks))
        assert {task.status for task in ended} == {TaskStatus.COMPLETED}
        began = min(task.created_at for task in ended)
        last = max(task.completed_at for task in ended if task.completed_at is not None)
        events = [event for task in tasks for event in await client.events.page(task.task_id)]
    shares = Counter(event.payload["worker_id"] for event in events if event.type == "run_started")
    return (last - began).total_seconds(), shares


def _told(name: str, seconds: Sequence[float], target: str) -> None:
    p50, p99 = median(seconds), quantiles(seconds, n=100)[98]
    print(f"{name:42} p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms   {target}")


def main(*, samples: int = 60, rounds: int = 12, runs: int = 40, fleets: Sequence[int] = (1, 2, 4)) -> None:
    with bench_server() as server:
        print(f"load of the machine at the beginning: {os.getloadavg()[0]:.1f}")
        with server.database() as url, workers(url, 1, 10):
            to_node, to_event = asyncio.run(first_node(url, samples))
        _told("enqueue to the first node, worker idle", to_node, "target: p50 < 50 ms")
        _told("enqueue to its first event", to_event, "events are collected for 50 ms")
        with server.database() as url:
            pairs = asyncio.run(overhead(url, rounds))
        ratio = median(queued / direct for direct, queued in pairs)
        print(
            f"{'a run through queue and worker':42} {median(q for _, q in pairs):.3f} s, called directly "
            f"{median(d for d, _ in pairs):.3f} s: {ratio:.3f} x   target: <= 1.05 x"
        )
        for number in fleets:
            with server.database() as url, workers(url, number, 4):
                seconds, shares = asyncio.run(share(url, runs))
            fewest = min(shares.values()) if len(shares) == number else 0
            print(f"{number} workers, {runs} runs {seconds:29.1f} s   fewest runs of one worker: {fewest}")


if __name__ == "__main__":
    main()
