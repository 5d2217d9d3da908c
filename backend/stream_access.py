"""Ends streams whose token was revoked, has expired, or belongs to a browser that signed out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Set
from contextlib import contextmanager
from typing import Final

from domain.errors import RoadmapError
from domain.logs import get_log

_log = get_log(__name__)

CHECK_INTERVAL: Final = 2.0
"""Seconds between two checks of the tokens of all open streams."""


class StreamAccess:
    """The tokens of the open streams of this process, checked once in an interval."""

    def __init__(self, interval: float = CHECK_INTERVAL) -> None:
        self._interval = interval
        self.wake: Callable[[], None] = lambda: None
        """Called after streams were ended, to wake those that wait for an event."""
        self._open: dict[str, dict[asyncio.Event, bool]] = {}
        """Token -> end event of each of its streams -> whether a cookie opened the stream."""

    @contextmanager
    def watching(self, token: str | None, *, by_cookie: bool = False) -> Iterator[asyncio.Event]:
        """Yield an event that is set once the token is not valid any more; never for None, without authentication.

        `by_cookie`: the token came from a browser's cookie, so it ends at sign-out too.
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
        """Check the tokens at every interval. `valid` returns those of the given tokens that are still valid."""
        while True:
            await asyncio.sleep(self._interval)
            if not self._open:
                continue
            tokens = set(self._open)
            try:
                for token in tokens - await valid(tokens):
                    self._end(token)
            except RoadmapError as error:  # the database is unavailable: check again next time
                _log.warning("token check of streams failed", reason=str(error))

    def sign_out(self, token: str) -> None:
        """End the streams that browsers opened with a token. Browsers that are still signed in reconnect."""
        self._end(token, only_by_cookie=True)

    def _end(self, token: str, *, only_by_cookie: bool = False) -> None:
        for over, by_cookie in self._open.get(token, {}).items():
            if by_cookie or not only_by_cookie:
                over.set()
        self.wake()
