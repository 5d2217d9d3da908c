"""The lease of this process.

Renewed from a thread and a connection of its own, so that a busy event loop does not look dead. The same thread hears
which runs were taken or cancelled, and bars their calls before the renewal commits: whoever sees a lease renewed after
a cancel was committed knows that no call of that run starts any more.
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psycopg

from domain.identity import new_task_id
from domain.logs import get_log
from repository.db.database import driver_errors
from repository.db.urls import psycopg_arguments
from repository.runs import workers
from repository.tables.runs import STEPPER

RENEW_INTERVAL_SECONDS: Final = 1.0
"""Seconds."""

_log = get_log(__name__)


@dataclass(slots=True, eq=False)
class HeldRun:
    """One run of this process, as the lease sees it."""

    task_id: str
    attempt: int
    tell: Callable[[], object]
    lost: bool = False


class Lease:
    """Says that this process is alive, and hears which of its runs were taken or cancelled."""

    def __init__(self, url: str, *, kind: str, timeout: float) -> None:
        """`timeout`: seconds after which the process counts as dead unless it renews."""
        self.worker_id: Final = f"{STEPPER}{new_task_id()}" if kind == "stepper" else new_task_id()
        self._url = url
        self._kind = kind
        self._timeout = timeout
        self._runs: set[HeldRun] = set()
        self._renewed = 0.0
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

    @property
    def is_fresh(self) -> bool:
        """Whether the last renewal is younger than the time-out, by this process's own clock."""
        return time.monotonic() - self._renewed < self._timeout

    def hold(self, task_id: str, attempt: int, on_lost: Callable[[], object]) -> HeldRun:
        """Watch over a run; `on_lost` is called in the running loop when it is no longer this process's."""
        loop = asyncio.get_running_loop()
        run = HeldRun(task_id, attempt, lambda: loop.call_soon_threadsafe(self._tell, run, on_lost))
        self._runs = self._runs | {run}
        return run

    def release(self, run: HeldRun) -> None:
        self._runs = self._runs - {run}

    def holds(self, task_id: str, attempt: int) -> bool:
        """Whether this process is running that attempt."""
        return any((run.task_id, run.attempt) == (task_id, attempt) for run in self._runs)

    def _tell(self, run: HeldRun, on_lost: Callable[[], object]) -> None:
        """In the loop, like `hold` and `release`: a run that has ended by now is not told."""
        if run in self._runs:
            self.release(run)
            on_lost()

    def _register(self) -> None:
        began = time.monotonic()
        with driver_errors(), self._connect() as connection:
            workers.register(connection, self.worker_id, self._kind, socket.gethostname(), os.getpid(), self._timeout)
        self._renewed = began

    def _connect(self) -> psycopg.Connection:
        settings = {"statement_timeout": int(self._timeout * 1000)}
        arguments = psycopg_arguments(self._url, application_name="roadmap lease", settings=settings)
        return psycopg.connect(**arguments, autocommit=True)

    def _keep(self) -> None:
        connection: psycopg.Connection | None = None
        while not self._stop.wait(RENEW_INTERVAL_SECONDS):
            try:
                connection = connection or self._connect()
                self._renew(connection)
            except (psycopg.Error, OSError) as error:
                _log.info("lease not renewed", reason=str(error).strip())
                if connection is not None:
                    connection.close()
                connection = None
        try:
            with connection or self._connect() as last:
                workers.retire(last, self.worker_id)
        except (psycopg.Error, OSError) as error:
            _log.info("lease left to run out", reason=str(error).strip())

    def _renew(self, connection: psycopg.Connection) -> None:
        runs = self._runs
        began = time.monotonic()
        with connection.transaction():
            workers.register(connection, self.worker_id, self._kind, socket.gethostname(), os.getpid(), self._timeout)
            owned = workers.owned(connection, self.worker_id, [run.task_id for run in runs])
            lost = [run for run in runs if owned.get(run.task_id) != run.attempt]
            for run in lost:
                run.lost = True
        self._renewed = began
        for run in lost:
            run.tell()
