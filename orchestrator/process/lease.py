"""The lease of this process: the row that shows that it is alive.

It is renewed from a thread and a connection of its own, so that a process with a busy event loop does not look dead.
The same thread reads which runs were taken or cancelled, and bars their calls before the renewal commits. So once a
lease is renewed after the commit of a cancel, no call of that run starts any more.
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
from repository.db.driver_errors import driver_errors
from repository.db.urls import psycopg_arguments
from repository.runs import workers
from repository.tables.runs import STEPPER

RENEW_INTERVAL_SECONDS: Final = 1.0

_log = get_log(__name__)


@dataclass(slots=True, eq=False)
class HeldRun:
    """A run of this process that the lease watches."""

    task_id: str
    attempt: int
    notify: Callable[[], object]
    """Called from the thread of the lease once the run is lost."""
    lost: bool = False
    """Another process has taken or ended the run."""


class Lease:
    """Keeps this process alive for the others, and watches for runs that are taken or cancelled."""

    def __init__(self, url: str, *, kind: str, timeout: float) -> None:
        """`timeout`: seconds without renewal after which the process counts as dead."""
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
        """Insert the lease and begin to renew it. Once this returns, tasks may name it. A second call does nothing.

        Raises DatabaseUnavailable.
        """
        async with self._begun:
            if self._thread is None:
                await asyncio.to_thread(self._register)
                self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
                self._thread.start()

    async def end(self) -> None:
        """Stop renewing and delete the lease: the process holds no task any more."""
        if self._thread is not None:
            self._stop.set()
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    @property
    def is_fresh(self) -> bool:
        """Whether the last renewal is younger than the time-out, by the monotonic clock of this process."""
        return time.monotonic() - self._renewed < self._timeout

    def hold(self, task_id: str, attempt: int, on_lost: Callable[[], object]) -> HeldRun:
        """Watch a run; call `on_lost` in the running loop when another process has taken or ended it."""
        loop = asyncio.get_running_loop()
        run = HeldRun(task_id, attempt, lambda: loop.call_soon_threadsafe(self._notify, run, on_lost))
        self._runs = self._runs | {run}
        return run

    def release(self, run: HeldRun) -> None:
        """Stop watching a run."""
        self._runs = self._runs - {run}

    def holds(self, task_id: str, attempt: int) -> bool:
        """Whether this process is running that attempt."""
        return any((run.task_id, run.attempt) == (task_id, attempt) for run in self._runs)

    def _notify(self, run: HeldRun, on_lost: Callable[[], object]) -> None:
        """Runs in the loop, like `hold` and `release`, so that a run which has ended by now is not notified."""
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
                _log.info("lease renewal failed", reason=str(error).strip())
                if connection is not None:
                    connection.close()
                connection = None
        try:
            with connection or self._connect() as last:
                workers.retire(last, self.worker_id)
        except (psycopg.Error, OSError) as error:
            _log.info("lease deletion failed; it will expire", reason=str(error).strip())

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
            run.notify()
