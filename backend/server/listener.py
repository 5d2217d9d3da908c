"""Accepts connections. A process without free file descriptors logs this once a second and continues when it has some.

The servers of the event loops log a traceback for every attempt, without a pause.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Final

from domain.logs import get_log

_log = get_log(__name__)

MAX_ACCEPTS: Final = 32
"""Connections to accept in one iteration of the event loop."""
ACCEPT_RETRY_DELAY: Final = 1.0
"""Seconds."""
_EXHAUSTED: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Listener:
    """A listening socket, with `close` and `wait_closed` like servers of asyncio."""

    def __init__(
        self,
        listening: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        *,
        make_room: Callable[[int], None],
        retry_delay: float = ACCEPT_RETRY_DELAY,
    ) -> None:
        """`make_room` is called with a number of connections to close when there are no descriptors left."""
        self._listening = listening
        self._make_protocol = make_protocol
        self._make_room = make_room
        self._retry_delay = retry_delay
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._resume()

    def close(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        self._loop.remove_reader(self._listening)

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._connecting, return_exceptions=True)

    def _resume(self) -> None:
        self._retry = None
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(MAX_ACCEPTS):
            try:
                accepted, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._pause(error)
                return
            accepted.setblocking(False)
            task = self._loop.create_task(self._connect(accepted))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def _pause(self, error: OSError) -> None:
        _log.warning("cannot accept connections", reason=error.strerror)
        self._loop.remove_reader(self._listening)
        self._retry = self._loop.call_later(self._retry_delay, self._resume)
        self._make_room(MAX_ACCEPTS)

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._make_protocol, accepted)
        except OSError:  # the client has disconnected
            accepted.close()
