"""Signals between the generators of one attempt: which lessons are settled, that is written or failed.

The rows say what became of a lesson; a signal says when to read them, and hands a lesson over that was just committed,
so that nobody reads it again. A process that starts again needs no signal.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from nodes.authors.briefs import C, ContentBrief

WRITER_TIMEOUT_SECONDS: Final = 10.0
"""Seconds in which the generator of lessons begins beside the others. A graph that is continued in the middle may have
none: then nobody waits for it."""

_BEGUN: Final = ""
"""Signal that the generator of lessons has begun."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The lesson that one content is made from; its hash is stored with that content."""

    text: str = ""
    """In Markdown."""
    payload_hash: str | None = None
    """None without a lesson."""
    problem: str | None = None
    """Why the content cannot be written, where that is for lack of its lesson."""

    @classmethod
    def of(cls, payload: Mapping[str, Any], payload_hash: str) -> "Lesson":
        """Return the lesson that a version of a tutorial holds."""
        text = payload.get("content")
        return cls(text if isinstance(text, str) else "", payload_hash)

    def added_to(self, brief: ContentBrief[C]) -> ContentBrief[C]:
        """Return the brief with the lesson, whose hash is part of ledger keys."""
        if self.payload_hash is None:
            return brief
        return brief.model_copy(update={"lesson": self.text, "lesson_hash": self.payload_hash})


@dataclass(slots=True)
class LessonSignals:
    """The signals of one attempt."""

    writer_timeout: float = WRITER_TIMEOUT_SECONDS
    written: dict[str, Lesson] = field(default_factory=dict)
    """Lessons that this attempt has committed, by concept id."""
    _writers: int = 0
    _followers: list["asyncio.Queue[str | None]"] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wrap the generator of lessons: when it ends, no further lesson is settled."""
        self._writers += 1
        self._send(_BEGUN)
        try:
            yield
        finally:
            self._writers -= 1
            if not self._writers:
                self._send(None)

    def settle(self, concept_id: str, lesson: Lesson | None) -> None:
        """Say that the lesson of a concept was committed. None: that there is none, or that only the rows hold it."""
        if lesson is not None:
            self.written[concept_id] = lesson
        self._send(concept_id)

    def _send(self, signal: str | None) -> None:
        for follower in self._followers:
            follower.put_nowait(signal)

    @contextmanager
    def following(self) -> Iterator["LessonNews"]:
        """Yield the news from now on. Begin before the rows are read, so that no lesson is missed."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._followers.append(queue)
        try:
            yield LessonNews(self, queue)
        finally:
            self._followers.remove(queue)

    @property
    def is_written(self) -> bool:
        """Whether the generator of lessons runs."""
        return self._writers > 0


@dataclass(frozen=True, slots=True)
class LessonNews:
    """The news of one follower."""

    signals: LessonSignals
    queue: "asyncio.Queue[str | None]"

    async def next(self) -> str | None:
        """Return the next concept whose lesson is settled; None when no lesson will be settled any more."""
        while True:
            try:
                async with asyncio.timeout(None if self.signals.is_written else self.signals.writer_timeout):
                    signal = await self.queue.get()
            except TimeoutError:
                return None
            if signal != _BEGUN:
                return signal
