"""Following runs: one poller per process reads new events for all who follow, and hands them out in memory.

Readers only: nothing here can disturb a run.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from domain.errors import DatabaseUnavailable
from domain.vocabulary import FINAL
from repository.database import Database, Session
from repository.events import Event, events_after
from repository.tasks import get_task

POLL_EVERY: Final = 0.1
"""Seconds."""


@dataclass(slots=True)
class _Followed:
    """A task that somebody follows: how far the poller has read, and who waits for more."""

    position: int
    queues: list[asyncio.Queue[Event | DatabaseUnavailable]] = field(default_factory=list)


class Follower:
    """The shared poller of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followed: dict[str, _Followed] = {}
        self._poller: asyncio.Task[None] | None = None

    async def follow(self, task_id: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """Events with a sequence above `after`, without gap or repetition, until the run's last event was given.

        Outlasts a restart of the database. Raises NotFound, and DatabaseUnavailable when it stays away.
        """
        await self._database.persist(lambda session: get_task(session, task_id))
        queue: asyncio.Queue[Event | DatabaseUnavailable] = asyncio.Queue()
        self._join(task_id, after, queue)
        try:
            while backlog := await self._read(task_id, after):
                for event in backlog:
                    after = event.sequence
                    yield event
            while not await self._is_over(task_id, after):
                while True:
                    event_or_error = await queue.get()
                    if isinstance(event_or_error, DatabaseUnavailable):
                        raise event_or_error
                    if event_or_error.sequence > after:
                        after = event_or_error.sequence
                        yield event_or_error
                        if event_or_error.type == "run_finished":
                            break
        finally:
            self._leave(task_id, queue)

    async def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    async def _read(self, task_id: str, after: int) -> list[Event]:
        return await self._database.persist(lambda session: events_after(session, {task_id: after}))

    async def _is_over(self, task_id: str, after: int) -> bool:
        """Whether the row is final and no event is left; a resumed run goes on."""

        async def look(session: Session) -> bool:
            final = (await get_task(session, task_id)).status in FINAL
            return final and not await events_after(session, {task_id: after}, limit=1)

        return await self._database.persist(look)

    def _join(self, task_id: str, after: int, queue: asyncio.Queue[Event | DatabaseUnavailable]) -> None:
        self._followed.setdefault(task_id, _Followed(after)).queues.append(queue)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())

    def _leave(self, task_id: str, queue: asyncio.Queue[Event | DatabaseUnavailable]) -> None:
        followed = self._followed[task_id]
        followed.queues.remove(queue)
        if not followed.queues:
            del self._followed[task_id]

    async def _poll(self) -> None:
        while self._followed:
            await asyncio.sleep(POLL_EVERY)
            positions = {task_id: followed.position for task_id, followed in self._followed.items()}
            if not positions:
                return
            try:
                news = await self._database.persist(partial(events_after, positions=positions))
            except DatabaseUnavailable as error:
                for followed in self._followed.values():
                    for queue in followed.queues:
                        queue.put_nowait(error)
                return
            for event in news:
                if task := self._followed.get(event.task_id):
                    task.position = max(task.position, event.sequence)
                    for queue in task.queues:
                        queue.put_nowait(event)
