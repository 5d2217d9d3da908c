"""The sessions in docs/stepping.md are what the command really says.

The documents give the commands; what is said between them is compared, with ids and times made alike. After a change
of the stepper, `WRITE_TRANSCRIPTS=1 pytest tests/e2e/test_transcripts.py` writes the sessions anew.
"""

import os
import re
import shlex
from pathlib import Path
from typing import Final

from tests.e2e.roadmap_command import Command

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "stepping.md"
SESSION: Final = re.compile(r"^```console\n\$ roadmap (step .*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROMPT: Final = re.compile(r"^(?:next: [\w +]+|at the end)> (.*)$", re.MULTILINE)
ALIKE: Final = (
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
        "0197c0de-7a1e-7c0d-8e0f-5eed5eed5eed",
    ),
    (re.compile(r"\b(learn-chess)-[0-9a-f]{8}\b"), r"\1-1c53b125"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\b"), "2026-07-01 12:00:00.000"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b(?!\.)"), "12:00:00"),
)


def alike(text: str) -> str:
    """Without what differs from run to run."""
    for differing, same in ALIKE:
        text = differing.sub(same, text)
    return text


def test_the_sessions_of_the_document_are_current(shell: Command) -> None:
    written = DOCUMENT.read_text()
    made = ""

    def session(found: re.Match[str]) -> str:
        nonlocal made
        arguments = [made if word == "learn-chess-1c53b125" else word for word in shlex.split(found[1])]
        done = shell.script(*arguments, lines=PROMPT.findall(found[2]), OFFLINE_LATENCY="0", MAX_CONCEPTS="60")
        assert done.code == 0, done.err
        roadmap_id = re.search(r"of roadmap (\S+):", done.out)
        assert roadmap_id, done.out
        made = roadmap_id[1]
        return f"```console\n$ roadmap {found[1]}\n{alike(done.out)}```"

    current = SESSION.sub(session, written)
    if os.environ.get("WRITE_TRANSCRIPTS"):
        DOCUMENT.write_text(current)
    assert current == written, "write the sessions anew (see above)"
