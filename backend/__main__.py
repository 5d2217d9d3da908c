"""One server process on a socket that its parent has bound: `python -m backend --fd N`.

`roadmap serve` starts one or more of them (backend/server/child.py) and restarts those that die. Exit code 5 if the
database is unavailable at the start; a line on stderr gives the reason.
"""

import argparse
import asyncio
import os
import socket
import sys
from typing import Final

import uvicorn

from backend.app import create_app
from backend.middleware.logs import log_as_json
from backend.server.connections import ConnectionLimits, Connections, TimedProtocol, max_descriptors
from backend.server.listener import Listener
from domain.errors import InvalidInput, RoadmapError, Unavailable
from domain.text.secrets import redact
from orchestrator.settings import Settings, load_settings
from orchestrator.start_report import StartReport

SHUTDOWN_TIMEOUT_SECONDS: Final = 5
"""Time for requests in flight once the server is asked to stop; streams end at once."""


class Server(uvicorn.Server):
    """A uvicorn server that ends streams before it waits for open connections.

    Connections have the deadlines and limits of the app's settings.
    """

    def __init__(self, config: uvicorn.Config, report: StartReport | None = None) -> None:
        super().__init__(config)
        self._report = report or StartReport()
        settings: Settings = config.app.state.settings  # type: ignore[union-attr]
        self.connections = Connections(ConnectionLimits.of(settings, max_descriptors()))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        self.servers = [
            Listener(listening, self._connection, make_room=self.connections.make_room)  # type: ignore[misc]
            for listening in sockets or []
        ]
        self._report.ready()

    def _connection(self) -> TimedProtocol:
        return TimedProtocol(
            self.connections, config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    async def on_tick(self, counter: int) -> bool:
        self.connections.sweep()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.stopping.set()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main() -> int:
    parser = argparse.ArgumentParser(prog="backend", description=__doc__)
    parser.add_argument("--fd", type=int, required=True)
    return run(parser.parse_args().fd, StartReport())


def run(descriptor: int, report: StartReport, *, leave_stopped: bool = False) -> int:
    """Serve on the socket with this descriptor until asked to stop, and return the exit code.

    `leave_stopped` as in `create_app`.
    """
    try:
        with report.failures():
            listening = socket.socket(fileno=descriptor)
            settings = load_settings()
            log_as_json(settings.log_level if "log_level" in settings.model_fields_set else "info")
            asyncio.run(_serve(settings, listening, report, leave_stopped=leave_stopped))
    except RoadmapError as error:
        print(f"roadmap: {redact(' '.join(str(error).split()))}", file=sys.stderr, flush=True)
        return 5 if isinstance(error, Unavailable) else 2 if isinstance(error, InvalidInput) else 1
    return 0


async def _serve(settings: Settings, listening: socket.socket, report: StartReport, *, leave_stopped: bool) -> None:
    app = create_app(settings, leave_stopped=leave_stopped)
    config = uvicorn.Config(
        app,
        lifespan="off",  # opened here, so that its errors are reported in one line
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
        ws="none",
    )
    async with app.router.lifespan_context(app):
        await Server(config, report).serve(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main())
