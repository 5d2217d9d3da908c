"""What the OpenAPI document promises, tried over a real socket with what nobody thought of.

All default checks but these, each for its reason:
* negative_data_rejection: it also changes what stays valid (an unknown query parameter is ignored by design);
* positive_data_acceptance: what fits the document may name what is not there, or not in that state: 404, 409;
* ignored_auth, missing_required_header: the only required header is the token's, and here everybody may do everything;
  tests/backend/test_auth.py tries every route without one.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.roadmap_command import Command
from tests.e2e.served import serving
from tests.support.limits import HANG_SECONDS

LEFT_OUT: Final = "negative_data_rejection,positive_data_acceptance,ignored_auth,missing_required_header"
UNENDING: Final = "/stream$"
"""Answers of these routes end when a run does."""
UNLIMITED: Final = {"HTTP_REQUESTS_PER_MINUTE": "1000000", "HTTP_ACTIVE_RUNS": "100000", "OFFLINE_LATENCY": "0"}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--phases", "examples,fuzzing", "--max-examples", "6", "--max-time", "15"], id="smoke"),
        pytest.param(["--max-examples", "60", "--max-time", "110"], id="soak", marks=pytest.mark.soak),
    ],
)
def test_no_answer_is_a_bug_or_undocumented(shell: Command, tmp_path: Path, options: list[str]) -> None:
    with serving(shell, "--no-worker", port=0, **UNLIMITED) as server:
        command = [str(Path(sys.executable).with_name("st")), "run", f"{server.url}/openapi.json", *options]
        command += ["--exclude-checks", LEFT_OUT, "--exclude-path-regex", UNENDING, "--seed", "7", "--no-color"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=2 * HANG_SECONDS)
        assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
        assert '"level": "error"' not in server.running.err
