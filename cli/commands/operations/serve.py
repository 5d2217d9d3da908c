"""The server: binds, then starts server processes and a worker, and keeps them alive until it is asked to stop.

Each is a process of its own, so that none can stall another; the socket is bound here once, and they share it.
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

from cli.commands.open_command import address_of, noted
from cli.output.stdio import echo_err
from cli.session import read_settings
from cli.terminal.signals import signals_go_to
from domain.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from cli.supervisor import Supervisor
    from orchestrator.settings import Settings

LOOK_INTERVAL_SECONDS: Final = 0.2
PYTHON: Final = (sys.executable, "-P")
"""Without the current folder on its path: whatever lies there is not ours to run."""


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: any free one.")] = 8000,
    processes: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Server processes.")] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run tasks here too.")] = True,
) -> None:
    """Serve the pages and the HTTP API, with a worker. Ctrl-C and SIGTERM stop it: unfinished runs are handed back."""
    from cli.supervisor import Child, Supervisor
    from orchestrator.resources import check_budget, check_sessions, ready_database

    settings = read_settings()
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
    greeting = f"Serving http://{shown}:{address[1]}; Ctrl-C stops it."
    supervisor = Supervisor(parts, greeting, _stop_marker(settings))
    with listening, _shared_counters(processes), noted(settings.home, address_of(*address[:2])):
        ready_database(settings)  # told in one line here, instead of by each process again and again
        _keep(supervisor, settings.grace)


@contextmanager
def _shared_counters(processes: int) -> Iterator[None]:
    """A folder in which several server processes count requests together, so that it is the same which one is asked."""
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="roadmap-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _check(settings: "Settings", host: str) -> None:
    """Before anything is opened. Raises InvalidInput."""
    from orchestrator.access.auth import authority

    if settings.auth == "none" and not _is_loopback(host):
        raise InvalidInput(
            f"ROADMAP_AUTH=none serves on loopback only, and {host} is not: set ROADMAP_AUTH to token or jwt"
        )
    authority(settings)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _bind(host: str, port: int) -> socket.socket:
    """Raises InvalidInput in one line for an address that cannot be had."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server((address[0], port), family=kind, backlog=2048)
    except (OSError, UnicodeError, OverflowError) as error:
        number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
        said = os.strerror(number) if number else getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"cannot listen on {host} port {port}: {said}; take another with --port") from error
    listening.set_inheritable(True)
    return listening


def _keep(supervisor: "Supervisor", grace: float) -> None:
    received: list[int] = []
    with signals_go_to(received.append):
        try:
            while not received:
                supervisor.look(time.monotonic())
                time.sleep(LOOK_INTERVAL_SECONDS)
        except Unavailable:
            supervisor.stop(grace, [signal.SIGTERM])
            raise
        supervisor.stop(grace, received)
    echo_err("Stopped; nothing was lost.")


def _stop_marker(settings: "Settings") -> Callable[[], bool]:
    """Whether the embedded database was stopped on purpose; a server is not ours to stop."""
    from repository.postgres.server import EmbeddedServer

    if settings.database_url is not None:
        return lambda: False
    server = EmbeddedServer(settings.home)
    return lambda: server.stopped_on_purpose
