"""Wake-ups of idle workers. They only save time: a worker looks for tasks every second as well.

A notification is a transaction of its own after the commit of the request. Inside a writing transaction it would make
all commits of the database wait for each other.
"""

import asyncio
from contextlib import suppress
from typing import Final

from domain.errors import DatabaseUnavailable
from domain.logs import get_log
from repository.db.database import Database
from repository.db.driver_errors import OF_DRIVERS, driver_errors
from repository.runs.queue import CHANNEL, notify_workers

POLL_INTERVAL_SECONDS: Final = 1.0
"""Seconds that a lost notification delays a task at most, and after which a dead worker's tasks are looked for."""
RECONNECT_INTERVAL_SECONDS: Final = 1.0

_log = get_log(__name__)


async def wake_workers(database: Database) -> None:
    """Wake idle workers for a task whose request has committed."""
    with suppress(DatabaseUnavailable):  # they will find it themselves
        async with database.transaction() as session:
            await notify_workers(session)


class Wakeups:
    """Notifications, received over a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = asyncio.Event()

    async def keep_listening(self) -> None:
        """Listen until cancelled; connect again when the connection breaks."""
        while True:
            try:
                with driver_errors():
                    await self._listen()
            except DatabaseUnavailable as error:
                _log.info("not listening for tasks", reason=str(error))
            await asyncio.sleep(RECONNECT_INTERVAL_SECONDS)

    async def _listen(self) -> None:
        """Listen over one connection, until it breaks."""
        connection = await self._database.connect()
        broken = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: broken.set())
            await connection.add_listener(CHANNEL, lambda *_: self._news.set())
            self._news.set()  # for what was queued before
            await broken.wait()
        finally:
            with suppress(*OF_DRIVERS):
                await connection.close(timeout=1)

    def forget(self) -> None:
        """Forget earlier notifications, before a look at the queue."""
        self._news.clear()

    async def wait(self) -> None:
        """Return at the first notification since `forget`, or after POLL_INTERVAL_SECONDS."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), POLL_INTERVAL_SECONDS)
