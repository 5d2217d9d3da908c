"""Capacity of one machine: hundreds of queued runs on 1, 2 and 4 worker processes.

All runs are queued before any starts. CPU is measured separately for workers and database; connections are the peak.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg

from bench.servers import ServerCpu, bench_server
from nodes.offline.author import OfflineAuthor
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.runs.queue import CHANNEL
from tests.support.processes import process

LATENCY: Final = 0.15
"""Seconds per call."""
CONCEPTS: Final = 2
CONCURRENT_CALLS: Final = 1000
"""Per worker; high enough that the author is never the bottleneck."""
TIMEOUT_SECONDS: Final = 240.0
"""Seconds after which a fleet counts as stuck."""

_ENDED: Final = "SELECT count(*) FROM roadmap_tasks WHERE completed_at IS NOT NULL"
_STARTED: Final = "SELECT count(*) FROM task_events WHERE type = 'run_started'"
_WELL: Final = "SELECT count(*) FROM roadmap_tasks WHERE status = 'completed'"
_CONTENTS: Final = "SELECT count(*) FROM concept_contents WHERE status = 'completed'"
_RUNNING: Final = "SELECT count(*) FROM roadmap_tasks WHERE status = 'processing'"
_CONNECTIONS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
_SECONDS: Final = """
    SELECT EXTRACT(epoch FROM max(t.completed_at) - min(e.created_at))
    FROM roadmap_tasks t JOIN task_events e USING (task_id) WHERE e.type = 'run_started'"""


@dataclass(slots=True)
class Load:
    """Figures of a fleet. CPU in seconds, memory in MiB, each summed over its processes."""

    seconds: float
    contents: int
    completed: int
    starts: int
    at_once: int
    workers_cpu: float
    database_cpu: float
    idle_memory: float
    peak_memory: float
    connections: int


class BenchFleet:
    """Worker processes and their database, measured through the operating system."""

    def __init__(self, connection: "psycopg.Connection[Any]", pids: Sequence[int]) -> None:
        self._connection = connection
        self._workers = [psutil.Process(pid) for pid in pids]
        self._server = ServerCpu(connection)

    def value(self, statement: str) -> int:
        return int(self._connection.execute(statement).fetchall()[0][0] or 0)

    def memory(self) -> float:
        return float(sum(worker.memory_info().rss for worker in self._workers)) / 2**20

    def workers_cpu(self) -> float:
        return float(sum(times.user + times.system for times in (worker.cpu_times() for worker in self._workers)))

    def run(self, runs: int) -> Load:
        """Release the queued runs and measure until all have ended."""
        idle, workers_cpu, database_cpu = self.memory(), self.workers_cpu(), self._server.seconds()
        peak, connections, at_once = idle, 0, 0
        self._connection.execute("UPDATE roadmap_tasks SET due_at = now()")
        self._connection.execute(f"NOTIFY {CHANNEL}")
        began = time.monotonic()
        while self.value(_ENDED) < runs:
            if time.monotonic() - began > TIMEOUT_SECONDS:
                break
            time.sleep(0.5)
            peak = max(peak, self.memory())
            connections = max(connections, self.value(_CONNECTIONS))
            at_once = max(at_once, self.value(_RUNNING))
        seconds = float(self._connection.execute(_SECONDS).fetchall()[0][0])
        return Load(
            seconds=seconds,
            contents=self.value(_CONTENTS),
            completed=self.value(_WELL),
            starts=self.value(_STARTED),
            at_once=at_once,
            workers_cpu=self.workers_cpu() - workers_cpu,
            database_cpu=self._server.seconds() - database_cpu,
            idle_memory=idle,
            peak_memory=peak,
            connections=connections,
        )


async def queue_up(url: str, runs: int) -> None:
    """Queue the runs."""
    settings = Settings.model_validate({"database_url": url, "max_concepts": CONCEPTS, "home": Path.cwd()})
    async with Orchestrator.open(settings, author=OfflineAuthor()) as client:
        for number in range(runs):
            await client.create(f"learn {number}", detach=True)


def measure(url: str, number: int, runs: int) -> Load:
    """Measure `number` workers, each of which may run all tasks."""
    asyncio.run(queue_up(url, runs))
    with ExitStack() as stack:
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        connection.execute("UPDATE roadmap_tasks SET due_at = now() + interval '1 hour'")
        log = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="roadmap-bench-"))) / "workers.log"
        settings = {
            "database_url": url,
            "offline_latency": LATENCY,
            "max_concepts": CONCEPTS,
            "max_concurrent_calls": CONCURRENT_CALLS,
            "log_level": "warning",
        }
        arguments = ["worker", "--concurrency", str(runs)]
        workers = [stack.enter_context(process(*arguments, log=log, **settings)) for _ in range(number)]
        fleet = BenchFleet(connection, [worker.pid for worker in workers])
        while fleet.value("SELECT count(*) FROM workers WHERE kind = 'worker'") < number:
            time.sleep(0.1)
        time.sleep(2)  # the sweeps of a start are over
        load = fleet.run(runs)
        warnings = [
            line for line in log.read_text().splitlines() if "warning" in line.lower() or "error" in line.lower()
        ]
    for line in warnings[:3]:
        print(f"  {line}")
    return load


def main(*, runs: int = 500, fleets: Sequence[int] = (1, 2, 4)) -> None:
    print(f"{runs} runs, {CONCEPTS} concepts each, {LATENCY} s a call; {os.cpu_count()} cores", end="")
    print(f", load at the beginning {os.getloadavg()[0]:.1f}")
    print(f"{'workers':>7}{'runs/s':>8}{'at once':>9}{'ms CPU a content: worker':>26}{'database':>10}", end="")
    print(f"{'cores busy':>12}{'MiB idle':>10}{'KiB a run':>11}{'connections':>13}{'done':>6}{'restarts':>10}")
    with bench_server() as server:
        for number in fleets:
            with server.database() as url:
                load = measure(url, number, runs)
            contents = max(load.contents, 1)
            busy = (load.workers_cpu + load.database_cpu) / load.seconds
            each = (load.peak_memory - load.idle_memory) * 1024 / max(load.at_once, 1)
            print(
                f"{number:>7}{load.completed / load.seconds:>8.1f}{load.at_once:>9}"
                f"{load.workers_cpu * 1000 / contents:>26.1f}{load.database_cpu * 1000 / contents:>10.1f}"
                f"{busy:>12.2f}{load.idle_memory / number:>10.0f}{each:>11.0f}{load.connections:>13}"
                f"{load.completed:>6}{load.starts - runs:>10}",
                flush=True,
            )


if __name__ == "__main__":
    main()
