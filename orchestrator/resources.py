"""What one orchestrator owns: opened together, closed together, handed down frozen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from domain.errors import InvalidInput
from nodes.authors.offline import OfflineAuthor
from nodes.authors.port import Author
from nodes.authors.throttle import Throttle
from orchestrator.gate import Gate
from orchestrator.lease import Lease
from orchestrator.queue_pgqueuer import PgQueuerQueue
from orchestrator.settings import Settings
from repository import schema
from repository.checkpoints import CheckpointPool, checkpoint_pool
from repository.database import Database
from repository.embedded import EmbeddedServer

ProcessKind = Literal["foreground", "worker"]


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    database: Database
    checkpoints: CheckpointPool
    author: Author
    throttle: Throttle
    lease: Lease
    gate: Gate
    queue: PgQueuerQueue


@asynccontextmanager
async def open_resources(
    settings: Settings, *, author: Author | None = None, kind: ProcessKind = "foreground"
) -> AsyncIterator[Resources]:
    """`kind` of process: `foreground` runs its own requests only, `worker` takes from the queue.

    Raises DatabaseUnavailable, or InvalidInput for a model that cannot be used."""
    author = author or build_author(settings)
    url = await asyncio.to_thread(ready_database, settings)
    async with AsyncExitStack() as stack:
        recover = None if settings.database_url else EmbeddedServer(settings.home).recover
        database = Database(url, patience=settings.database_patience, recover=recover)
        stack.push_async_callback(database.close)
        checkpoints = checkpoint_pool(url)
        await checkpoints.open()
        stack.push_async_callback(checkpoints.close)
        lease = Lease(url, kind=kind, timeout=settings.heartbeat_timeout)
        stack.push_async_callback(lease.end)
        yield Resources(
            settings=settings,
            database=database,
            checkpoints=checkpoints,
            author=author,
            throttle=Throttle(settings.max_concurrent_calls),
            lease=lease,
            gate=Gate(lease),
            queue=PgQueuerQueue(database),
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
    return OfflineAuthor(latency=settings.offline_latency, fail=settings.offline_fail, log=settings.offline_log)
