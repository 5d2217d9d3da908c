"""Examples can be pasted in order: the shell blocks of the README, and the transcripts of README and docs/cli.md."""

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.roadmap_command import Command, Done
from tests.support.limits import HANG_SECONDS
from tests.support.provider import Provider

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text()
SHELL: Final = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
TRANSCRIPT: Final = "".join(
    re.findall(r"^```console\n(.*?)^```$", README + (ROOT / "docs/cli.md").read_text(), re.DOTALL | re.MULTILINE)
)
SESSION: Final = re.findall(r"^\$ (roadmap .*)\n((?:(?!\$ ).*\n)*)", TRANSCRIPT, re.MULTILINE)
ID: Final = re.compile(r"\b(?:learn-[a-z-]+-[0-9a-f]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")

SKIPPED: Final = re.compile(r"^make .*$", re.MULTILINE)
"""`make` takes minutes; other tests cover its targets."""
PREPARED: Final = """
set -o pipefail
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
roadmap() {
    case "$1" in
        serve) exec roadmap serve --port PORT ;;
        open) until curl -sf http://127.0.0.1:PORT/healthz; do sleep 0.2; done; command roadmap open ;;
        *) command roadmap "$@" ;;
    esac
}
"""
"""Give the server a free port, and wait for it where a reader would."""


def test_the_shell_blocks_work_in_order(database_url: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    blocks = [SKIPPED.sub("", block).replace(":8000", f":{port}") for block in SHELL]
    assert len(blocks) >= 4
    script = PREPARED.replace("PORT", port) + "".join(f"set -e\n{block}\nset +e\n" for block in blocks)
    with Provider().serving() as provider:
        env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ROADMAP_DATABASE_URL": database_url,
            "ROADMAP_HOME": str(tmp_path / "home"),
            "ROADMAP_MAX_CONCEPTS": "4",
            "OPENAI_BASE_URL": provider.url,
            "BROWSER": "true",
        }
        (tmp_path / "home").mkdir()
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=2 * HANG_SECONDS,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert provider.answered, "the model was asked"
    assert f"http://127.0.0.1:{port}/" in ran.stdout
    assert '"run_finished"' in ran.stdout or "event: run_finished" in ran.stdout
    assert '"task_type": "retry_quiz"' in ran.stdout or '"task_type":"retry_quiz"' in ran.stdout, ran.stdout[-2000:]


@pytest.fixture
def quick(database_url: str, tmp_path: Path) -> Command:
    return Command(tmp_path / "unused", DATABASE_URL=database_url)


def test_the_transcripts_can_be_followed(quick: Command) -> None:
    """The IDs of the documents are replaced by those that the commands print."""
    known: dict[str, str] = {}
    assert len(SESSION) >= 5
    try:
        for line, shown in SESSION:
            words = [known.get(word, word) for word in shlex.split(line)[1:]]
            if words[-1] == "&":
                quick.start(*words[:-1]).wait_for(lambda err: "Worker " in err)
                continue
            done: Done = quick(*words)
            assert done.code == 0, (words, done.err)
            printed = ID.findall(done.err + done.out)
            known |= dict(zip(ID.findall(shown), printed, strict=False))
    finally:
        quick.kill_all()
