"""Deadlines and limits of connections.

uvicorn limits only the pause between two requests. Here the head, the body and the pause each have a deadline that
counts from their beginning, so a slow client cannot extend it by sending a byte now and then. Responses have no
deadline: a stream lasts as long as its run, and a download as long as its client keeps reading.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from backend.errors import problem
from orchestrator.settings import Settings

EXTENSION: Final = "roadmap.identified"
"""Key of an ASGI extension: a function to call once a request on this connection is authenticated."""

RESERVED_DESCRIPTORS: Final = 256
"""File descriptors reserved for the database, files, and connections that are closing."""
MIN_CONNECTIONS: Final = 16
MAX_SWEEP_INTERVAL: Final = 1.0
"""Seconds."""


class ConnectionPhase(Enum):
    """The event that a connection waits for."""

    IDLE = "the next request"
    HEAD = "the rest of a head"
    BODY = "the rest of a body"
    ANSWER = "the app"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of one process; times in seconds."""

    head_timeout: float
    body_timeout: float
    idle_timeout: float
    write_timeout: float
    """How long a client may pause reading while there is data for it."""
    max_connections: int

    @classmethod
    def of(cls, settings: Settings, descriptors: float) -> "ConnectionLimits":
        """Return the limits for these settings. `descriptors`: number of files that the process may have open."""
        return cls(
            head_timeout=settings.http_head_timeout,
            body_timeout=settings.http_body_timeout,
            idle_timeout=settings.http_idle_timeout,
            write_timeout=settings.http_write_timeout,
            max_connections=int(
                max(MIN_CONNECTIONS, min(settings.http_connections, descriptors - RESERVED_DESCRIPTORS))
            ),
        )

    @property
    def max_unidentified(self) -> int:
        """Connections without an authenticated request; the rest is reserved for authenticated users."""
        return self.max_connections // 2

    @property
    def sweep_interval(self) -> float:
        shortest = min(self.head_timeout, self.body_timeout, self.idle_timeout, self.write_timeout)
        return min(MAX_SWEEP_INTERVAL, shortest / 4)


def max_descriptors() -> float:
    """Return how many files this process may have open."""
    try:
        import resource
    except ImportError:  # no such limit on this platform
        return math.inf
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else soft


class Connections:
    """The open connections of one process."""

    def __init__(self, limits: ConnectionLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.clock = clock
        self._open: set[TimedProtocol] = set()
        self._unidentified: set[TimedProtocol] = set()
        self._swept_at = clock()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: "TimedProtocol") -> bool:
        """Add a connection. Return False if there is no room, since all connections are busy with responses."""
        if len(self._open) >= self.limits.max_connections and not self._close_waiting(self._open):
            return False
        if len(self._unidentified) >= self.limits.max_unidentified and not self._close_waiting(self._unidentified):
            return False
        self._open.add(connection)
        self._unidentified.add(connection)
        return True

    def remove(self, connection: "TimedProtocol") -> None:
        self._open.discard(connection)
        self._unidentified.discard(connection)

    def identified(self, connection: "TimedProtocol") -> None:
        self._unidentified.discard(connection)

    def sweep(self) -> None:
        """Close connections that have passed their deadline. To be called often."""
        now = self.clock()
        if now - self._swept_at < self.limits.sweep_interval:
            return
        self._swept_at = now
        for connection in list(self._open):
            connection.check(now)

    def make_room(self, number: int) -> None:
        """Close up to `number` connections that wait for their clients, when the process is out of descriptors."""
        for _ in range(number):
            if not self._close_waiting(self._unidentified) and not self._close_waiting(self._open):
                return

    def _close_waiting(self, among: "set[TimedProtocol]") -> bool:
        """Close the longest waiting connection of the address with the most waiting ones, if there is one."""
        waiting = [connection for connection in among if connection.phase is not ConnectionPhase.ANSWER]
        if not waiting:
            return False
        number = Counter(connection.peer for connection in waiting)
        longest = min(waiting, key=lambda connection: (-number[connection.peer], connection.since))
        self.remove(longest)
        longest.transport.abort()
        return True


class TimedProtocol(H11Protocol):
    """A connection with deadlines."""

    def __init__(self, pool: Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._pool = pool
        self.app = _identifying(self.app, self)
        self.timeout_keep_alive = math.ceil(pool.limits.idle_timeout)
        self.phase = ConnectionPhase.HEAD
        self.since = pool.clock()
        self.peer = ""
        self._unread = 0
        self._unread_since = self.since

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""  # from the socket: headers can be forged
        if not self._pool.add(self):
            self._refuse(503, "This server has no free connections: try again later.", "busy")

    def connection_lost(self, exc: Exception | None) -> None:
        self._pool.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._note()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._note()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, msg)

    def identified(self) -> None:
        self._pool.identified(self)

    def check(self, now: float) -> None:
        """Close the connection if its client took too long."""
        if self._has_stopped_reading(now):
            self.transport.abort()
            return
        limits = self._pool.limits
        match self.phase:
            case ConnectionPhase.IDLE:
                limit = limits.idle_timeout
            case ConnectionPhase.HEAD:
                limit = limits.head_timeout
            case ConnectionPhase.BODY:
                limit = limits.body_timeout
            case ConnectionPhase.ANSWER:
                return
        if now - self.since >= limit and not self.transport.is_closing():
            self._expire()

    def _has_stopped_reading(self, now: float) -> bool:
        """Return whether the client has stopped reading for too long, also after the end of the response."""
        unread = self.transport.get_write_buffer_size()
        if unread == 0 or unread < self._unread:
            self._unread_since = now
        self._unread = unread
        return unread > 0 and now - self._unread_since >= self._pool.limits.write_timeout

    def _expire(self) -> None:
        cycle = self.cycle
        if self.phase is ConnectionPhase.BODY and cycle is not None and not cycle.response_complete:
            answered = cycle.response_started
            cycle.disconnected = True
            cycle.message_event.set()
        else:
            answered = self.phase is not ConnectionPhase.HEAD or not self.conn.trailing_data[0]
        if answered:
            self.transport.close()
        else:
            self._refuse(408, f"The server waited too long for {self.phase.value}.")

    def _note(self) -> None:
        phase = self._phase()
        if phase is not self.phase:
            self.phase, self.since = phase, self._pool.clock()

    def _phase(self) -> ConnectionPhase:
        if self.cycle is None:
            return ConnectionPhase.HEAD
        if self.conn.their_state is h11.SEND_BODY:  # also if the response did not wait for it
            return ConnectionPhase.BODY
        if not self.cycle.response_complete:
            return ConnectionPhase.ANSWER
        return ConnectionPhase.HEAD if self.conn.trailing_data[0] else ConnectionPhase.IDLE

    def _refuse(self, status: int, detail: str, code: str | None = None) -> None:
        """Answer without the app, and close."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        answer = problem(status, detail, code=code, headers={"Connection": "close"})
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(answer.body))
        self.transport.close()


def _identifying(app: ASGIApp, connection: TimedProtocol) -> Any:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[EXTENSION] = connection.identified
        await app(scope, receive, send)

    return call
