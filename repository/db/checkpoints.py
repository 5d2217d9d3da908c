"""The LangGraph checkpoint saver, in a schema of its own and under the fence of a run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import ERROR
from psycopg import AsyncConnection, AsyncCursor
from psycopg import errors as pg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from domain.errors import DatabaseUnavailable, Superseded
from domain.text.parse_stored import unknown_format
from repository.db.database import ANSWER_TIMEOUT_SECONDS, SERVER_TIMEOUTS, Database
from repository.db.driver_errors import translated
from repository.db.fence import Fence
from repository.db.pool_queue import PoolQueue
from repository.db.urls import psycopg_arguments

CHECKPOINT_FORMAT: Final = 4
"""The newest checkpoint format that the pinned LangGraph writes, as a test verifies; it reads all older ones."""

POOL_TIMEOUT_SECONDS: Final = 3.0
"""Time for the server to accept a connection, after the wait in the queue."""


class CheckpointPool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """A FIFO pool of psycopg connections for savers, since no maintained saver supports asyncpg."""

    def __init__(self, url: str, *, size: int = 4) -> None:
        """Configure the pool without opening it."""
        settings = {"search_path": "checkpoint,public", **SERVER_TIMEOUTS}
        arguments = psycopg_arguments(url, application_name="roadmap checkpoints", settings=settings)
        super().__init__(
            open=False,
            min_size=0,
            max_size=size,
            timeout=POOL_TIMEOUT_SECONDS,
            reconnect_timeout=POOL_TIMEOUT_SECONDS,
            kwargs={**arguments, "autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        )
        self._queue = PoolQueue(size, ANSWER_TIMEOUT_SECONDS)

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection[DictRow]]:
        """Lend a connection. Raises DatabaseUnavailable, and Superseded if the fence refuses."""
        async with self._queue.turn():
            try:
                async with super().connection(timeout) as connection:
                    yield connection
            except (pg.Error, PoolTimeout) as error:
                raise translated(error) from error


def strict_serializer() -> JsonPlusSerializer:
    """Return a serializer that restores plain JSON only, so that checkpoint data cannot instantiate Python types."""
    return JsonPlusSerializer(allowed_msgpack_modules=None)


def _is_interruption(channel: str, value: object) -> bool:
    """Return whether a write only records that a node was interrupted.

    Such writes are skipped: a graph waits for them, which takes too long while the database is unavailable.
    """
    return channel == ERROR and isinstance(value, asyncio.CancelledError | DatabaseUnavailable | Superseded)


class FencedSaver(AsyncPostgresSaver):
    """A saver whose writes assert the fence in the same transaction and survive a restart of the database.

    Each run has its own: a saver holds a lock during every call, so runs must not share one. Writes are idempotent,
    since they are keyed by checkpoint, channel and index.
    """

    def __init__(self, pool: CheckpointPool, fence: Fence, database: Database) -> None:
        super().__init__(pool, serde=strict_serializer())
        self._fence = fence
        self._database = database

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the newest checkpoint. Raises UnknownFormat for a checkpoint of another version."""
        try:
            checkpoint = await self._database.with_retries(partial(super().aget_tuple, config))
        except (NotImplementedError, ValueError) as error:  # an encoding unknown to the serializer
            raise unknown_format(f"the checkpoint of task {self._fence.task_id}", str(error)) from error
        if checkpoint is not None and checkpoint.checkpoint["v"] > CHECKPOINT_FORMAT:
            reason = f"format {checkpoint.checkpoint['v']} is newer than {CHECKPOINT_FORMAT}"
            raise unknown_format(f"the checkpoint of task {self._fence.task_id}", reason)
        return checkpoint

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await self._database.with_retries(partial(super().aput, config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        if not all(_is_interruption(channel, value) for channel, value in writes):
            await self._database.with_retries(partial(super().aput_writes, config, writes, task_id, task_path))

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        """Assert the fence before writes, which are recognized by their pipeline, as a test of the library verifies."""
        async with super()._cursor(pipeline=pipeline) as cursor:
            if not pipeline:
                yield cursor
                return
            async with cursor.connection.transaction():
                await cursor.execute("SELECT public.hold_task(%s, %s)", (self._fence.task_id, self._fence.attempt))
                yield cursor
