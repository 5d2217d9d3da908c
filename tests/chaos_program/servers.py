"""The PostgreSQL of one round: the embedded one or one over TCP, each in a folder of its own, to be struck down."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import psycopg

from repository.db import schema
from repository.postgres.binaries import Account, Binaries
from repository.postgres.server import EmbeddedServer
from tests.chaos_program.disk import FILL_INTERVAL_SECONDS, NoDisk, SmallDisk, small_disk
from tests.support.servers import EMBEDDED, place, tcp_server, tcp_url

WAYS: Final = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}
SMALL_SEGMENTS: Final = ("--wal-segsize=1",)
SMALL_WAL: Final = {"wal_recycle": "off", "min_wal_size": "2MB", "max_wal_size": "32MB"}
"""So that a full disk is felt at once: each megabyte of WAL needs room of its own."""
MAX_WAL_SEGMENTS: Final = 40
"""More than it keeps."""
NO_SPACE: Final = "No space left on device"
START_TIMEOUT_SECONDS: Final = 60.0
"""Seconds for a server that was struck down to serve again."""


@dataclass(frozen=True)
class Postgres:
    """`settings` point a process of ours to it; `folder` is the one above the server's data."""

    url: str
    settings: dict[str, object]
    folder: Path
    start: Callable[[], object]
    """Returns at once when it runs; may fail while the last processes of a killed one go."""
    log: Path
    """What goes wrong; not on a disk that is filled."""
    disk: SmallDisk | None = None
    """What can be filled."""
    left_out: str = ""
    """Why nothing can."""

    def restart(self, way: str) -> None:
        """Ends it in one of the WAYS, and sees to it that it serves again."""
        with suppress(OSError, ValueError, psutil.Error):  # it is down already, or ends slowly
            postmaster = psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
            if postmaster.name() == "postgres":
                postmaster.send_signal(WAYS[way])
                postmaster.wait(timeout=10)  # until then it would still answer
        self.mend()

    def fill(self, disk: SmallDisk, seconds: float, *, at_its_wal: bool = False) -> tuple[int, bool]:
        """Its disk is full for so long; how often it complained, and whether it fell: without WAL PostgreSQL must.

        `at_its_wal` uses up its WAL, so that it must; otherwise its tables may want room first, which is only refused.
        """
        before = len(self.log.read_text())
        with ThreadPoolExecutor(1) as threads:
            filling = threads.submit(disk.fill, seconds)
            if at_its_wal:
                time.sleep(2 * FILL_INTERVAL_SECONDS)
                self._use_up_its_wal()
            filling.result()
        fell = not self.answers()
        self.mend()
        told = self.log.read_text()[before:]
        return told.count(NO_SPACE), fell or "PANIC" in told

    def _use_up_its_wal(self) -> None:
        """Segment by segment, to those that it made in advance, until it falls for want of one more."""
        with suppress(psycopg.Error), psycopg.connect(self.url, connect_timeout=3, autocommit=True) as connection:
            for _ in range(MAX_WAL_SEGMENTS):
                connection.execute("SELECT pg_logical_emit_message(true, 'chaos', 'a word')")
                connection.execute("SELECT pg_switch_wal()")

    def mend(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.answers():
            assert time.monotonic() < deadline, f"PostgreSQL in {self.folder} does not come back"
            self.start()
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            return "too many clients" in str(error) or "remaining connection slots" in str(error)
        return True


@contextmanager
def postgres(kind: str) -> Iterator[Postgres]:
    """Migrated to the newest revision."""
    with place() as folder, _embedded(folder) if kind == EMBEDDED else _tcp(folder) as server:
        schema.upgrade(server.url)
        yield server


@contextmanager
def _embedded(folder: Path) -> Iterator[Postgres]:
    home = folder / "home"
    server = EmbeddedServer(home)
    try:
        # `recover` and not `start`: what a process of ours does when it loses its connection.
        yield Postgres(server.start(), {"home": home}, home, server.recover, home / "server.log")
    finally:
        server.stop()


@contextmanager
def _tcp(folder: Path) -> Iterator[Postgres]:
    with ExitStack() as stack:
        disk, left_out = None, ""
        try:
            disk = stack.enter_context(small_disk(folder / "disk"))
        except NoDisk as reason:
            left_out = f"no disk was filled, since none can be mounted ({reason})"
        yield stack.enter_context(_on(folder / "disk", folder / "log", disk, left_out))


@contextmanager
def _on(folder: Path, logs: Path, disk: SmallDisk | None, left_out: str) -> Iterator[Postgres]:
    account = Account.of(folder, folder)
    logs.mkdir()
    account.own(logs)
    log = logs / "server.log"
    programs = Binaries.find(account, folder)
    command = [str(programs.folder / "pg_ctl"), "-D", str(folder / "data"), "-w", "-s"]
    command += ["-l", str(log), "start"]
    with tcp_server(folder, programs, {"max_connections": "120", **SMALL_WAL}, SMALL_SEGMENTS, log) as port:
        url = tcp_url(port)
        settings: dict[str, object] = {"database_url": url, "home": folder / "unused"}
        start = partial(account.run, command, cwd=folder)
        server = Postgres(url, settings, folder, start, log, disk, left_out)
        try:
            yield server
        finally:
            server.mend()  # who made it stops it, and fails where there is nothing to stop
