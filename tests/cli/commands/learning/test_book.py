"""`roadmap book` and `roadmap review --book`: a book is saved, changed and given back."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.app import main
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.queries.status import TaskView
from tests.support.authors import ScriptedAuthor
from tests.support.environment import variables


@pytest.fixture
def task(settings: Settings, database_url: str) -> Iterator[TaskView]:
    """A creation that waits for its review."""

    async def create() -> TaskView:
        async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
            return await orchestrator.wait((await orchestrator.create("chess", review=ReviewRequest())).task_id)

    with variables({"ROADMAP_DATABASE_URL": database_url}):
        yield asyncio.run(create())


def test_a_book_is_printed_changed_and_given_back(
    task: TaskView, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, code: int = 0) -> Any:
        assert main([*arguments, "--json"]) == code
        return json.loads(capfd.readouterr().out)

    roadmap_id, file = str(task.roadmap_id), tmp_path / "book.json"
    book = run("book", roadmap_id)
    assert run("book", roadmap_id, "--task", task.task_id) == book
    assert run("show", roadmap_id)["course_book"] == book
    book["glossary"].append({"term": "gambit", "meaning": "A pawn for a lead.", "notation": ""})
    file.write_text(json.dumps(book))
    assert run("review", task.task_id, "--book", str(file)) == book
    assert run("book", roadmap_id) == book
    assert main(["book", roadmap_id]) == 0
    assert "**gambit**: A pawn for a lead." in capfd.readouterr().out
    for wrong, code, said in (('{"glosary": []}', 2, "glosary: is no field"), ("[]", 2, "must contain an object")):
        file.write_text(wrong)
        assert main(["review", task.task_id, "--approve", "--book", str(file)]) == code
        assert said in capfd.readouterr().err
    assert main(["book", roadmap_id, "--version", "9"]) == 3
    assert main(["review", task.task_id, "--book", str(tmp_path / "none")]) == 2
    assert main(["book", "nobody"]) == 3
