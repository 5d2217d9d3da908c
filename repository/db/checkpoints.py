"""The LangGraph saver on its own schema, behind the fence of a run."""

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
from repository.db.database import ANSWER_TIMEOUT_SECONDS, SERVER_TIMEOUTS, Database, translated
from repository.db.fence import Fence
from repository.db.pool_queue import PoolQueue
from repository.db.urls import psycopg_arguments

CHECKPOINT_FORMAT: Final = 4
"""The newest that the pinned LangGraph writes (a test holds it to that); it reads all before."""

POOL_TIMEOUT: Final = 3.0
"""Seconds for the server to give a connection, once it is somebody's turn."""


class CheckpointPool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """Connections for savers, in the order of arrival; psycopg's, because no maintained saver speaks asyncpg."""

    def __init__(self, url: str, *, size: int = 4) -> None:
        """Closed, and nothing is connected yet."""
        settings = {"search_path": "checkpoint,public", **SERVER_TIMEOUTS}
        arguments = psycopg_arguments(url, application_name="roadmap checkpoints", settings=settings)
        super().__init__(
            open=False,
            min_size=0,
            max_size=size,
            timeout=POOL_TIMEOUT,
            reconnect_timeout=POOL_TIMEOUT,
            kwargs={**arguments, "autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        )
        self._line = PoolQueue(size, ANSWER_TIMEOUT_SECONDS)

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection[DictRow]]:
        """Raises DatabaseUnavailable, and Superseded when the fence refused."""
        async with self._line.turn():
            try:
                async with super().connection(timeout) as connection:
                    yield connection
            except (pg.Error, PoolTimeout) as error:
                raise translated(error, getattr(error, "sqlstate", None) or "08000") from error


def strict_serializer() -> JsonPlusSerializer:
    """Reads back plain JSON only: checkpoint data can never name a Python type to call."""
    return JsonPlusSerializer(allowed_msgpack_modules=None)


def _is_moot(channel: str, value: object) -> bool:
    """That a node was cut off. A graph waits until this is written, and a database that is away cannot be told."""
    return channel == ERROR and isinstance(value, asyncio.CancelledError | DatabaseUnavailable | Superseded)


class FencedSaver(AsyncPostgresSaver):
    """A saver whose every write begins with `hold_task`, in one transaction with it, and outlasts a restart.

    One per run: a saver takes a lock round every call, so runs must not share one. Its writes may be repeated:
    they are keyed by checkpoint, channel and index.
    """

    def __init__(self, pool: CheckpointPool, fence: Fence, database: Database) -> None:
        super().__init__(pool, serde=strict_serializer())
        self._fence = fence
        self._database = database

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Raises UnknownFormat for what another version left."""
        try:
            found = await self._database.with_retries(partial(super().aget_tuple, config))
        except (NotImplementedError, ValueError) as error:  # an encoding that the serializer does not know
            raise unknown_format(f"the checkpoint of task {self._fence.task_id}", str(error)) from error
        if found is not None and found.checkpoint["v"] > CHECKPOINT_FORMAT:
            reason = f"format {found.checkpoint['v']} is newer than {CHECKPOINT_FORMAT}"
            raise unknown_format(f"the checkpoint of task {self._fence.task_id}", reason)
        return found

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
        if not all(_is_moot(channel, value) for channel, value in writes):
            await self._database.with_retries(partial(super().aput_writes, config, writes, task_id, task_path))

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        """Writes ask for a pipeline, reads do not (a test holds the pinned version to that)."""
        async with super()._cursor(pipeline=pipeline) as cursor:
            if not pipeline:
                yield cursor
                return
            async with cursor.connection.transaction():
                await cursor.execute("SELECT public.hold_task(%s, %s)", (self._fence.task_id, self._fence.attempt))
                yield cursor
