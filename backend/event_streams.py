"""Event streams of one process: limits for each user, and a cache of serialised events."""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Final

from domain.errors import LimitReached
from repository.runs.events import Event

MAX_CACHED_EVENTS: Final = 200
"""Serialised events to keep: clients that follow the same run need the newest ones."""


class EventStreams:
    """The open streams of one process."""

    def __init__(self, max_per_user: int) -> None:
        """`max_per_user`: open streams of one user."""
        self._max_per_user = max_per_user
        self._open: Counter[str] = Counter()
        self._serialised: OrderedDict[tuple[str, int], str] = OrderedDict()

    @contextmanager
    def slot(self, user_id: str | None) -> Iterator[None]:
        """Count a stream while it is open. None, an unauthenticated user, has no limit. Raises LimitReached."""
        if user_id is None:
            yield
            return
        if self._open[user_id] >= self._max_per_user:
            raise LimitReached(f"At most {self._max_per_user} streams may be open for one user: close one first.")
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

    def serialised(self, event: Event) -> str:
        """Return an event as JSON in one line, serialised once for all clients that follow the run."""
        key = event.task_id, event.sequence
        if (cached := self._serialised.get(key)) is not None:
            return cached
        document = {
            "task_id": event.task_id,
            "sequence": event.sequence,
            "type": event.type,
            "payload": event.payload,
            "created_at": event.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        text = self._serialised[key] = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if len(self._serialised) > MAX_CACHED_EVENTS:
            self._serialised.popitem(last=False)
        return text
