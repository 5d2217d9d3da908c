"""A web server on loopback that says what it is told to, and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CERTIFICATE: Final = Path(__file__).parent / "tls" / "localhost.pem"
"""Of localhost and site.test, signed by itself."""
KEY: Final = CERTIFICATE.with_suffix(".key")

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Says everything itself, and may take its time."""


def page(
    body: bytes | str = "", *, status: str = "200 OK", headers: Mapping[str, str] | None = None, title: str = ""
) -> bytes:
    """A whole answer; with `title`, an HTML page of that title."""
    content = body.encode() if isinstance(body, str) else body
    if title:
        content = f"<html><head><title>{title}</title></head><body>text</body></html>".encode()
    told = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(content)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + content


def redirect(to: str, status: str = "302 Found") -> bytes:
    return page(status=status, headers={"Location": to})


def dripping(beginning: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Handler:
    """Says a little again and again, and never ends."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    return drip


@dataclass
class WebServer:
    """`answers` by path; a path that is not among them is a 404."""

    answers: dict[str, bytes | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The paths, in the order of the requests."""
    requests: list[str] = field(default_factory=list)
    """The requests with their headers."""
    port: int = 0

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            self.asked.append(path)
            length = next(
                (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0
            )
            self.requests.append(head + (await reader.readexactly(length)).decode("utf-8"))
            answer = self.answers.get(path.partition("?")[0], page("gone", status="404 Not Found"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def web_server(
    answers: Mapping[str, bytes | Handler] | None = None, *, host: str = "127.0.0.1", tls: bool = False
) -> AsyncIterator[WebServer]:
    server = WebServer(dict(answers or {}))
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
    listening = await asyncio.start_server(server.serve, host, 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
