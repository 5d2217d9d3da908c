"""How long does it take to say what is active and what is stale, on a million tasks?

Each call is a transaction of its own through the product's own functions, over one connection. Then the plans of the
statements that they sent, with what those read.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event, text

from bench.servers import bench_server
from domain.framework import Concept, Framework, Module, Stage
from orchestrator.queries.status import status_check
from repository.db.database import Database, Session, execute
from repository.runs.liveness import live_tasks_of

CONCEPTS: Final = 20
PER_ROADMAP: Final = 5
SAMPLE: Final = 3_000
"""Roadmaps with contents: by turns quiet, with a live run, and with a dead one whose contents are stale."""
KINDS: Final = ("live", "stale", "quiet")
TARGET: Final = 0.002

_ROADMAPS: Final = """
    INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, framework_data)
    SELECT 'roadmap-' || n, 'user-' || n % 20000, 'a title', 1, CASE WHEN n <= %(sample)s THEN %(framework)s::jsonb END
    FROM generate_series(1, %(roadmaps)s::int) AS n"""
_TASKS: Final = """
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, status, current_step, user_request, worker_id,
        attempt, created_at, updated_at, completed_at)
    SELECT 'task-' || n, 'user-' || n % 20000, 'roadmap-' || 1 + n % %(roadmaps)s::int, 'retry_batch',
        CASE WHEN active THEN 'processing'
            ELSE (ARRAY['completed', 'partial_failure', 'failed', 'cancelled'])[1 + n % 4] END,
        CASE WHEN active THEN 'content_generation' ELSE 'completed' END,
        '{"preferences": {"learning_goal": "become a backend engineer in Go"}}',
        CASE WHEN active THEN CASE WHEN n % 3 = 0 THEN 'alive' ELSE 'dead' END END,
        2, at, at, CASE WHEN active THEN NULL ELSE at END
    FROM (SELECT n, now() - n * interval '3 s' AS at, n < %(roadmaps)s::int AND n % 3 < 2 AND n < %(sample)s AS active
          FROM generate_series(0, %(tasks)s::int - 1) AS n) AS made"""
_CONTENTS: Final = """
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
    SELECT 'roadmap-' || n, 'c-1-1-' || c, type, CASE WHEN (n - 1) % 3 < 2 THEN 'pending' ELSE 'completed' END, 0,
        'task-' || n - 1, 2
    FROM generate_series(1, %(sample)s::int) AS n, generate_series(1, %(concepts)s::int) AS c,
        unnest(ARRAY['tutorial', 'resources', 'quiz']) AS type"""
_WORKERS: Final = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
    VALUES ('alive', 'worker', 'h', 1, 5, now() + interval '1 day'),
        ('dead', 'worker', 'h', 1, 0, now() - interval '1 day')"""


def fill(url: str, tasks: int) -> None:
    """Made by the database itself."""
    made = [Concept(concept_id=f"c-1-1-{number}", name=f"Concept {number}") for number in range(1, CONCEPTS + 1)]
    stage = Stage(stage_id="s-1", name="S", order=1, modules=[Module(module_id="m-1-1", name="M", concepts=made)])
    framework = Framework(roadmap_id="r", title="T", stages=[stage])
    values = {
        "tasks": tasks,
        "roadmaps": tasks // PER_ROADMAP,
        "sample": SAMPLE,
        "concepts": CONCEPTS,
        "framework": framework.model_dump_json(),
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (_WORKERS, _ROADMAPS, _TASKS, _CONTENTS):
            connection.execute(statement.replace("%", "%%").replace("%%(", "%("), values)
        connection.execute("VACUUM ANALYZE")


Ask = Callable[[Session, str], Awaitable[Any]]
QUESTIONS: Final[dict[str, Ask]] = {"active-task": live_tasks_of, "status-check": status_check}


async def nothing(session: Session, _: str) -> None:
    """What the machine and an empty transaction cost at the same time."""
    await execute(session, text("SELECT 1"), {})


async def measured(database: Database, ask: Ask, roadmap_ids: list[str]) -> list[float]:
    """Seconds of each call, from before its transaction to after its commit."""
    seconds = []
    for roadmap_id in roadmap_ids:
        began = time.perf_counter()
        async with database.transaction() as session:
            await ask(session, roadmap_id)
        seconds.append(time.perf_counter() - began)
    return seconds


@contextmanager
def statements_sent() -> Iterator[list[tuple[str, Any]]]:
    """(statement, parameters) of all that is executed meanwhile."""
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plans(database: Database, ask: Ask, roadmap_id: str) -> list[str]:
    """The plan of each statement that one call sends."""
    async with database.transaction() as session:
        with statements_sent() as sent:
            await ask(session, roadmap_id)
        connection = await session.connection()
        made = []
        for statement, parameters in sent:
            rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
            made.append("\n".join(row[0] for row in rows))
    return made


def roadmaps_of(kind: str, calls: int) -> list[str]:
    """Some of the sample, at random."""
    numbers = range(1 + KINDS.index(kind), SAMPLE, 3)
    return [f"roadmap-{number}" for number in random.Random(0).choices(numbers, k=calls)]


async def ask_all(url: str, calls: int) -> None:
    database = Database(url, pool_size=1)
    try:
        for name, ask in [("SELECT 1", nothing), *QUESTIONS.items()]:
            for kind in KINDS if ask is not nothing else ("",):
                await measured(database, ask, roadmaps_of(kind or "quiet", 200))
                seconds = await measured(database, ask, roadmaps_of(kind or "quiet", calls))
                p99 = quantiles(seconds, n=100)[98]
                target = f"{'' if p99 < TARGET else 'MISSED '}(target: p99 < {TARGET * 1000:.0f} ms)"
                if ask is nothing:
                    target = f"(what the machine itself adds, at a load of {os.getloadavg()[0]:.1f})"
                print(f"{name:13} {kind:6} p50 {median(seconds) * 1000:5.2f} ms   p99 {p99 * 1000:5.2f} ms   {target}")
        for plan in await plans(database, status_check, roadmaps_of("stale", 1)[0]):
            print(f"\n{plan}")
            assert "Seq Scan on roadmap_tasks" not in plan
    finally:
        await database.close()


def main(*, tasks: int = 1_000_000, calls: int = 3_000) -> None:
    with bench_server() as server, server.database() as url:
        began = time.perf_counter()
        fill(url, tasks)
        print(f"{tasks:,} tasks over {tasks // PER_ROADMAP:,} roadmaps, made in {time.perf_counter() - began:.0f} s")
        asyncio.run(ask_all(url, calls))


if __name__ == "__main__":
    main()
