"""A small disk for the database's data, in memory, that can be filled; only where the machine lets one be mounted."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOM: Final = 2 << 30
"""Bytes, for the rows of hours; memory is taken only by what is written."""
FILL_INTERVAL_SECONDS: Final = 0.05
"""Seconds after which what the database has freed meanwhile is taken away too."""


class NoDisk(Exception):
    """This machine lets none be mounted; says why."""


@dataclass(frozen=True)
class SmallDisk:
    folder: Path

    def fill(self, seconds: float) -> None:
        """Full for so long: as small as what is on it. To write gigabytes of ballast would take longer than that."""
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                self._resize(shutil.disk_usage(self.folder).used)  # refused where more is used by now: then the next
                time.sleep(FILL_INTERVAL_SECONDS)
        finally:
            complaint = self._resize(ROOM)
            assert not complaint, complaint

    def _resize(self, room: int) -> str:
        return _run("mount", "-o", f"remount,size={room}", str(self.folder))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mounted at `folder`, which is made. Raises NoDisk, and leaves an ordinary folder."""
    folder.mkdir()
    if shutil.which("mount") is None:
        raise NoDisk("there is no command mount")
    if complaint := _run("mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0711", "tmpfs", str(folder)):
        raise NoDisk(complaint)
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily where a process that was killed still has something open: the mount goes when that one does.
        if _run("umount", str(folder)):
            _run("umount", "-l", str(folder))


def _run(*command: str) -> str:
    """What it complains of; empty where all went well."""
    ended = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    complaint = " ".join((ended.stderr or ended.stdout).split())
    return "" if ended.returncode == 0 else complaint or f"{command[0]} ended with {ended.returncode}"
