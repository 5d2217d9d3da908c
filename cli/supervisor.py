"""Keep processes alive: one that ends is started again, later each time; one that never gets ready is given up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cli.output.stdio import echo_err, print_error
from domain.errors import Unavailable
from orchestrator.start_report import READY, StartReports

MAX_FAILED_STARTS: Final = 4
"""In a row, before the supervisor gives up: 7 seconds of waiting in all."""
MAX_BACKOFF_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 30.0
"""A process that lived so long is started again without delay."""
KILL_TIMEOUT_SECONDS: Final = 15.0
"""Beyond the grace of the processes: one that was asked to stop and has not ended by then is killed."""
UNAVAILABLE: Final = 5
"""Exit code of a process to which something outside, such as the database, does not answer."""


@dataclass(slots=True)
class Child:
    """One process that is kept alive.

    `command` gets `--report-to N` appended, the descriptor on which it tells how its start went. `serves`: whether
    it answers requests.
    """

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    serves: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    is_ready: bool = False
    was_ever_ready: bool = False
    failed_starts: int = 0
    """In a row."""
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
            command, stdin=subprocess.DEVNULL, pass_fds=descriptors, preexec_fn=_dies_with_us()
        )
        self._reports.started()

    def is_due(self, now: float) -> bool:
        return self.process is None and now >= self._due

    def note_ready(self) -> bool:
        """Whether the process has become ready since the last look."""
        if self.is_ready or self._reports is None or READY not in self._reports.lines():
            return False
        self.is_ready = self.was_ever_ready = True
        self.failed_starts = 0
        return True

    def end(self, now: float) -> tuple[int, str] | None:
        """Its exit code and the reason that it gave, once; None while it runs."""
        if self.process is None or self._reports is None or (code := self.process.poll()) is None:
            return None
        self.note_ready()
        reasons = [line for line in self._reports.lines() if line != READY]
        self._reports.close()
        self.process = self._reports = None
        self._short_lives = 0 if now - self._began > STEADY_SECONDS else self._short_lives + 1
        self._due = now + min(0.5 * 2**self._short_lives, MAX_BACKOFF_SECONDS)
        return code, reasons[-1] if reasons else f"it ended with {code}"

    def count_failed_start(self, code: int) -> None:
        """One that was ready before and misses something outside now waits for it, however long that takes."""
        if not self.is_ready and not (self.was_ever_ready and code == UNAVAILABLE):
            self.failed_starts += 1

    def hurry(self, now: float) -> None:
        """Start it again at once."""
        self._short_lives, self._due = 0, now


@dataclass(slots=True)
class Supervisor:
    """`is_database_stopped`: whether somebody stopped the database on purpose; until that is over nothing is started.

    `greeting` is said once, when the first part that serves is ready.
    """

    parts: Sequence[Child]
    greeting: str
    is_database_stopped: Callable[[], bool] = field(default=lambda: False)
    _has_greeted: bool = False
    _is_paused: bool = False

    def look(self, now: float) -> None:
        """Start what is due and notice what has ended. Raises Unavailable for a part that cannot be started."""
        self._look_at_database(now)
        for part in self.parts:
            if part.note_ready() and part.serves and not self._has_greeted:
                self._has_greeted = True
                echo_err(self.greeting)
            if (ended := part.end(now)) is not None:
                self._note_end(part, *ended)
            elif part.is_due(now) and not self._is_paused:
                part.start(now)

    def _look_at_database(self, now: float) -> None:
        is_stopped = self.is_database_stopped()
        if is_stopped and not self._is_paused:
            echo_err("The database was stopped on purpose; `roadmap db start` starts it again, and this goes on then.")
        if self._is_paused and not is_stopped:
            echo_err("The database was started again.")
            for part in self.parts:
                part.hurry(now)
        self._is_paused = is_stopped

    def _note_end(self, part: Child, code: int, reason: str) -> None:
        if self._is_paused or self.is_database_stopped():
            return
        part.count_failed_start(code)
        if part.failed_starts >= MAX_FAILED_STARTS:
            raise Unavailable(f"the {part.name} could not start, {part.failed_starts} times in a row: {reason}")
        print_error(f"the {part.name} ended with {code}; it is started again")

    def stop(self, grace: float, received: list[int]) -> None:
        """All are asked at once; a further signal in `received` is passed on, for who does not want to wait."""
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
