"""The server: binds, then starts server processes and a worker, and keeps them alive until it is asked to stop.

Each is a process of its own, so that none can stall another; the socket is bound here once, and they share it.
"""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.browsing import address_of, noted
from cli.opening import read_settings
from cli.output import complain, tell
from cli.signals import signals_go_to
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from orchestrator.settings import Settings

LOOK_EVERY: Final = 0.2
SLOWEST: Final = 30.0
"""Seconds until a process that dies again and again is started again."""
STEADY: Final = 30.0
"""A process that lived so long was no failed start."""
PATIENCE: Final = 15.0
"""Seconds beyond ROADMAP_GRACE after which a process that was asked to stop is killed."""


def serve(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: any free one.")] = 8000,
    processes: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Server processes.")] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run tasks here too.")] = True,
) -> None:
    """Serve the pages and the HTTP API, with a worker. Ctrl-C and SIGTERM stop it: unfinished runs are handed back."""
    from orchestrator.resources import check_budget, check_sessions, ready_database

    settings = read_settings()
    _check(settings, host)
    if worker:
        check_sessions(settings)
        check_budget(settings)
    listening = _bind(host, port)
    address = listening.getsockname()
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    server = [sys.executable, "-m", "backend", "--fd", str(listening.fileno())]
    parts = [Part(f"server {number}", server, (listening.fileno(),)) for number in range(1, processes + 1)]
    if worker:
        parts.append(Part("worker", [sys.executable, "-m", "cli", "worker"]))
    with listening, _shared_counters(processes):
        ready_database(settings)  # told in one line here, instead of by each process again and again
        with noted(settings.home, address_of(*address[:2])):
            _keep(parts, settings.grace, f"Serving http://{shown}:{address[1]}")


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
    from orchestrator.access import authority

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


@dataclass(slots=True)
class Part:
    """One process that is kept alive."""

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    running: "subprocess.Popen[bytes] | None" = None
    began: float = 0.0
    due: float = 0.0
    failures: int = 0

    def start(self) -> None:
        self.began = time.monotonic()
        self.running = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, pass_fds=self.descriptors, preexec_fn=_dies_with_us()
        )

    def ended(self) -> int | None:
        """Its exit code, once; it is started again when it is due."""
        if self.running is None or (code := self.running.poll()) is None:
            return None
        now = time.monotonic()
        self.running = None
        self.failures = 0 if now - self.began > STEADY else self.failures + 1
        self.due = now + min(0.5 * 2**self.failures, SLOWEST)
        return code


def _dies_with_us() -> Callable[[], None]:
    """Where the kernel can: a process whose starter was killed is asked to stop, or it would hold the port."""
    if sys.platform != "linux":
        return os.setpgrp
    import ctypes

    libc, ours = ctypes.CDLL(None), os.getpid()

    def prepare() -> None:
        os.setpgrp()  # Ctrl-C in a terminal goes to us, and we ask them
        libc.prctl(1, signal.SIGTERM)
        if os.getppid() != ours:
            os._exit(1)

    return prepare


def _keep(parts: Sequence[Part], grace: float, greeting: str) -> None:
    received: list[int] = []
    with signals_go_to(received.append):
        for part in parts:
            part.start()
        tell(f"{greeting}; Ctrl-C stops it.")
        while not received:
            for part in parts:
                if (ended := part.ended()) is not None:
                    complain(f"the {part.name} ended with {ended}; it is started again")
                elif part.running is None and time.monotonic() >= part.due:
                    part.start()
            time.sleep(LOOK_EVERY)
        _stop(parts, grace, received)
    tell("Stopped; nothing was lost.")


def _stop(parts: Sequence[Part], grace: float, received: list[int]) -> None:
    """All are asked at once; a further signal is passed on, for who does not want to wait."""
    deadline = time.monotonic() + grace + PATIENCE
    passed_on = 0
    while running := [part.running for part in parts if part.running is not None and part.running.poll() is None]:
        while passed_on < len(received):
            for process in running:
                process.send_signal(signal.SIGTERM)
            passed_on += 1
        if time.monotonic() > deadline:
            for process in running:
                process.kill()
        time.sleep(0.05)
