"""Keep processes alive: restart one that exits with increasing delay, give up on one that never becomes ready."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cli.exit_codes import UNAVAILABLE
from cli.output.stdio import echo_err, print_error
from domain.errors import Unavailable
from domain.waits.backoff import Backoff
from orchestrator.start_report import READY, StartReports

MAX_FAILED_STARTS: Final = 4
"""Consecutive failed starts before the supervisor gives up: about 7 seconds of delay."""
MAX_BACKOFF_SECONDS: Final = 30.0
BACKOFF: Final = Backoff(first=0.5, longest=MAX_BACKOFF_SECONDS, jitter=(1, 1))
MIN_STEADY_SECONDS: Final = 30.0
"""A process that ran for this long is restarted without extra delay."""
KILL_TIMEOUT_SECONDS: Final = 15.0
"""Added to the grace period of the processes: a process that has not stopped by then is killed."""


@dataclass(slots=True)
class Child:
    """One supervised process.

    command: gets `--report-to N` appended, the descriptor on which the process reports the result of its start.
    serves: whether it answers HTTP requests.
    """

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    serves: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    is_ready: bool = False
    was_ever_ready: bool = False
    failed_starts: int = 0
    """Consecutive."""
    _reports: StartReports | None = None
    _began: float = 0.0
    _short_lives: int = 0
    _due: float = 0.0

    def start(self, now: float) -> None:
        self._began, self.is_ready = now, False
        self._reports = StartReports()
        command = [*self.command, "--report-to", str(self._reports.writing)]
        descriptors = (*self.descriptors, self._reports.writing)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, pass_fds=descriptors, preexec_fn=_die_with_parent()
        )
        self._reports.started()

    def is_due(self, now: float) -> bool:
        return self.process is None and now >= self._due

    def note_ready(self) -> bool:
        """Return whether the process has become ready since the last call."""
        if self.is_ready or self._reports is None or READY not in self._reports.lines():
            return False
        self.is_ready = self.was_ever_ready = True
        self.failed_starts = 0
        return True

    def end(self, now: float) -> tuple[int, str] | None:
        """Return the exit code and the reported reason once after the process has ended, None while it runs."""
        if self.process is None or self._reports is None or (code := self.process.poll()) is None:
            return None
        self.note_ready()
        reasons = [line for line in self._reports.lines() if line != READY]
        self._reports.close()
        self.process = self._reports = None
        self._short_lives = 0 if now - self._began > MIN_STEADY_SECONDS else self._short_lives + 1
        self._due = now + BACKOFF.delay(self._short_lives + 1)
        return code, reasons[-1] if reasons else f"exit code {code}"

    def count_failed_start(self, code: int) -> None:
        """Count a failed start, unless the process was ready before and only waits for an external service."""
        if not self.is_ready and not (self.was_ever_ready and code == UNAVAILABLE):
            self.failed_starts += 1

    def hurry(self, now: float) -> None:
        """Skip the delay before the next start."""
        self._short_lives, self._due = 0, now


@dataclass(slots=True)
class Supervisor:
    """Supervise the processes of `roadmap serve`.

    greeting: printed once, when the first part that serves is ready.
    is_database_stopped: whether the database was stopped on purpose; nothing is started meanwhile.
    """

    parts: Sequence[Child]
    greeting: str
    is_database_stopped: Callable[[], bool] = field(default=lambda: False)
    _has_greeted: bool = False
    _is_paused: bool = False

    def poll(self, now: float) -> None:
        """Start parts that are due and handle those that ended. Raises Unavailable if a part cannot be started."""
        self._check_database(now)
        for part in self.parts:
            if part.note_ready() and part.serves and not self._has_greeted:
                self._has_greeted = True
                echo_err(self.greeting)
            if (ended := part.end(now)) is not None:
                self._note_end(part, *ended)
            elif part.is_due(now) and not self._is_paused:
                part.start(now)

    def _check_database(self, now: float) -> None:
        is_stopped = self.is_database_stopped()
        if is_stopped and not self._is_paused:
            echo_err("The database was stopped on purpose; waiting for `roadmap db start`.")
        if self._is_paused and not is_stopped:
            echo_err("The database is running again.")
            for part in self.parts:
                part.hurry(now)
        self._is_paused = is_stopped

    def _note_end(self, part: Child, code: int, reason: str) -> None:
        if self._is_paused or self.is_database_stopped():
            return
        part.count_failed_start(code)
        if part.failed_starts >= MAX_FAILED_STARTS:
            raise Unavailable(f"the {part.name} failed to start {part.failed_starts} times in a row: {reason}")
        print_error(f"the {part.name} exited with code {code}; restarting it")

    def stop(self, grace: float, received: list[int]) -> None:
        """Send SIGTERM to all parts, once for each signal in `received`, and wait until they have ended."""
        deadline = time.monotonic() + grace + KILL_TIMEOUT_SECONDS
        passed_on = 0
        while running := [part.process for part in self.parts if part.process is not None and _runs(part.process)]:
            while passed_on < len(received):
                for process in running:
                    process.send_signal(signal.SIGTERM)
                passed_on += 1
            if time.monotonic() > deadline:
                for process in running:
                    process.kill()
            time.sleep(0.05)


def _runs(process: "subprocess.Popen[bytes]") -> bool:
    return process.poll() is None


def _die_with_parent() -> Callable[[], None]:
    """On Linux, let the kernel send SIGTERM to a child when this process dies: it would keep the port open."""
    if sys.platform != "linux":
        return os.setpgrp
    import ctypes

    libc, ours = ctypes.CDLL(None), os.getpid()

    def prepare() -> None:
        os.setpgrp()  # Ctrl-C in a terminal reaches only this process, which stops its children
        libc.prctl(1, signal.SIGTERM)
        if os.getppid() != ours:
            os._exit(1)

    return prepare
