"""Effect of pruning: sizes of the tables before and after each prune."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg

from bench.servers import bench_server
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor

TABLES: Final = {
    "checkpoints": ("checkpoint.checkpoints", "checkpoint.checkpoint_blobs", "checkpoint.checkpoint_writes"),
    "events": ("task_events",),
    "ledger": ("model_calls",),
    "tasks": ("roadmap_tasks",),
    "contents": ("concept_contents", "content_versions", "roadmap_metadata", "framework_versions"),
}


def sizes(url: str) -> list[int]:
    """Vacuum, then return the bytes of each kind of table, indexes included."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
        totals = []
        for tables in TABLES.values():
            row = connection.execute(
                "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [list(tables)]
            ).fetchone()
            totals.append(int(row[0]) if row else 0)
        return totals


async def measure(url: str, waves: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.model_validate({"database_url": url, "home": Path(home)})
        async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
            for wave in range(waves):
                for ten in range(0, runs, 10):
                    tasks = [await orchestrator.create(f"topic {wave} {ten + one}") for one in range(10)]
                    await asyncio.gather(*(orchestrator.wait(task.task_id) for task in tasks))
                grown = await asyncio.to_thread(sizes, url)
                began = time.perf_counter()
                await orchestrator.prune(older_than=0)
                seconds = time.perf_counter() - began
                for moment, totals in (("grown to", grown), ("pruned", await asyncio.to_thread(sizes, url))):
                    row = "".join(f"{size / 1024:>12,.0f}" for size in totals)
                    took = f"{seconds:>9.2f}" if moment == "pruned" else ""
                    print(f"{(wave + 1) * runs:>6}  {moment:<9}{row}{took}", flush=True)


def main(waves: int = 10, runs: int = 100) -> None:
    """Print KiB of each kind of table and seconds of each prune."""
    print(f"{'runs':>6}  {'':<9}{''.join(f'{name:>12}' for name in TABLES)}{'prune, s':>9}")
    with bench_server() as server, server.database() as url:
        asyncio.run(measure(url, waves, runs))


if __name__ == "__main__":
    main()
