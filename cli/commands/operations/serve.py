"""`roadmap serve`: bind the socket, start server processes and a worker, keep them alive until a signal arrives.

Each part is a process of its own, so that none can stall another. The server processes share the socket.
"""

import ipaddress
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.commands.open_command import address_of, publish_address
from cli.output.stdio import echo_err
from cli.session import read_run_settings
from cli.terminal.signals import handle_signals
from domain.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from cli.supervisor import Supervisor
    from orchestrator.settings import Settings

POLL_INTERVAL_SECONDS: Final = 0.2
PYTHON: Final = (sys.executable, "-P")
"""-P keeps the current folder off the path: packages there must not hide ours."""


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port to listen on; 0 takes any free one.")
    ] = 8000,
    processes: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Number of server processes.")] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run tasks in this command too.")] = True,
) -> None:
    """Serve the pages and the HTTP API, with a worker. Ctrl-C or SIGTERM stops it and requeues unfinished runs."""
    from cli.supervisor import Child, Supervisor
    from orchestrator.resources import check_budget, check_sessions, ready_database

    settings = read_run_settings()
    _check(settings, host)
    if worker:
        check_sessions(settings)
        check_budget(settings)
    listening = _bind(host, port)
    address = listening.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    descriptor = listening.fileno()
    server = [*PYTHON, "-m", "backend.server.child", "--fd", str(descriptor)]
    parts = [Child(f"server {number}", server, (descriptor,), serves=True) for number in range(1, processes + 1)]
    if worker:
        parts.append(Child("worker", [*PYTHON, "-m", "cli", "worker"]))
    greeting = f"Serving http://{shown}:{address[1]}; stop it with Ctrl-C."
    supervisor = Supervisor(parts, greeting, _stop_marker(settings))
    with listening, _shared_counters(processes), publish_address(settings.home, address_of(*address[:2])):
        ready_database(settings)  # fail here in one line instead of in each process
        _supervise(supervisor, settings.grace)


@contextmanager
def _shared_counters(processes: int) -> Iterator[None]:
    """Share the metrics of several server processes in a folder, so that any of them can report all."""
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="roadmap-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _check(settings: "Settings", host: str) -> None:
    """Validate address and authentication before anything is opened. Raises InvalidInput."""
    from orchestrator.access.auth import authority

    if settings.auth == "none" and not _is_loopback(host):
        raise InvalidInput(
            f"without authentication only loopback addresses are served, not {host}: set ROADMAP_AUTH to token or jwt"
        )
    authority(settings)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _bind(host: str, port: int) -> socket.socket:
    """Open the listening socket. Raises InvalidInput if the address is not available."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server((address[0], port), family=kind, backlog=2048)
    except (OSError, UnicodeError, OverflowError) as error:
        number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
        reason = os.strerror(number) if number else getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"cannot listen on {host} port {port}: {reason}; choose another with --port") from error
    listening.set_inheritable(True)
    return listening


def _supervise(supervisor: "Supervisor", grace: float) -> None:
    received: list[int] = []
    with handle_signals(received.append):
        try:
            while not received:
                supervisor.poll(time.monotonic())
                time.sleep(POLL_INTERVAL_SECONDS)
        except Unavailable:
            supervisor.stop(grace, [signal.SIGTERM])
            raise
        supervisor.stop(grace, received)
    echo_err("Stopped; unfinished runs are back in the queue.")


def _stop_marker(settings: "Settings") -> Callable[[], bool]:
    """Return a check whether the embedded database was stopped on purpose; always false for a server database."""
    from repository.postgres.server import EmbeddedServer

    if settings.database_url is not None:
        return lambda: False
    server = EmbeddedServer(settings.home)
    return lambda: server.stopped_on_purpose
