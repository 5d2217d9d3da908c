"""The processes of one round: a server and three workers, each replaced as soon as it is dead."""

import asyncio
import math
import random
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import psutil

from tests.support.environment import variables
from tests.support.processes import process

WORKERS: Final = 3
LEASE: Final = 3.0
POLL_INTERVAL_SECONDS: Final = 0.2
JWT_KEY: Final = "a secret of the chaos that is long enough"


@dataclass
class ProcessSlot:
    """Where one process runs after another; each has a key of its own, by which the provider tells them apart."""

    name: str
    arguments: tuple[str, ...]
    running: "subprocess.Popen[bytes] | None" = None
    stack: ExitStack = field(default_factory=ExitStack)
    starts: int = 0

    @property
    def key(self) -> str:
        return f"{self.name}.{self.starts}"


@dataclass
class Stop:
    """When a process was stopped; until it is woken there is no end of it."""

    began: float
    woken: float = math.inf


class Fleet:
    """`ends` counts what was done to processes, and exits that nobody asked for."""

    def __init__(self, settings: dict[str, object], provider_url: str, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.kills = self.stops = self.starts = 0
        self.exits: list[str] = []
        """Of processes that nobody had touched, with their codes."""
        self.stopped: dict[str, list[Stop]] = {}
        """By the key of the process."""
        self._provider_url = provider_url
        self._settings = settings | {
            "model": "openai:test",
            "model_timeout": 5,
            "link_check": "false",
            "webhook_allow": "127.0.0.1",
            "webhook_timeout": 5,
            "max_concepts": 12,
            "max_concurrent_calls": 4,
            "heartbeat_timeout": LEASE,
            "grace": 3,
            "auth": "jwt",
            "jwt_key": JWT_KEY,
            "http_requests_per_minute": 100_000,
            "log_level": "info",
        }
        serve = ("serve", "--no-worker", "--port", str(self.port))
        self.server = ProcessSlot("server", serve)
        self.workers = [ProcessSlot(f"worker-{number}", ("worker",)) for number in range(1, WORKERS + 1)]

    async def keep(self) -> None:
        """Starts what is not running, until it is cancelled."""
        while True:
            for place in (self.server, *self.workers):
                if place.running is None or place.running.poll() is not None:
                    await asyncio.to_thread(self._start, place)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)

    def _start(self, place: ProcessSlot) -> None:
        if place.running is not None and place.running.returncode not in {0, -signal.SIGKILL, -signal.SIGTERM}:
            self.exits.append(f"{place.key}: {place.running.returncode}")
        place.stack.close()
        place.starts += 1
        self.starts += 1
        with variables({"OPENAI_BASE_URL": self._provider_url, "OPENAI_API_KEY": place.key}):
            log = self.folder / f"{place.name}.log"
            place.running = place.stack.enter_context(process(*place.arguments, log=log, **self._settings))

    async def serves(self) -> bool:
        """Whether the server answers."""
        try:
            async with httpx.AsyncClient(timeout=1) as client:
                return (await client.get(f"http://127.0.0.1:{self.port}/healthz")).is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        for place in (self.server, *self.workers):
            place.stack.close()

    def send(self, place: ProcessSlot, number: signal.Signals) -> None:
        if place.running is not None and place.running.poll() is None:
            place.running.send_signal(number)
            self.kills += 1

    def kill_child(self, chance: random.Random) -> None:
        """One of the processes that the server started."""
        if children := self._children():
            with suppress(psutil.Error):
                chance.choice(children).kill()
                self.kills += 1

    async def stop_for(self, place: ProcessSlot, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later; of the server those that it started."""
        asleep = any(stop.woken == math.inf for stop in self.stopped.get(place.key, []))
        if asleep or place.running is None or place.running.poll() is not None:
            return
        stopped = self._children() if place is self.server else [psutil.Process(place.running.pid)]
        stop = Stop(time.time())
        self.stopped.setdefault(place.key, []).append(stop)
        self.stops += 1
        for one in stopped:
            with suppress(psutil.Error):
                one.suspend()
        try:
            await asyncio.sleep(seconds)
        finally:
            stop.woken = time.time()
            for one in stopped:
                with suppress(psutil.Error):
                    one.resume()

    def _children(self) -> list[psutil.Process]:
        if self.server.running is None:
            return []
        try:
            return list(psutil.Process(self.server.running.pid).children())
        except psutil.Error:
            return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
