"""Events of a task: append them, and read those after a sequence number.

The rows of tasks and contents are authoritative; events only report how they changed. Sequence numbers have no gaps and
follow the order of commits, because there is one writer at any time: the EventWriter of the run that holds the attempt,
or a transition, which takes the exclusive lock and increments the attempt.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.vocabulary import FINAL
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence, fenced_transaction


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a run; `sequence` starts at 1."""

    task_id: str
    sequence: int
    type: str
    payload: dict[str, Any]
    created_at: datetime


Unnumbered = tuple[str, dict[str, Any]]
"""(type, payload) of an event without a sequence number."""

_APPEND: Final = text("""
    INSERT INTO task_events (task_id, sequence, type, payload, created_at)
    SELECT :task_id, :last + number, item ->> 0, item -> 1, clock_timestamp()
    FROM jsonb_array_elements(:events) WITH ORDINALITY AS batch (item, number)
    ON CONFLICT DO NOTHING""").bindparams(bindparam("events", type_=JSONB))
# ON CONFLICT: a batch whose commit was not confirmed is sent again with the same numbers.


async def last_sequence(session: Session, task_id: str) -> int:
    """Return the sequence number of the newest event, 0 if there is none."""
    result = await execute(
        session,
        text("SELECT coalesce(max(sequence), 0) FROM task_events WHERE task_id = :task_id"),
        {"task_id": task_id},
    )
    return int(result.scalar_one())


async def append_events(session: Session, task_id: str, events: Sequence[Unnumbered], *, last: int) -> None:
    """Append events after sequence `last`; the caller must be the only writer (see above)."""
    if events:
        await execute(session, _APPEND, {"task_id": task_id, "last": last, "events": list(events)})


async def append_transition(session: Session, task_id: str, event_type: str, payload: dict[str, Any]) -> int:
    """Append the event of a transition, in its transaction under the exclusive lock; return its sequence number."""
    last = await last_sequence(session, task_id)
    await append_events(session, task_id, [(event_type, payload)], last=last)
    return last + 1


async def events_after(session: Session, positions: Mapping[str, int], *, limit: int = 1000) -> list[Event]:
    """Return the events of several tasks, each after the sequence given for it, in order."""
    rows = await execute(
        session,
        text("""
            SELECT e.task_id, e.sequence, e.type, e.payload, e.created_at
            FROM unnest(CAST(:task_ids AS text[]), CAST(:sequences AS integer[])) AS seen (task_id, sequence)
            CROSS JOIN LATERAL (
                SELECT * FROM task_events WHERE task_id = seen.task_id AND sequence > seen.sequence
                ORDER BY sequence LIMIT :limit) AS e
            ORDER BY e.task_id, e.sequence"""),
        {"task_ids": list(positions), "sequences": list(positions.values()), "limit": limit},
    )
    return [Event(row.task_id, row.sequence, row.type, row.payload, row.created_at) for row in rows]


@dataclass(frozen=True, slots=True)
class News:
    """The events of a task after a sequence, and whether the task is final, from one snapshot."""

    final: bool
    events: list[Event]


async def news_of(session: Session, positions: Mapping[str, int], *, limit: int = 500) -> dict[str, News]:
    """Return the news of tasks, each after the sequence given for it; unknown tasks are left out."""
    rows = await execute(
        session,
        text("""
            SELECT t.task_id, t.status, e.sequence, e.type, e.payload, e.created_at
            FROM unnest(CAST(:task_ids AS text[]), CAST(:sequences AS integer[])) AS seen (task_id, sequence)
            JOIN roadmap_tasks t ON t.task_id = seen.task_id
            LEFT JOIN LATERAL (
                SELECT * FROM task_events WHERE task_id = seen.task_id AND sequence > seen.sequence
                ORDER BY sequence LIMIT :limit) AS e ON true
            ORDER BY t.task_id, e.sequence"""),
        {"task_ids": list(positions), "sequences": list(positions.values()), "limit": limit},
    )
    news: dict[str, News] = {}
    for row in rows:
        task_news = news.setdefault(row.task_id, News(row.status in FINAL, []))
        if row.sequence is not None:  # the outer join returns a row for a task without events
            task_news.events.append(Event(row.task_id, row.sequence, row.type, row.payload, row.created_at))
    return news


async def events_of_type(session: Session, task_id: str, event_type: str) -> list[Event]:
    """Return all events of a type, in order."""
    rows = await execute(
        session,
        text("""
            SELECT task_id, sequence, type, payload, created_at FROM task_events
            WHERE task_id = :task_id AND type = :type ORDER BY sequence"""),
        {"task_id": task_id, "type": event_type},
    )
    return [Event(row.task_id, row.sequence, row.type, row.payload, row.created_at) for row in rows]


async def contents_without_event(session: Session, task_id: str) -> list[dict[str, Any]]:
    """Return contents that a dead attempt committed without their event, as payloads of `content_completed`.

    Contents that another run has claimed since are included, since this run did complete them.
    """
    rows = await execute(
        session,
        text("""
            SELECT v.concept_id, v.content_type, v.version
            FROM roadmap_tasks t JOIN content_versions v USING (roadmap_id, task_id)
            WHERE task_id = :task_id AND NOT EXISTS (
                SELECT FROM task_events e WHERE e.task_id = :task_id AND e.type = 'content_completed'
                AND e.payload @> jsonb_build_object(
                    'concept_id', v.concept_id, 'content_type', v.content_type, 'version', v.version))"""),
        {"task_id": task_id},
    )
    return [dict(row) for row in rows.mappings()]


class EventWriter:
    """Collects the events of a run and commits them in small batches, each under the run's fence.

    The next `flush` raises Superseded or DatabaseUnavailable if a batch could not be committed.
    """

    LINGER: Final = 0.05
    """Seconds for which a batch waits for more events."""

    def __init__(self, database: Database, fence: Fence, last: int) -> None:
        self._database = database
        self._fence = fence
        self._last = last
        self._waiting: list[Unnumbered] = []
        self._lock = asyncio.Lock()
        self._lingering: asyncio.Task[None] | None = None
        self._broken: BaseException | None = None

    def append(self, event_type: str, payload: dict[str, Any]) -> None:
        """Commit an event soon; call `flush` if it must be durable at once."""
        self._waiting.append((event_type, payload))
        if self._lingering is None or self._lingering.done():
            self._lingering = asyncio.create_task(self._linger())

    async def _linger(self) -> None:
        while self._waiting:  # events that arrive during a commit may have no later append to trigger them
            await asyncio.sleep(self.LINGER)
            try:
                await self.flush()
            except Exception as error:
                self._broken = error
                return

    async def flush(self) -> None:
        """Commit all events appended so far."""
        async with self._lock:
            if self._broken is not None:
                raise self._broken
            batch, self._waiting = self._waiting, []
            if not batch:
                return

            async def append(session: Session) -> None:
                await append_events(session, self._fence.task_id, batch, last=self._last)

            try:
                await fenced_transaction(self._database, self._fence, append)
            except BaseException:
                self._waiting = batch + self._waiting
                raise
            self._last += len(batch)

    async def close(self) -> None:
        """Stop the background commits and drop events that were not flushed."""
        if self._lingering is not None:
            self._lingering.cancel()
            await asyncio.gather(self._lingering, return_exceptions=True)
