"""The examples of docs/python.md run in order, and are typed as strictly as a program may be checked."""

import asyncio
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from orchestrator import Orchestrator
from tests.support.environment import variables
from tests.support.provider import Provider

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/python.md").read_text()
BLOCKS: Final = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
EVENT_TYPES: Final = set(re.findall(r"^\| `(\w+_\w+)` \|", PAGE.partition("\n| event type |")[2], re.MULTILINE))


async def _event_types() -> set[str]:
    async with Orchestrator.open(kind="reader") as orchestrator:
        task_ids = [task.task_id for task in await orchestrator.tasks.page(limit=100)]
        return {event.type for task_id in task_ids for event in await orchestrator.events.page(task_id)}


def _output(block: str) -> list[str]:
    """Run an example as a program; return the lines that it prints."""
    with redirect_stdout(StringIO()) as printed:
        exec(compile(block, "docs/python.md", "exec"), {"__name__": "__main__"})
    return printed.getvalue().splitlines()


@pytest.mark.slow
def test_the_examples_run_in_order_and_the_page_explains_their_events(database_url: str) -> None:
    small = {"ROADMAP_DATABASE_URL": database_url, "ROADMAP_LINK_CHECK": "false", "ROADMAP_MAX_CONCEPTS": "13"}
    with Provider().serving() as provider, variables({**provider.environment(), **small}):
        output = [_output(block) for block in BLOCKS]
        types = asyncio.run(_event_types())

    first, reviewed, listed, model_object, own_author, terms, errors = output
    assert first[-3].endswith("run_finished")
    assert reviewed[0] == "completed"
    assert reviewed[-1] == "completed"
    assert len(listed) == 2
    assert re.match(r"completed \{'gpt-4.1-mini': .*'output_tokens': [1-9]", model_object[0])
    assert own_author == ["completed"]
    assert (terms[0], len(terms)) == ("True", 3)
    assert len(errors) == 4
    assert types <= EVENT_TYPES


@pytest.mark.soak
def test_the_examples_are_typed_strictly(tmp_path: Path) -> None:
    samples = []
    for number, block in enumerate(BLOCKS):
        samples.append(tmp_path / f"example_{number}.py")
        samples[-1].write_text(block)
    command = [sys.executable, "-m", "mypy", "--strict", *map(str, samples)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
