"""Clients that take their time, on real sockets: each wait has one deadline, and the others are served meanwhile."""

import asyncio
import errno
import json
import math
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import httpx
import pytest

from backend.server.connections import ConnectionLimits
from backend.server.listener import Listener
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.test_streams import PATH, append, finish
from tests.support.http_server import Client, http_server, sse
from tests.support.limits import HANG_SECONDS
from tests.support.rows import reserved, started

SHORT: Final = 0.2
"""Seconds of the deadline that a test is about; the others keep their usual length."""
HEAD: Final = b"POST /api/v1/roadmaps/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
Serve = Callable[..., Awaitable[Client]]


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Client:
            return await stack.enter_async_context(http_server(settings.model_copy(update=changes)))

        yield start


@asynccontextmanager
async def connected(client: httpx.AsyncClient) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def trickle(writer: asyncio.StreamWriter, text: bytes) -> None:
    """A byte now and then, for ever: each comes long before the deadline."""
    with suppress(OSError):
        while not writer.is_closing():
            writer.write(text)
            await writer.drain()
            await asyncio.sleep(SHORT / 4)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server closes the connection."""
    said = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(HANG_SECONDS):
            while more := await reader.read(4096):
                said += more
    return said


@pytest.mark.parametrize(
    ("changes", "beginning", "drop"),
    [
        ({"http_head_timeout": SHORT}, b"GET /healthz HTTP/1.1\r\nX-Slow: ", b"x"),
        ({"http_body_timeout": SHORT}, HEAD + b"Content-Length: 100000\r\n\r\n{", b" "),
        ({"http_body_timeout": SHORT}, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["head", "body", "chunked"],
)
async def test_a_request_that_trickles_in_has_one_deadline_however_often_a_byte_comes(
    serve: Serve, changes: dict[str, float], beginning: bytes, drop: bytes
) -> None:
    client = await serve(**changes)
    async with connected(client) as (reader, writer):
        writer.write(beginning)
        trickling = asyncio.create_task(trickle(writer, drop))
        said = await rest(reader)
        trickling.cancel()
    if said:  # else the connection was reset under a byte on its way
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "request_timeout"
    assert (await client.get("/healthz")).status_code == 200


async def test_a_body_that_the_answer_did_not_wait_for_has_a_deadline_too(serve: Serve) -> None:
    """A refused request whose body never comes would keep its connection."""
    client = await serve(http_body_timeout=SHORT, auth="token")
    async with connected(client) as (reader, writer):
        writer.write(HEAD + b"Content-Length: 10\r\n\r\n{")
        said = await rest(reader)
    assert said.startswith(b"HTTP/1.1 4"), said


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"])
async def test_a_connection_on_which_nothing_comes_is_closed(serve: Serve, before: bytes) -> None:
    client = await serve(http_head_timeout=SHORT, http_idle_timeout=SHORT)
    async with connected(client) as (reader, writer):
        writer.write(before)
        said = await rest(reader)
    assert said.startswith(b"HTTP/1.1 200") if before else said == b""


async def test_a_second_head_on_a_connection_has_the_deadline_of_a_head(serve: Serve) -> None:
    client = await serve(http_head_timeout=SHORT)
    async with connected(client) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /heal")
        said = await rest(reader)
    assert said.count(b"HTTP/1.1 200") == said.count(b"HTTP/1.1 408") == 1


async def test_deadlines_of_requests_do_not_cut_a_stream(database: Database, serve: Serve) -> None:
    await reserved(database)
    await started(database)
    client = await serve(http_head_timeout=SHORT, http_body_timeout=SHORT, http_idle_timeout=SHORT)
    async with client.stream("GET", PATH) as response:
        story = sse(response)
        await append(database, "one")
        assert (await asyncio.wait_for(anext(story), HANG_SECONDS)).id == 1
        async with connected(client) as (reader, _):
            assert await rest(reader) == b""  # a connection that is younger has met its deadline by now
        await finish(database)
        assert [event.id async for event in story] == [2]


async def test_a_client_that_reads_nothing_of_an_answer_is_cut_and_one_that_reads_slowly_is_not(
    database: Database, serve: Serve
) -> None:
    await started(database)
    await append(database, *(["e"] * 3))
    client = await serve(http_write_timeout=SHORT)
    port = client.base_url.port
    assert port is not None
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", port))
        one = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(HANG_SECONDS):
                while True:  # many answers fill whatever buffers there are; then the connection is reset
                    await loop.sock_sendall(deaf, one)
                    await asyncio.sleep(0)
        with suppress(OSError):
            deaf.recv(1)
    async with client.stream("GET", "/openapi.json") as response:
        async for _ in response.aiter_raw(2048):
            await asyncio.sleep(0)
        assert response.is_success


async def test_connections_without_a_token_make_room_for_each_other_and_for_those_with_one(
    database: Database, serve: Serve, bearer: Callable[..., Awaitable[dict[str, str]]]
) -> None:
    """Two hundred that say nothing, on a server that takes sixteen."""
    await reserved(database, user_id="ann")
    await started(database, user_id="ann")
    client = await serve(http_connections=16, auth="token")
    client.headers.update(await bearer("ann"))
    async with AsyncExitStack() as stack, client.stream("GET", PATH) as response:
        for number in range(200):
            await stack.enter_async_context(connected(client))
            if number % 20 == 0:
                assert (await client.get("/api/v1/tasks")).status_code == 200
        await finish(database)
        assert [event.id async for event in sse(response)] == [1]


async def test_a_connection_beyond_the_limit_is_answered_503(database: Database, serve: Serve) -> None:
    await reserved(database)
    await started(database)
    client = await serve(http_connections=16)
    async with AsyncExitStack() as stack:
        for _ in range(16):
            response = await stack.enter_async_context(client.stream("GET", PATH))
            assert response.status_code == 200
        refused = await client.get("/healthz")
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        await finish(database)


async def test_a_process_out_of_descriptors_logs_one_line_and_accepts_again_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Exhausted(socket.socket):
        failures = 3

        def accept(self) -> tuple[socket.socket, Any]:
            if self.failures:
                self.failures -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    class Greeter(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            transport.write(b"here")
            transport.close()

    room: list[int] = []
    with Exhausted() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listener = Listener(listening, Greeter, make_room=room.append, retry_delay=SHORT)
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        assert await rest(reader) == b"here"
        writer.close()
        listener.close()
        await listener.wait_closed()
    entries = [(record.levelname, record.__dict__["event"]) for record in caplog.records]
    assert entries == [("WARNING", "cannot accept connections")] * 3
    assert len(room) == 3


def test_more_connections_than_descriptors_are_never_taken(settings: Settings) -> None:
    many = settings.model_copy(update={"http_connections": 5000})
    assert ConnectionLimits.of(many, 1024).max_connections == 768
    assert ConnectionLimits.of(many, 20).max_connections == 16
    assert ConnectionLimits.of(many, math.inf).max_connections == 5000
