"""Streams end when the token that opened them does: revoked, expired, or its browser signed out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Set
from contextlib import contextmanager
from typing import Final

from domain.errors import RoadmapError
from domain.logs import get_log

_log = get_log(__name__)

CHECK_INTERVAL: Final = 2.0
"""Seconds between two looks at the tokens of all open streams."""


class StreamAccess:
    """The tokens of this process's open streams. None of them is asked about more often than the interval says."""

    def __init__(self, interval: float = CHECK_INTERVAL) -> None:
        self._interval = interval
        self.wake: Callable[[], None] = lambda: None
        """Called after streams have ended, to tell those that wait for an event."""
        self._open: dict[str, dict[asyncio.Event, bool]] = {}
        """Token -> the ends of its streams, and whether a cookie opened them."""

    @contextmanager
    def watching(self, token: str | None, *, by_cookie: bool = False) -> Iterator[asyncio.Event]:
        """An event that is set once the token opens nothing any more; never for None.

        `by_cookie`: a browser sent it, which may sign out.
        """
        over = asyncio.Event()
        if token is None:
            yield over
            return
        opened = self._open.setdefault(token, {})
        opened[over] = by_cookie
        try:
            yield over
        finally:
            del opened[over]
            if not opened:
                self._open.pop(token, None)

    async def run(self, valid: Callable[[Set[str]], Awaitable[Set[str]]]) -> None:
        """Look again and again. `valid` returns those of some tokens that still open something."""
        while True:
            await asyncio.sleep(self._interval)
            if not self._open:
                continue
            asked = set(self._open)
            try:
                for token in asked - await valid(asked):
                    self._end(token)
            except RoadmapError as error:  # the database is away: nothing is known, and the next look will tell
                _log.warning("tokens of streams not checked", reason=str(error))

    def sign_out(self, token: str) -> None:
        """End the streams that browsers opened with a token. Those that are still signed in come back by themselves."""
        self._end(token, only_by_cookie=True)

    def _end(self, token: str, *, only_by_cookie: bool = False) -> None:
        for over, by_cookie in self._open.get(token, {}).items():
            if by_cookie or not only_by_cookie:
                over.set()
        self.wake()
