"""The real command `roadmap` as a user has it: processes of their own, one data folder."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.talking import Talk
from tests.support import forks
from tests.support.limits import HANG_SECONDS

ROADMAP: Final = Path(sys.executable).with_name("roadmap")
FOREIGN: Final = {"COLUMNS", "NO_COLOR", "PYTHONPATH"}
"""Settings that are not ours."""


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Running:
    """A command that goes on; its stderr is read as it comes, from a terminal or from a pipe."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, terminal: bool = False, folder: Path | None = None
    ) -> None:
        reading, writing = pty.openpty() if terminal else os.pipe()
        self._process = subprocess.Popen(
            command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=writing, text=True
        )
        os.close(writing)
        self._said = bytearray()
        self._hung_up = threading.Event()
        self._done: Done | None = None
        self._reader = threading.Thread(target=self._read, args=(reading,))
        self._reader.start()

    def _read(self, descriptor: int) -> None:
        try:
            while not self._hung_up.is_set():
                if select.select([descriptor], [], [], 0.1)[0]:
                    if not (data := os.read(descriptor, 65536)):
                        break
                    self._said += data
        except OSError:
            pass  # how a terminal says that the last writer is gone
        finally:
            os.close(descriptor)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def err(self) -> str:
        return self._said.decode(errors="replace")

    def wait_for(self, seen: Callable[[str], bool]) -> None:
        deadline = time.monotonic() + HANG_SECONDS
        while not seen(self.err):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._process.kill()
                raise AssertionError(f"never seen: {self.end()}")
            time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def interrupt(self) -> None:
        self.send(signal.SIGINT)

    def kill(self) -> None:
        """With SIGKILL; returns when it is dead."""
        if self._process.poll() is None:
            self._process.kill()
        self.end()

    def kill_now(self) -> None:
        """With SIGKILL, from an event loop: `end` waits for it."""
        self._process.kill()

    def hang_up(self) -> None:
        """The terminal is closed: nobody can write there any more, and the kernel says so."""
        self._hung_up.set()
        self._reader.join()
        self.send(signal.SIGHUP)

    def end(self) -> Done:
        if self._done is None:
            out, _ = self._process.communicate(timeout=HANG_SECONDS)
            self._reader.join()
            self._done = Done(self._process.returncode, out, self.err)
        return self._done


class Command:
    """`roadmap` on one data folder. `settings` are variables `ROADMAP_...` without that prefix, or FOREIGN ones."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.folder: Path | None = None
        """Where commands are started; that of the tests, unless set."""
        self._settings: dict[str, str] = settings
        self._started: list[Running] = []
        self._talks: list[Talk] = []

    def start(self, *arguments: str, terminal: bool = False, **settings: str) -> Running:
        env = self._env(settings)
        running = Running([str(ROADMAP), *arguments], env, terminal=terminal, folder=self.folder)
        self._started.append(running)
        return running

    def talk(self, *arguments: str, **settings: str) -> Talk:
        """With all its streams on a terminal."""
        talk = Talk([str(ROADMAP), *arguments], self._env(settings))
        self._talks.append(talk)
        return talk

    def script(self, *arguments: str, lines: Sequence[str], **settings: str) -> Done:
        """With lines on its standard input."""
        command, env = [str(ROADMAP), *arguments], self._env(settings)
        script = "".join(f"{line}\n" for line in lines)
        ran = subprocess.run(command, env=env, input=script, capture_output=True, text=True, timeout=HANG_SECONDS)
        return Done(ran.returncode, ran.stdout, ran.stderr)

    def _env(self, settings: Mapping[str, str]) -> dict[str, str]:
        own = {
            name if name in FOREIGN else f"ROADMAP_{name}": value
            for name, value in {**self._settings, **settings}.items()
        }
        return {**os.environ, "ROADMAP_HOME": str(self.home), "TERM": "xterm-256color", **own}

    def kill_all(self) -> None:
        """Whatever still runs, after a test that failed."""
        for running in self._started:
            running.kill()
        for talk in self._talks:
            talk.close()

    def __call__(self, *arguments: str, **settings: str) -> Done:
        return self.start(*arguments, terminal=False, **settings).end()

    def all(self, *commands: Sequence[str], **settings: str) -> list[Done]:
        """Several at once."""
        return [running.end() for running in [self.start(*command, terminal=False, **settings) for command in commands]]


class Forked:
    """A command that nobody disturbs, as a fork."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._streams = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        self._process = forks.FORKS.Process(target=forks.command, args=(arguments, env, *self._streams), daemon=True)
        self._process.start()

    def end(self) -> Done:
        self._process.join(HANG_SECONDS)
        if (code := self._process.exitcode) is None:
            self._process.kill()
            self._process.join()
        out, err = [stream.read_text(errors="replace") if stream.exists() else "" for stream in self._streams]
        self._folder.cleanup()
        assert code is not None, f"it did not end: {err}"
        return Done(code, out, err)


class ForkedCommand(Command):
    """`roadmap` where it is only a means. What a test looks at while it runs, signals or kills is started all the same.

    With NO_FORKS in the environment, as in `make soak`, every command is.
    """

    def __call__(self, *arguments: str, **settings: str) -> Done:
        (done,) = self.all(arguments, **settings)
        return done

    def all(self, *commands: Sequence[str], **settings: str) -> list[Done]:
        if "NO_FORKS" in os.environ:
            return super().all(*commands, **settings)
        return [forked.end() for forked in [Forked(command, self._env(settings)) for command in commands]]
