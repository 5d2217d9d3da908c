"""What one orchestrator owns: opened together, closed together, handed down frozen.

What only runs need (LangGraph, PgQueuer, the texts of the offline author) takes longer to load than to read a roadmap,
so it is imported where the first run asks for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.errors import InvalidInput
from nodes.authors.port import Author
from nodes.authors.throttle import Throttle
from orchestrator.gate import Gate
from orchestrator.lease import Lease
from orchestrator.queue import RunQueue
from orchestrator.settings import Settings
from repository import schema
from repository.database import Database
from repository.embedded import EmbeddedServer

if TYPE_CHECKING:
    from repository.checkpoints import CheckpointPool

ProcessKind = Literal["foreground", "worker", "stepper"]


class Checkpoints:
    """The pool that savers share, opened by the first run."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = asyncio.Lock()
        self._pool: CheckpointPool | None = None

    async def pool(self) -> "CheckpointPool":
        async with self._opening:
            if self._pool is None:
                from repository.checkpoints import checkpoint_pool

                pool = checkpoint_pool(self._url)
                await pool.open()
                self._pool = pool
            return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    kind: ProcessKind
    database: Database
    checkpoints: Checkpoints
    author: Author
    throttle: Throttle
    lease: Lease
    gate: Gate

    @property
    def queue(self) -> RunQueue:
        """It has no state of its own."""
        from orchestrator.queue_pgqueuer import PgQueuerQueue

        return PgQueuerQueue(self.database)


@asynccontextmanager
async def open_resources(
    settings: Settings, *, author: Author | None = None, kind: ProcessKind = "foreground"
) -> AsyncIterator[Resources]:
    """`kind` of process: `foreground` runs its own requests, `worker` takes from the queue, a `stepper` steps.

    Raises DatabaseUnavailable, or InvalidInput for a model that cannot be used.
    """
    author = author or build_author(settings)
    url = await asyncio.to_thread(ready_database, settings)
    async with AsyncExitStack() as stack:
        recover = None if settings.database_url else EmbeddedServer(settings.home).recover
        database = Database(url, patience=settings.database_patience, recover=recover)
        stack.push_async_callback(database.close)
        checkpoints = Checkpoints(url)
        stack.push_async_callback(checkpoints.close)
        lease = Lease(url, kind=kind, timeout=settings.heartbeat_timeout)
        stack.push_async_callback(lease.end)
        yield Resources(
            settings=settings,
            kind=kind,
            database=database,
            checkpoints=checkpoints,
            author=author,
            throttle=Throttle(settings.max_concurrent_calls),
            lease=lease,
            gate=Gate(lease),
        )


def ready_database(settings: Settings) -> str:
    """The URL of a database at the newest revision: the embedded one is started and upgraded, a server is refused."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        schema.check(url)
        return url
    url = EmbeddedServer(settings.home).start()
    if schema.current(url) != schema.HEAD:
        schema.upgrade(url)
    return url


def build_author(settings: Settings) -> Author:
    """Who writes the words under these settings."""
    if settings.model is not None:
        raise InvalidInput(
            f"ROADMAP_MODEL={settings.model}: this version writes with the offline author only; unset ROADMAP_MODEL."
        )
    from nodes.authors.offline import OfflineAuthor

    return OfflineAuthor(latency=settings.offline_latency, fail=settings.offline_fail, log=settings.offline_log)
