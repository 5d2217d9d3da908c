"""Does anything slow down on a million tasks? Every query of the product over 3,000,000 contents, then the upkeep.

Each query runs through the product's own function, in a transaction that is rolled back. The run fails when one of
them reads a table as a whole or skips rows by OFFSET, when a migration of the legacy system or a prune keeps a writer
waiting for a second.
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
from bench.scale_queries import AGES, COLD, QUERIES, Ask
from bench.scale_rows import PER_ROADMAP, Key, fill, key
from bench.servers import bench_server
from orchestrator.workers.pruner import prune
from repository.db.database import Database, Session, execute
from tests.migrations.filling import writing

SECONDS_EACH: Final = 3.0
"""A query gets no more than this, however slow."""
MAX_WRITE_SECONDS: Final = 1.0
"""Longest time that a prune or a migration may keep a writer waiting."""
LARGE: Final = 1_000
"""A table of fewer rows may be read as a whole."""
_SCANS: Final = text("""
    SELECT s.relname AS table, s.seq_scan AS scans FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE c.reltuples > :large AND s.seq_scan > 0""")
_NODE: Final = re.compile(
    r"(Seq Scan) on (\w+)|Index(?: Only)? Scan(?: Backward)? using (\w+)|Bitmap Index Scan on (\w+)"
)
_TOOK: Final = re.compile(r"Execution Time: ([0-9.]+) ms")


class Undone(Exception):
    """Ends a transaction whose writes are not wanted."""


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """Of one query; seconds."""

    p50: float
    p99: float
    scanned: list[str]
    """Large tables that it read as a whole, under the plan that a long session comes to."""
    offset: bool
    plan: str
    """Of its slowest statement."""


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


async def once(database: Database, ask: Ask, about: Key) -> float:
    """Seconds from before the transaction to its end."""
    began = time.perf_counter()
    try:
        async with database.transaction() as session:
            await ask(session, about)
            raise Undone
    except Undone:
        return time.perf_counter() - began


async def examined(database: Database, ask: Ask, about: Key) -> tuple[list[str], bool, str]:
    """(tables read as a whole, whether there is an OFFSET, the plan of the slowest statement) of one call."""
    try:
        async with database.transaction() as session:
            before = await scans(session)
            with statements_sent() as sent:
                await ask(session, about)
            scanned = [table for table, number in (await scans(session)).items() if number > before.get(table, 0)]
            raise Undone
    except Undone:
        pass
    try:
        async with database.transaction() as session:
            found = await plans(session, sent)
            raise Undone
    except Undone:
        offset = any(re.search(r"\bOFFSET\b", statement, re.IGNORECASE) for statement, _ in sent)
        return scanned, offset, max(found, key=_seconds_of, default="")


async def scans(session: Session) -> dict[str, int]:
    """How often this session read which large table as a whole, since PostgreSQL last added that up."""
    return {row.table: row.scans for row in await execute(session, _SCANS, {"large": LARGE})}


async def plans(session: Session, sent: list[tuple[str, Any]]) -> list[str]:
    """Each statement is done once more while it is explained, so that the next one finds what it needs."""
    connection = await session.connection()
    found = []
    for statement, parameters in sent:
        rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
        found.append("\n".join(row[0] for row in rows))
    return found


def _seconds_of(plan: str) -> float:
    took = _TOOK.search(plan)
    return float(took[1]) if took else 0.0


def nodes_of(plan: str) -> str:
    """The indexes that a plan reads, and the tables that it reads as a whole."""
    done = (line for line in plan.splitlines() if "never executed" not in line)
    found = (_NODE.search(line) for line in done)
    named = (f"all of {node[2]}" if node[1] else node[3] or node[4] for node in found if node)
    return ", ".join(dict.fromkeys(named)) or "-"


async def measure(database: Database, ask: Ask, keys: list[Key]) -> ScaleFigures:
    ended = time.perf_counter() + SECONDS_EACH
    for about in keys[:20]:  # the five custom plans that come before a generic one, and a warm cache
        await once(database, ask, about)
        if time.perf_counter() > ended:
            break
    seconds: list[float] = []
    for about in keys:
        seconds.append(await once(database, ask, about))
        if len(seconds) > 2 and time.perf_counter() > ended:
            break
    scanned, offset, plan = await examined(database, ask, keys[0])
    return ScaleFigures(median(seconds), quantiles(seconds, n=100, method="inclusive")[98], scanned, offset, plan)


def faults_of(name: str, figures: ScaleFigures) -> list[str]:
    found = [f"{name}: reads {table} as a whole" for table in figures.scanned if name not in COLD]
    if figures.offset:
        found.append(f"{name}: skips rows by OFFSET")
    return found


async def ask_all(url: str, roadmaps: int, calls: int, *, verbose: bool) -> list[str]:
    """Prints the table; what is wrong."""
    faults: list[str] = []
    database = Database(url, pool_size=1)
    numbers = random.Random(0)
    print("| query | p50, ms | p99, ms | reads |\n| --- | ---: | ---: | --- |")
    try:
        for name, ask in QUERIES.items():
            figures = await measure(database, ask, [key(numbers.randrange(roadmaps)) for _ in range(calls)])
            said = nodes_of(figures.plan) + ("; allowed, " + COLD[name] if name in COLD else "")
            print(f"| {name} | {figures.p50 * 1000:.2f} | {figures.p99 * 1000:.2f} | {said} |", flush=True)
            wrong = faults_of(name, figures)
            faults += wrong
            if wrong or verbose:
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


async def pruned(url: str) -> None:
    """Prunes all that is due, and says how much and which of its statements took longest."""
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
        found = await prune(database, AGES)
    finally:
        event.remove(Engine, "before_cursor_execute", begin)
        event.remove(Engine, "after_cursor_execute", end)
        await database.close()
    print(
        f"pruned {found.checkpoints:,} rows of checkpoints, {found.answers:,} answers, {found.events:,} events; "
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
            faults += asyncio.run(ask_all(url, roadmaps, calls, verbose=verbose))
            print()
            with beside_a_writer(url, "prune", faults):
                asyncio.run(pruned(url))
        print(flush=True)
        longest = migrations.measure(tasks, server.url, last="0002")
        if longest > MAX_WRITE_SECONDS:
            faults.append(f"migration 0002: a writer waited {longest:.2f} s")
    if faults:
        sys.exit("\n".join(["", *faults]))


if __name__ == "__main__":
    main(tasks=int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, verbose="-v" in sys.argv)
