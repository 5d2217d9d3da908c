"""A command on a terminal of its own, as a person has it: typed to, looked at, interrupted, closed."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence

from tests.support.limits import HANG_SECONDS

CTRL_C, CTRL_D, TAB, UP = "\x03", "\x04", "\t", "\x1b[A"

_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07")


def _takes_the_terminal() -> None:
    """In the child: what is typed there as Ctrl-C reaches it, and so does the closing of the terminal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Talk:
    """One conversation. `said` is what the terminal shows, without control sequences."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._terminal, theirs = pty.openpty()
        self._before = termios.tcgetattr(self._terminal)
        self._process = subprocess.Popen(
            command,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_takes_the_terminal,
        )
        os.close(theirs)
        self._raw = bytearray()
        self._seen = 0
        self._hung_up = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while not self._hung_up.is_set():
                if select.select([self._terminal], [], [], 0.1)[0]:
                    if not (data := os.read(self._terminal, 65536)):
                        break
                    self._raw += data
        except OSError:
            pass  # how a terminal says that the last writer is gone

    @property
    def said(self) -> str:
        return _CONTROLS.sub("", self._raw.decode(errors="replace"))

    def wait_for(self, text: str) -> None:
        """Until it is said after what was waited for before."""
        deadline = time.monotonic() + HANG_SECONDS
        while (at := self.said.find(text, self._seen)) < 0:
            if time.monotonic() > deadline or (self._process.poll() is not None and not self._reader.is_alive()):
                self.kill()
                raise AssertionError(f"never said: {text!r} after {self.said[self._seen :]!r}")
            time.sleep(0.02)
        self._seen = at + len(text)

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def say(self, line: str) -> None:
        self.type(f"{line}\n")

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """The window is closed."""
        self._hung_up.set()
        self._reader.join()
        os.close(self._terminal)
        self._terminal = -1

    @property
    def is_as_it_was(self) -> bool:
        """Whether the terminal echoes and reads lines as before the command."""
        return termios.tcgetattr(self._terminal) == self._before

    def end(self) -> int:
        """The exit code."""
        code = self._process.wait(timeout=HANG_SECONDS)
        self._reader.join()
        return code

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self.end()

    def close(self) -> None:
        self.kill()
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1
