"""The lease of this process.

Renewed from a thread and a connection of its own, so that a busy event loop does not look dead.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog

from domain.identity import new_task_id
from repository import workers
from repository.database import CONNECT_TIMEOUT, driver_errors

RENEW_EVERY: Final = 1.0
"""Seconds."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Run:
    attempt: int
    tell: Callable[[], object]


class Lease:
    """Says that this process is alive, and hears which of its runs were taken or cancelled."""

    def __init__(self, url: str, *, kind: str, timeout: float) -> None:
        """`timeout`: seconds after which the process counts as dead unless it renews."""
        self.worker_id: Final = new_task_id()
        self._url = url
        self._kind = kind
        self._timeout = timeout
        self._runs: dict[str, _Run] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._begun = asyncio.Lock()

    async def begin(self) -> None:
        """Committed when this returns, so that tasks may name the worker. Does nothing the second time."""
        async with self._begun:
            if self._thread is None:
                await asyncio.to_thread(self._register)
                self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
                self._thread.start()

    async def end(self) -> None:
        """The process owns no task any more."""
        if self._thread is not None:
            self._stop.set()
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    def watch(self, task_id: str, attempt: int, on_lost: Callable[[], object]) -> None:
        """`on_lost` is called in the running loop when the run is no longer this process's."""
        loop = asyncio.get_running_loop()
        self._runs[task_id] = _Run(attempt, lambda: loop.call_soon_threadsafe(on_lost))

    def unwatch(self, task_id: str) -> None:
        self._runs.pop(task_id, None)

    def _register(self) -> None:
        with driver_errors(), self._connect() as connection:
            workers.register(connection, self.worker_id, self._kind, socket.gethostname(), os.getpid(), self._timeout)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=int(CONNECT_TIMEOUT),
            application_name="roadmap lease",
            options=f"-c statement_timeout={int(self._timeout * 1000)}",
        )

    def _keep(self) -> None:
        connection: psycopg.Connection | None = None
        while not self._stop.wait(RENEW_EVERY):
            try:
                connection = connection or self._connect()
                self._renew(connection)
            except (psycopg.Error, OSError) as error:
                _log.warning("lease not renewed", reason=str(error).strip())
                connection = None
        try:
            with connection or self._connect() as last:
                workers.retire(last, self.worker_id)
        except (psycopg.Error, OSError):
            pass  # the lease runs out by itself

    def _renew(self, connection: psycopg.Connection) -> None:
        runs = dict(self._runs)
        owned = workers.renew(connection, self.worker_id, list(runs))
        for task_id, run in runs.items():
            if owned.get(task_id) != run.attempt and self._runs.get(task_id) is run:
                self.unwatch(task_id)
                run.tell()
