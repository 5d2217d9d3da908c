"""What befalls the processes and the database, at moments and in an order that the seed chooses."""

import asyncio
import random
import signal
from collections import Counter
from typing import Final

import psycopg

from tests.chaos_program.fleet import Fleet
from tests.chaos_program.servers import WAYS, Postgres

BREAK: Final = (0.2, 1.2)
"""Seconds between two disturbances of processes."""
DATABASE_BREAK: Final = (5.0, 40.0)
DISK_FULL_SECONDS: Final = (3.0, 9.0)
"""Seconds for which the disk of the database is full; it has room in its files for less than that."""
AT_ITS_WAL: Final = 0.5
"""How often it lacks room for its WAL first, by which it falls, and not for its tables."""
FILL: Final = "fill the disk"
FELL: Final = "the server fell on a full disk"
MAX_STOP_SECONDS: Final = 7.0
"""More than twice the lease: who sleeps so long was replaced."""
STORM: Final = 220
"""Connections at once: more than the server has."""

CHANCES: Final = {
    "kill a worker": 30,
    "end a worker": 10,
    "stop a worker": 14,
    "kill the server": 6,
    "kill a server process": 8,
    "end the server": 4,
    "stop the server": 5,
    "end sessions": 15,
    "storm": 4,
}
OF_THE_SERVER: Final = frozenset({"kill the server", "kill a server process", "end the server", "stop the server"})


class Disturbances:
    def __init__(self, fleet: Fleet, postgres: Postgres, chance: random.Random) -> None:
        self._fleet, self._postgres, self._chance = fleet, postgres, chance
        self.done: Counter[str] = Counter()

    async def go_on(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_striking_the_database())
            while True:
                await asyncio.sleep(self._chance.uniform(*BREAK))
                [what] = self._chance.choices(list(CHANCES), weights=list(CHANCES.values()))
                if what in OF_THE_SERVER and not await self._fleet.serves():
                    continue  # on a slow machine it would be struck down again and again before anybody got an answer
                self.done[what] += 1
                group.create_task(self._do(what))

    async def _keep_striking_the_database(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*DATABASE_BREAK))
            # Not given up half-way: what is looked at afterwards stands on a database that nobody strikes down.
            striking = asyncio.create_task(self._strike_the_database())
            try:
                await asyncio.shield(striking)
            finally:
                await striking

    async def _strike_the_database(self) -> None:
        postgres = self._postgres
        way = self._chance.choice([*WAYS, *([FILL] if postgres.disk else [])])
        if way == FILL and postgres.disk:
            self.done[FILL] += 1
            seconds = self._chance.uniform(*DISK_FULL_SECONDS)
            at_its_wal = self._chance.random() < AT_ITS_WAL
            _, fell = await asyncio.to_thread(postgres.fill, postgres.disk, seconds, at_its_wal=at_its_wal)
            self.done[FELL] += fell
        else:
            self.done[f"restart ({way})"] += 1
            await asyncio.to_thread(postgres.restart, way)

    async def _do(self, what: str) -> None:
        fleet, worker = self._fleet, self._chance.choice(self._fleet.workers)
        seconds = self._chance.uniform(0.3, MAX_STOP_SECONDS)
        match what:
            case "kill a worker":
                fleet.send(worker, signal.SIGKILL)
            case "end a worker":
                fleet.send(worker, signal.SIGTERM)
            case "stop a worker":
                await fleet.stop_for(worker, seconds)
            case "kill the server":
                fleet.send(fleet.server, signal.SIGKILL)
            case "kill a server process":
                fleet.kill_child(self._chance)
            case "end the server":
                fleet.send(fleet.server, signal.SIGTERM)
            case "stop the server":
                await fleet.stop_for(fleet.server, seconds)
            case "end sessions":
                await asyncio.to_thread(self._end_sessions, self._chance.randrange(1, 6))
            case "storm":
                await self._storm(seconds / 3)

    def _end_sessions(self, number: int) -> None:
        try:
            with psycopg.connect(self._postgres.url, connect_timeout=3, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE backend_type ="
                    " 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT %s) AS chosen",
                    (number,),
                )
        except psycopg.Error:
            pass  # the database is away: disturbed enough

    async def _storm(self, seconds: float) -> None:
        async def one() -> "psycopg.AsyncConnection[tuple[object, ...]] | None":
            try:
                return await psycopg.AsyncConnection.connect(self._postgres.url, connect_timeout=5)
            except (psycopg.Error, OSError):
                return None

        opened = await asyncio.gather(*(one() for _ in range(STORM)))
        try:
            await asyncio.sleep(seconds)
        finally:
            for connection in opened:
                if connection is not None:
                    await connection.close()
