"""Queries about events, and following runs as they write them.

One poller per process reads new events for all followers and buffers the newest of each task. A follower is only a
position in that stream: a slow one reads from the database what has left the buffer, and costs no memory.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from domain.errors import InvalidInput, NotFound
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.db.database import Database, Session
from repository.roadmaps import summaries
from repository.runs import tasks
from repository.runs.events import Event, News, events_after, last_sequence, news_of
from repository.runs.tasks import no_such_task

POLL_INTERVAL_SECONDS: Final = 0.1
MAX_BUFFERED_EVENTS: Final = 500
"""Events of a task that are buffered for its followers."""


def never() -> bool:
    """The `over` of a follower that ends only when its run does."""
    return False


@dataclass(slots=True)
class _Followed:
    """A task with followers: how far the poller has read it, and the events that it read last."""

    position: int
    followers: int = 0
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=MAX_BUFFERED_EVENTS))
    over_in: int = 0
    """The last round of the poller in which the task was final and had no new event."""
    failure: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def dropped(self) -> int:
        """The newest sequence that has left the buffer."""
        return self.recent[0].sequence - 1 if self.recent else self.position

    def after(self, sequence: int) -> list[Event]:
        """Return the buffered events above `sequence`, which is at least `dropped`. Sequences have no gaps."""
        return list(islice(self.recent, sequence - self.dropped, None))

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


async def check_position(session: Session, task_id: str, after: int) -> None:
    """Check that an event has this number: a follower from beyond the last one would miss those before.

    Raises InvalidInput.
    """
    if after and after > await last_sequence(session, task_id):
        raise InvalidInput(f"Task {task_id} has no event {after}; begin from an earlier one, or from the first.")


class Follower:
    """The shared poller of one process."""

    def __init__(self, database: Database, retry_seconds: float | None = None) -> None:
        """`retry_seconds`: seconds to wait for an unavailable database; None: those of `database`."""
        self._database = database
        self._retry_seconds = retry_seconds
        self._followed: dict[str, _Followed] = {}
        self._poller: asyncio.Task[None] | None = None
        self._round = 0
        self._closed = False

    @property
    def followers(self) -> int:
        """The number of followers that wait for new events."""
        return sum(followed.followers for followed in self._followed.values())

    async def follow(
        self, task_id: str, after: int = 0, over: Callable[[], bool] = never
    ) -> AsyncGenerator[Event, None]:
        """Yield the events above `after`, without gap or repetition, until the last one of the run.

        Continues if the run is resumed before that is read. Survives restarts of the database.

        Args:
            after: sequence of the last event that the caller has; 0: from the first.
            over: ends the stream once it returns True; called before each event and after `wake`.

        Raises NotFound, InvalidInput for a sequence that no event has yet, and DatabaseUnavailable.
        """
        await self._database.persist(lambda session: check_position(session, task_id, after))
        while not (self._closed or over()) and (news := await self._read(task_id, after)).events:
            for event in news.events:
                if over():
                    return
                after = event.sequence
                yield event
        if self._closed or over() or news.final:
            return
        with self._joined(task_id, after) as followed:
            while events := await self._next(followed, task_id, after, over):
                for event in events:
                    if over():
                        return
                    after = event.sequence
                    yield event

    def stop(self) -> None:
        """End all streams now, wherever they are, and begin no other."""
        self._closed = True
        self.wake()

    def wake(self) -> None:
        """Let every waiting follower call its `over` at once."""
        for followed in self._followed.values():
            followed.wake()

    async def close(self) -> None:
        self.stop()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    async def _read(self, task_id: str, after: int) -> News:
        news = await self._database.persist(partial(news_of, positions={task_id: after}))
        if task_id not in news:
            raise no_such_task(task_id)
        return news[task_id]

    async def _next(self, followed: _Followed, task_id: str, after: int, over: Callable[[], bool]) -> list[Event]:
        """Wait for events after a sequence. Empty once the run is over, by a round that began after this call."""
        first_round = self._round
        while not (self._closed or over()):
            if followed.failure is not None:
                raise followed.failure
            if after < followed.dropped:
                return (await self._read(task_id, after)).events
            if events := followed.after(after):
                return events
            if followed.over_in > first_round:
                return []
            await followed.changed.wait()
        return []

    @contextmanager
    def _joined(self, task_id: str, after: int) -> Iterator[_Followed]:
        followed = self._followed.setdefault(task_id, _Followed(after))
        followed.followers += 1
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            yield followed
        finally:
            followed.followers -= 1
            if not followed.followers and self._followed.get(task_id) is followed:
                del self._followed[task_id]

    async def _poll(self) -> None:
        try:
            while self._followed:
                await asyncio.sleep(POLL_INTERVAL_SECONDS)
                await self._poll_once()
        except Exception as error:  # any error: followers that do not receive it would wait forever
            failed, self._followed = self._followed, {}
            for followed in failed.values():
                followed.failure = error
                followed.wake()

    async def _poll_once(self) -> None:
        """Read new events of all tasks that have followers now."""
        self._round += 1
        followed_now = dict(self._followed)
        positions = {task_id: followed.position for task_id, followed in followed_now.items()}
        news_by_task = await self._database.persist(
            partial(news_of, positions=positions), retry_seconds=self._retry_seconds
        )
        for task_id, followed in followed_now.items():
            news = news_by_task.get(task_id)
            if news is None:
                followed.failure = NotFound(f"Task {task_id} was removed.")
            elif news.events:
                followed.recent.extend(news.events)
                followed.position = news.events[-1].sequence
            elif news.final:
                followed.over_in = self._round
            else:
                continue
            followed.wake()


@checks_arguments
class EventQueries(Queries):
    """Events of tasks, as `Orchestrator.events`."""

    def __init__(self, database: Database, *, retry_seconds: float | None = None) -> None:
        """`retry_seconds`: seconds that followers wait for an unavailable database; None: like all other queries."""
        super().__init__(database)
        self._follower = Follower(database, retry_seconds)

    async def page(self, task_id: str, after: int = 0, limit: int = 1000, *, owner: str | None = None) -> list[Event]:
        """Return at most `limit` events with a sequence above `after`, in order. Raises NotFound."""
        return await self._read(_page, task_id, after, limit, owner)

    async def last_sequences(self, task_ids: Sequence[str]) -> dict[str, int]:
        """Return the sequence of the newest event of each task, 0 for one without events."""
        return await self._read(summaries.last_events, task_ids)

    async def is_pruned(self, task_id: str) -> bool:
        """Return whether the first events of a task were pruned. Raises NotFound."""
        first = await self.page(task_id, limit=1)
        return bool(first) and first[0].sequence > 1

    async def check_position(self, task_id: str, after: int, *, owner: str | None = None) -> None:
        """Check that `follow` can begin after this sequence. Raises NotFound, and InvalidInput if no event has it."""
        await self._read(_check_position, task_id, after, owner)

    def follow(self, task_id: str, after: int = 0, *, over: Callable[[], bool] = never) -> AsyncGenerator[Event, None]:
        """Yield events as `Follower.follow` does."""
        return self._follower.follow(task_id, after, over)

    def wake(self) -> None:
        """Let every waiting stream of this process call its `over` at once."""
        self._follower.wake()

    def stop(self) -> None:
        """End every stream of this process at its next event, and begin no other."""
        self._follower.stop()

    async def close(self) -> None:
        """End every stream and the poller."""
        await self._follower.close()


async def _page(session: Session, task_id: str, after: int, limit: int, owner: str | None) -> list[Event]:
    await tasks.get_task(session, task_id, owner=owner)
    return await events_after(session, {task_id: after}, limit=limit)


async def _check_position(session: Session, task_id: str, after: int, owner: str | None) -> None:
    await tasks.get_task(session, task_id, owner=owner)
    await check_position(session, task_id, after)
