"""The app on a real socket in this process, and a reader of server-sent events by the standard alone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from backend.__main__ import Server
from backend.app import create_app
from orchestrator.settings import Settings
from tests.support.limits import HANG_SECONDS


class Client(httpx.AsyncClient):
    """A client of one server, which it can stop."""

    def __init__(self, server: Server, serving: "asyncio.Task[None]", **arguments: Any) -> None:
        super().__init__(**arguments)
        self._server = server
        self._serving = serving

    async def stop(self) -> None:
        """Returns when the server has ended."""
        self._server.should_exit = True
        await self._serving


@asynccontextmanager
async def http_server(settings: Settings, *, stream_check_interval: float = 2.0) -> AsyncIterator[Client]:
    app = create_app(settings, stream_check_interval=stream_check_interval)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=int(HANG_SECONDS)
    )
    server = Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with app.router.lifespan_context(app):
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            limits = httpx.Limits(max_connections=None)
            async with Client(server, serving, base_url=url, timeout=HANG_SECONDS, limits=limits) as client:
                yield client
                await client.stop()


@dataclass(frozen=True)
class Sse:
    """One server-sent event."""

    id: int
    data: str
    retry: int | None


async def sse(response: httpx.Response) -> AsyncIterator[Sse]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            assert name not in fields or name != "data", "one line of data"
            fields[name] = value
        elif not line and "data" in fields:
            retry = fields.get("retry")
            yield Sse(int(fields["id"]), fields["data"], None if retry is None else int(retry))
            fields = {}
