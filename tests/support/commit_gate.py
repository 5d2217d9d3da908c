"""A gate between one process and PostgreSQL: it knows every COMMIT that passes, and can end the process right there.

It speaks the frontend/backend protocol, version 3, as far as it must: https://www.postgresql.org/docs/current/protocol.html
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import make_url

_ENCRYPTION_REQUESTS: Final = {80877103, 80877104}
_NO: Final = b"N"
_QUERY, _PARSE, _COMPLETE = b"Q", b"P", b"C"


@dataclass
class CommitGate:
    """Calls `kill` at the commit number `fatal`: before the server hears of it, or when it is done and nobody knows."""

    upstream: str
    """URL of the database."""
    fatal: int | None = None
    after: bool = False
    kill: Callable[[], None] = lambda: None
    commits: int = 0
    url: str = ""
    """Where the process is to connect."""
    _lines: set["asyncio.Task[None]"] = field(default_factory=set)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["CommitGate"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1")
        port = server.sockets[0].getsockname()[1]
        at = make_url(self.upstream)
        self.url = at.set(host="127.0.0.1", port=port, query={"sslmode": "disable"}).render_as_string(False)
        try:
            yield self
        finally:
            server.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        server_reader, server_writer = await self._connect()
        fatal: list[bool] = []
        """Whether the commit that this connection waits for is the last."""
        try:
            await self._begin(reader, writer, server_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._to_server(reader, server_writer, fatal))
                both.create_task(self._to_client(server_reader, writer, fatal))
        except* (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one side is gone, or the gate is closed
        finally:
            writer.close()
            server_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        at = make_url(self.upstream)
        folder = at.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{at.query.get('port', at.port or 5432)}")
        return await asyncio.open_connection(at.host or "127.0.0.1", at.port or 5432)

    async def _begin(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        """The first message has no type; requests for encryption come before it, and are declined."""
        while True:
            size = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack("!I", size)[0] - 4)
            if struct.unpack("!I", body[:4])[0] not in _ENCRYPTION_REQUESTS:
                server.write(size + body)
                return
            writer.write(_NO)

    async def _to_server(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, fatal: list[bool]) -> None:
        while True:
            kind, body = await _message(reader)
            if _commits(kind, body):
                self.commits += 1
                fatal[:] = [self.commits == self.fatal]
                if fatal[0] and not self.after:
                    self.kill()
                    raise ConnectionAbortedError
            server.write(kind + struct.pack("!I", len(body) + 4) + body)
            await server.drain()

    async def _to_client(self, server: asyncio.StreamReader, writer: asyncio.StreamWriter, fatal: list[bool]) -> None:
        while True:
            kind, body = await _message(server)
            if kind == _COMPLETE and body == b"COMMIT\0" and any(fatal):
                self.kill()
                raise ConnectionAbortedError
            writer.write(kind + struct.pack("!I", len(body) + 4) + body)
            await writer.drain()


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    kind = await reader.readexactly(1)
    size = struct.unpack("!I", await reader.readexactly(4))[0]
    return kind, await reader.readexactly(size - 4)


def _commits(kind: bytes, body: bytes) -> bool:
    sql = body if kind == _QUERY else body.partition(b"\0")[2] if kind == _PARSE else b""
    return sql.lstrip()[:6].upper() == b"COMMIT"
