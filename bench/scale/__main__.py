"""Time and reads of each query on a million tasks and three million contents.

Each query runs through the function of the product, in a transaction that is rolled back. The bench fails if a query
scans a large table or uses OFFSET, or if a prune or a migration of the legacy database blocks a writer for a second.
"""

import asyncio
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final, LiteralString

import psycopg
from sqlalchemy import Engine, event, text

from bench import migrations
from bench.scale.queries import AGES, COLD, QUERIES, Ask
from bench.scale.rows import PER_ROADMAP, Key, fill, key
from bench.servers import bench_server
from orchestrator.workers.pruner import prune
from repository.db.database import Database, Session, execute
from tests.migrations.filling import writing

MAX_SECONDS_PER_QUERY: Final = 3.0
"""Time limit for the calls of one query."""
MAX_WRITE_SECONDS: Final = 1.0
"""Longest time that a prune or a migration may keep a writer waiting."""
MIN_ROWS_OF_LARGE: Final = 1_000
"""A smaller table may be scanned."""
_SCANS: Final = text("""
    SELECT s.relname AS table, s.seq_scan AS scans FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE c.reltuples > :large AND s.seq_scan > 0""")
_NODE: Final = re.compile(
    r"(Seq Scan) on (\w+)|Index(?: Only)? Scan(?: Backward)? using (\w+)|Bitmap Index Scan on (\w+)"
)
_TOOK: Final = re.compile(r"Execution Time: ([0-9.]+) ms")


class RollBack(Exception):
    """Raised to roll a transaction back."""


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """Figures of one query; times in seconds."""

    p50: float
    p99: float
    scanned: list[str]
    """Large tables that it scans, with the generic plan of a long session."""
    offset: bool
    plan: str
    """Plan of its slowest statement."""


@contextmanager
def statements_sent() -> Iterator[list[tuple[str, Any]]]:
    """Collect (statement, parameters) of everything executed during the block."""
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def time_once(database: Database, ask: Ask, about: Key) -> float:
    """Return the seconds of one call, transaction included."""
    began = time.perf_counter()
    try:
        async with database.transaction() as session:
            await ask(session, about)
            raise RollBack
    except RollBack:
        return time.perf_counter() - began


async def examine(database: Database, ask: Ask, about: Key) -> tuple[list[str], bool, str]:
    """Return (scanned tables, whether OFFSET is used, plan of the slowest statement) of one call."""
    try:
        async with database.transaction() as session:
            before = await scans(session)
            with statements_sent() as sent:
                await ask(session, about)
            scanned = [table for table, number in (await scans(session)).items() if number > before.get(table, 0)]
            raise RollBack
    except RollBack:
        pass
    try:
        async with database.transaction() as session:
            explained = await plans(session, sent)
            raise RollBack
    except RollBack:
        offset = any(re.search(r"\bOFFSET\b", statement, re.IGNORECASE) for statement, _ in sent)
        return scanned, offset, max(explained, key=_seconds_of, default="")


async def scans(session: Session) -> dict[str, int]:
    """Return the scans of large tables by this session since PostgreSQL last aggregated its statistics."""
    return {row.table: row.scans for row in await execute(session, _SCANS, {"large": MIN_ROWS_OF_LARGE})}


async def plans(session: Session, sent: list[tuple[str, Any]]) -> list[str]:
    """Explain and execute each statement, so that the next one finds its rows."""
    connection = await session.connection()
    explained = []
    for statement, parameters in sent:
        rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
        explained.append("\n".join(row[0] for row in rows))
    return explained


def _seconds_of(plan: str) -> float:
    match = _TOOK.search(plan)
    return float(match[1]) if match else 0.0


def nodes_of(plan: str) -> str:
    """List the indexes and the scanned tables of a plan."""
    executed = (line for line in plan.splitlines() if "never executed" not in line)
    nodes = (_NODE.search(line) for line in executed)
    names = (f"all of {node[2]}" if node[1] else node[3] or node[4] for node in nodes if node)
    return ", ".join(dict.fromkeys(names)) or "-"


async def measure(database: Database, ask: Ask, keys: list[Key]) -> ScaleFigures:
    ended = time.perf_counter() + MAX_SECONDS_PER_QUERY
    for about in keys[:20]:  # warm the cache and pass the five custom plans that precede a generic one
        await time_once(database, ask, about)
        if time.perf_counter() > ended:
            break
    seconds: list[float] = []
    for about in keys:
        seconds.append(await time_once(database, ask, about))
        if len(seconds) > 2 and time.perf_counter() > ended:
            break
    scanned, offset, plan = await examine(database, ask, keys[0])
    return ScaleFigures(median(seconds), quantiles(seconds, n=100, method="inclusive")[98], scanned, offset, plan)


def faults_of(name: str, figures: ScaleFigures) -> list[str]:
    faults = [f"{name}: scans {table}" for table in figures.scanned if name not in COLD]
    if figures.offset:
        faults.append(f"{name}: uses OFFSET")
    return faults


async def measure_all(url: str, roadmaps: int, calls: int, *, verbose: bool) -> list[str]:
    """Print the table of all queries and return the faults."""
    faults: list[str] = []
    database = Database(url, pool_size=1)
    numbers = random.Random(0)
    print("| query | p50, ms | p99, ms | reads |\n| --- | ---: | ---: | --- |")
    try:
        for name, ask in QUERIES.items():
            figures = await measure(database, ask, [key(numbers.randrange(roadmaps)) for _ in range(calls)])
            reads = nodes_of(figures.plan) + ("; allowed, " + COLD[name] if name in COLD else "")
            print(f"| {name} | {figures.p50 * 1000:.2f} | {figures.p99 * 1000:.2f} | {reads} |", flush=True)
            new_faults = faults_of(name, figures)
            faults += new_faults
            if new_faults or verbose:
                print(figures.plan)
    finally:
        await database.close()
    return faults


_WRITE: LiteralString = "UPDATE roadmap_tasks SET updated_at = now() WHERE task_id = 'task-0000000'"


@contextmanager
def beside_a_writer(url: str, what: str, faults: list[str]) -> Iterator[None]:
    began = time.perf_counter()
    with writing(url, (_WRITE,)) as writer:
        yield
    print(f"{what}: {time.perf_counter() - began:.1f} s; longest write beside it {writer.longest:.2f} s")
    if writer.longest > MAX_WRITE_SECONDS:
        faults.append(f"{what}: a writer waited {writer.longest:.2f} s")


async def run_prune(url: str) -> None:
    """Prune everything that is due; print how much, and the time of the longest statement."""
    database = Database(url, pool_size=1)
    longest, began = 0.0, 0.0

    def begin(*_: object) -> None:
        nonlocal began
        began = time.perf_counter()

    def end(*_: object) -> None:
        nonlocal longest
        longest = max(longest, time.perf_counter() - began)

    event.listen(Engine, "before_cursor_execute", begin)
    event.listen(Engine, "after_cursor_execute", end)
    try:
        pruned = await prune(database, AGES)
    finally:
        event.remove(Engine, "before_cursor_execute", begin)
        event.remove(Engine, "after_cursor_execute", end)
        await database.close()
    print(
        f"pruned {pruned.checkpoints:,} rows of checkpoints, {pruned.answers:,} answers, {pruned.events:,} events; "
        f"longest statement {longest * 1000:.0f} ms"
    )


def main(*, tasks: int = 1_000_000, calls: int = 300, verbose: bool = False) -> None:
    faults: list[str] = []
    with bench_server() as server:
        with server.database() as url:
            began = time.perf_counter()
            fill(url, tasks)
            with psycopg.connect(url) as connection:
                ((size,),) = connection.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            roadmaps = tasks // PER_ROADMAP
            print(f"{tasks:,} tasks, {roadmaps:,} roadmaps, {roadmaps * 15:,} contents: {size}, ", end="")
            print(f"made in {time.perf_counter() - began:.0f} s\n", flush=True)
            faults += asyncio.run(measure_all(url, roadmaps, calls, verbose=verbose))
            print()
            with beside_a_writer(url, "prune", faults):
                asyncio.run(run_prune(url))
        print(flush=True)
        longest = migrations.measure(tasks, server.url, last="0002")
        if longest > MAX_WRITE_SECONDS:
            faults.append(f"migration 0002: a writer waited {longest:.2f} s")
    if faults:
        sys.exit("\n".join(["", *faults]))


if __name__ == "__main__":
    main(tasks=int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, verbose="-v" in sys.argv)
