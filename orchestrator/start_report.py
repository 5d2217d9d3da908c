"""Start reports: a child of `roadmap serve` writes one line on an inherited descriptor about how its start went."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from domain.errors import RoadmapError
from domain.text.secrets import redact

READY: Final = "ready"
MAX_REASON_CHARACTERS: Final = 500


class StartReport:
    """The end of the child. Without a descriptor nothing is reported."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = descriptor
        if descriptor is not None:
            os.set_inheritable(descriptor, False)

    def ready(self) -> None:
        """Report that the process is ready."""
        self._write(READY)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Report an exception of the block, and raise it."""
        try:
            yield
        except Exception as error:
            kind = "" if isinstance(error, RoadmapError) else f"{type(error).__name__}: "
            self._write(redact(" ".join(f"{kind}{error}".split()))[:MAX_REASON_CHARACTERS])
            raise

    def _write(self, line: str) -> None:
        if self._descriptor is not None:
            with suppress(OSError):  # the supervisor has ended
                os.write(self._descriptor, f"{line}\n".encode(errors="replace"))


class StartReports:
    """The end of the supervisor: a pipe whose other end the child inherits."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._read = b""

    def started(self) -> None:
        """Close the writing end, after the child has its own copy."""
        os.close(self.writing)

    def lines(self) -> list[str]:
        """Return the lines that were reported so far."""
        with suppress(BlockingIOError):
            while data := os.read(self._reading, 65536):
                self._read += data
        return self._read.decode(errors="replace").splitlines()

    def close(self) -> None:
        os.close(self._reading)
