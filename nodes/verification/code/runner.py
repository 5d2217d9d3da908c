"""CodeRunner: starts a child process for each content with code, and bounds what it may take.

The child gets an empty environment, no descriptors but its pipes, and its own session. It confines itself
(child/confinement.py) before it runs anything. Python runs only after the self-test (selftest.py) has passed here.
"""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from domain.logs import get_log

_log = get_log(__name__)
T = TypeVar("T")

Language = Literal["python", "sql"]
CodeMode = Literal["off", "sql", "all"]

MAX_CPU_SECONDS: Final = 5.0
"""Of one content."""
MAX_WALL_SECONDS: Final = 10.0
"""Of one child, which may sleep or wait for a busy machine."""
MAX_ANSWER_BYTES: Final = 4_000_000
MAX_CHILDREN: Final = 2
"""At the same time, in each process."""
_ROOT: Final = Path(__file__).parents[3]
"""The folder that holds the package `nodes`; the isolated child finds no package through a variable."""
_BOOT: Final = "import sys; sys.path.append(sys.argv[1]); from nodes.verification.code.child.main import main; main()"


@dataclass(frozen=True, slots=True)
class ChildResult:
    """The answer of one child."""

    results: list[dict[str, Any]]
    """Of each block in order; fewer than were sent where the child was ended. Its content is not to be trusted."""
    ended: str | None
    """Why the child ended before its last block; None where it did not."""
    confined: bool = False
    """Whether it ran in the sandbox."""


@dataclass(slots=True)
class CodeRunner:
    """Runs SQL, and Python where the mode is `all` and the sandbox has proved itself. One for each process."""

    mode: CodeMode
    cpu_seconds: float = MAX_CPU_SECONDS
    wall_seconds: float = MAX_WALL_SECONDS
    _problem: str | None = None
    _tested: bool = False
    _test: threading.Lock = field(default_factory=threading.Lock)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CHILDREN))

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Do work that calls `run` in a thread, for a few contents at the same time."""
        async with self._places:
            return await asyncio.to_thread(work)

    def unavailable(self, language: Language) -> str | None:
        """Return why code of this language does not run here; None where it does. The first time it may test."""
        if self.mode == "off" or (language == "python" and self.mode != "all"):
            return "running it is turned off (ROADMAP_RUN_CODE)"
        if language == "sql":
            return None
        with self._test:
            if not self._tested:
                from nodes.verification.code.selftest import sandbox_problem

                self._problem, self._tested = sandbox_problem(), True
                if self._problem is not None:
                    _log.warning("Python of lessons is not run", reason=self._problem)
        return f"there is no sandbox here: {self._problem}" if self._problem else None

    def run(self, language: Language, blocks: Sequence[Any], *, separate: bool = False) -> ChildResult:
        """Run the blocks of one content in a child, each by itself if `separate`. Blocks the thread."""
        return run_child(
            language, blocks, separate=separate, cpu_seconds=self.cpu_seconds, wall_seconds=self.wall_seconds
        )


def run_child(
    language: Language,
    blocks: Sequence[Any],
    *,
    separate: bool = False,
    cpu_seconds: float = MAX_CPU_SECONDS,
    wall_seconds: float = MAX_WALL_SECONDS,
) -> ChildResult:
    """Run the blocks in a new process and return when it has ended; it is killed at its limits. Blocks the thread."""
    confined = language == "python"
    request = {
        "language": language, "blocks": blocks, "separate": separate, "seconds": cpu_seconds, "confined": confined,
    }  # fmt: skip
    try:
        child = _start()
    except OSError as error:
        return ChildResult([], f"no process can be started: {error.strerror}")
    assert child.stdin is not None
    assert child.stdout is not None
    started = time.monotonic()
    killer = threading.Timer(wall_seconds, child.kill)
    killer.daemon = True
    try:
        killer.start()
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(json.dumps(request).encode())
        answer = child.stdout.read(MAX_ANSWER_BYTES + 1)
    finally:
        child.kill()
        child.wait()
        killer.cancel()
        child.stdout.close()
    messages = _read(answer[:MAX_ANSWER_BYTES])
    first = messages[0] if messages else {}
    if reason := first.get("unavailable"):
        return ChildResult([], str(reason))
    results = messages[1:][: len(blocks)]
    if len(results) == len(blocks):
        return ChildResult(results, None, first.get("confined") is True)
    if len(answer) > MAX_ANSWER_BYTES:
        ended = "it printed too much"
    elif time.monotonic() - started >= wall_seconds or child.returncode == -signal.SIGXCPU:
        ended = "it took too long"
    else:
        ended = "its process ended"
    return ChildResult(results, ended, first.get("confined") is True)


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    )


def _read(answer: bytes) -> list[dict[str, Any]]:
    """Return the messages of a child; what has another form ends the list."""
    messages: list[dict[str, Any]] = []
    for line in answer.splitlines():
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(message, dict):
            break
        messages.append(message)
    return messages
