"""Durable changes of directories."""

import os
from pathlib import Path


def fsync_directory(folder: Path) -> None:
    """Write a directory to disk, without which a rename in it may be lost in a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
