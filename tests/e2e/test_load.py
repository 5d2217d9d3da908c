"""Many clients at once: nobody gets an error, no connection is lost, memory stays as it was."""

import asyncio
import time
from collections import Counter

import httpx
import psutil
import psycopg
import pytest

from tests.e2e.roadmap_command import Command
from tests.e2e.served import serving
from tests.support.limits import HANG_SECONDS

UNLIMITED = {"HTTP_REQUESTS_PER_MINUTE": "10000000", "HTTP_ACTIVE_RUNS": "1000000", "LOG_LEVEL": "warning"}
POOL = 10
GROWTH = 1.3
"""Of the memory that the server has once it is warm."""


async def _ask(client: httpx.AsyncClient, number: int, until: float, seen: Counter[int]) -> None:
    body = {"preferences": {"learning_goal": f"learn chess {number}"}}
    made = await client.post("/api/v1/roadmaps/generate", json=body)
    seen[made.status_code] += 1
    roadmap = f"/api/v1/roadmaps/{made.json()['roadmap_id']}"
    while time.monotonic() < until:
        for path in (f"{roadmap}/active-task", f"{roadmap}/status-check", roadmap, "/api/v1/tasks?limit=5"):
            seen[(await client.get(path)).status_code] += 1


async def _load(url: str, clients: int, seconds: float) -> Counter[int]:
    seen: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=HANG_SECONDS) as client:
        until = time.monotonic() + seconds
        await asyncio.gather(*(_ask(client, number, until, seen) for number in range(clients)))
    return seen


@pytest.mark.parametrize(
    ("clients", "seconds"),
    [pytest.param(40, 3.0, id="smoke"), pytest.param(200, 60.0, id="soak", marks=pytest.mark.soak)],
)
def test_many_clients_get_no_error_and_leave_nothing_behind(
    shell: Command, database_url: str, clients: int, seconds: float
) -> None:
    with serving(shell, "--no-worker", port=0, **UNLIMITED) as server:
        (process,) = psutil.Process(server.running.pid).children()
        asyncio.run(_load(server.url, clients, seconds / 3))
        warm = process.memory_info().rss
        seen = asyncio.run(_load(server.url, clients, seconds))
        assert set(seen) == {200, 202}, seen
        assert process.memory_info().rss < GROWTH * warm
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT count(*) FILTER (WHERE state LIKE 'idle in%'), count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
        assert row is not None
        assert row[0] == 0
        assert row[1] <= POOL + 2
