"""Half a minute of `make chaos`; the whole of it is a command of its own."""

import os
import subprocess
import sys

import pytest


@pytest.mark.soak
def test_half_a_minute_in_which_everything_dies_loses_nothing() -> None:
    environment = {**os.environ, "CHAOS_MINUTES": "0.5", "CHAOS_SEED": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos_program"], env=environment, capture_output=True, text=True, timeout=500
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "nothing lost" in ended.stdout
