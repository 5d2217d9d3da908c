"""Following runs: one poller per process reads new events for all who follow, and keeps the newest for them to take.

Readers only: nothing here can disturb a run. A follower is no more than a position: who cannot keep up takes from the
database what is not kept any more, and costs no memory.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from domain.errors import InvalidInput, NotFound
from repository.db.database import Database, Session
from repository.runs.events import Event, News, last_sequence, news_of
from repository.runs.tasks import no_such_task

POLL_INTERVAL_SECONDS: Final = 0.1
"""Seconds."""
MAX_BUFFERED_EVENTS: Final = 500
"""Events of a task that are kept for its followers."""


def never() -> bool:
    """Of a follower that is over when the run is."""
    return False


@dataclass(slots=True)
class _Followed:
    """A task that somebody follows: how far the poller has read, and what it read last."""

    position: int
    followers: int = 0
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=MAX_BUFFERED_EVENTS))
    over_in: int = 0
    """The last round of the poller that found the task final and nothing new."""
    failure: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def forgotten(self) -> int:
        """The newest sequence that is not kept any more."""
        return self.recent[0].sequence - 1 if self.recent else self.position

    def after(self, sequence: int) -> list[Event]:
        """What is kept above `sequence`, which is at least `forgotten`: sequences have no gaps."""
        return list(islice(self.recent, sequence - self.forgotten, None))

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


async def check_place(session: Session, task_id: str, after: int) -> None:
    """Raises InvalidInput where no event has this number: who waited for the next one would miss those before."""
    if after and after > await last_sequence(session, task_id):
        raise InvalidInput(f"Task {task_id} has no event {after}; begin from an earlier one, or from the first.")


class Follower:
    """The shared poller of one process."""

    def __init__(self, database: Database, patience: float | None = None) -> None:
        """`patience`: seconds that followers wait for a database that went away; unset: the database's own."""
        self._database = database
        self._patience = patience
        self._followed: dict[str, _Followed] = {}
        self._poller: asyncio.Task[None] | None = None
        self._round = 0
        self._closed = False

    @property
    def followers(self) -> int:
        """How many wait for what happens next."""
        return sum(followed.followers for followed in self._followed.values())

    async def follow(
        self, task_id: str, after: int = 0, over: Callable[[], bool] = never
    ) -> AsyncGenerator[Event, None]:
        """Events with a sequence above `after`, without gap or repetition, until the run's last event was given.

        A run that is resumed before its follower asks for more streams on. Outlasts a restart of the database, and ends
        early when the follower is closed. Raises NotFound, InvalidInput for a sequence that no event has yet, and
        DatabaseUnavailable when the database stays away.

        `over`: ends early once this says so; it is asked before each event, and after `wake`.
        """
        await self._database.persist(lambda session: check_place(session, task_id, after))
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
        """Everybody's story ends now, wherever it is; nobody can follow any more."""
        self._closed = True
        self.wake()

    def wake(self) -> None:
        """Every follower that waits asks at once whether it is over."""
        for followed in self._followed.values():
            followed.wake()

    async def close(self) -> None:
        self.stop()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    async def _read(self, task_id: str, after: int) -> News:
        found = await self._database.persist(partial(news_of, positions={task_id: after}))
        if task_id not in found:
            raise no_such_task(task_id)
        return found[task_id]

    async def _next(self, followed: _Followed, task_id: str, after: int, over: Callable[[], bool]) -> list[Event]:
        """What comes after a sequence; nothing once the run is over, in a round that began after this was asked."""
        asked_in = self._round
        while not (self._closed or over()):
            if followed.failure is not None:
                raise followed.failure
            if after < followed.forgotten:
                return (await self._read(task_id, after)).events
            if events := followed.after(after):
                return events
            if followed.over_in > asked_in:
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
                await self._look()
        except Exception as error:  # followers must hear of it, whatever it is: they would wait for ever
            failed, self._followed = self._followed, {}
            for followed in failed.values():
                followed.failure = error
                followed.wake()

    async def _look(self) -> None:
        """One round over all that is followed now."""
        self._round += 1
        followed_now = dict(self._followed)
        positions = {task_id: followed.position for task_id, followed in followed_now.items()}
        found = await self._database.persist(partial(news_of, positions=positions), patience=self._patience)
        for task_id, followed in followed_now.items():
            news = found.get(task_id)
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
