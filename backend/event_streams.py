"""Streams of events: how many a user may have, and how an event is written there."""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Final

from domain.errors import LimitReached
from repository.runs.events import Event

MAX_CACHED_EVENTS: Final = 200


class EventStreams:
    """Of one process."""

    def __init__(self, most: int) -> None:
        """`most`: streams of a user at once."""
        self._most = most
        self._open: Counter[str] = Counter()
        self._written: OrderedDict[tuple[str, int], str] = OrderedDict()

    @contextmanager
    def place(self, user_id: str | None) -> Iterator[None]:
        """For as long as a stream lasts; None, of whom nobody knows who he is, has as many as he wants.

        Raises LimitReached.
        """
        if user_id is None:
            yield
            return
        if self._open[user_id] >= self._most:
            raise LimitReached(f"There are {self._most} streams open already, as many as one user may have: close one.")
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

    def written(self, event: Event) -> str:
        """Its JSON in one line, made once for all who follow the same run."""
        key = event.task_id, event.sequence
        if (known := self._written.get(key)) is not None:
            return known
        told = {
            "task_id": event.task_id,
            "sequence": event.sequence,
            "type": event.type,
            "payload": event.payload,
            "created_at": event.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        text = self._written[key] = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if len(self._written) > MAX_CACHED_EVENTS:
            self._written.popitem(last=False)
        return text
