"""What running the code shows is told to the author; what stays doubtful is kept, and fails no content."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.contents import Tutorial
from nodes.authors.port import AuthorRole, Brief
from nodes.verification.code.runner import CodeRunner
from orchestrator.orchestrator import Orchestrator
from orchestrator.resources import ProcessKind, code_mode
from orchestrator.settings import Settings
from tests.nodes.verification.code.lessons import lesson, output_question, quiz
from tests.support.authors import TEXT, ScriptedAuthor, framework_draft

ONE_CONCEPT = {AuthorRole.FRAMEWORK: lambda *_: framework_draft(1)}
COLUMN = "no such column: amont"


def sales(column: str) -> Tutorial:
    tutorial = lesson(f"sql\nCREATE TABLE sales (id INT, amount INT);\nSELECT {column} FROM sales;")
    return tutorial.model_copy(update={"content": f"{TEXT}\n{tutorial.content}"})


async def contents(settings: Settings, author: ScriptedAuthor, **changes: Any) -> dict[str, Any]:
    """Return the payloads of a creation by content type."""
    async with Orchestrator.open(settings.model_copy(update=changes), author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("SQL")).task_id)
        assert (task.status, task.roadmap_id is None) == ("completed", False)
        versions = await orchestrator.contents.newest(task.roadmap_id or "")
        return {version.content_type: version.payload for version in versions}


async def test_sql_that_fails_is_asked_for_again(settings: Settings) -> None:
    told: list[Sequence[str]] = []

    def write(_: Brief[Any], objections: Sequence[str]) -> Tutorial:
        told.append(objections)
        return sales("amount" if objections else "amont")

    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: write})
    payloads = await contents(settings, author, run_code="sql")
    assert "SELECT amount" in payloads["tutorial"]["content"]
    assert [[COLUMN in objection for objection in objections] for objections in told] == [[], [True]]


async def test_a_lesson_whose_code_keeps_failing_is_kept(settings: Settings) -> None:
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: lambda *_: sales("amont")})
    payloads = await contents(settings, author, run_code="sql")
    assert "SELECT amont" in payloads["tutorial"]["content"]
    assert author.times_asked()[AuthorRole.TUTORIAL, "c-1-1-1"] == 3


async def test_a_key_that_the_code_contradicts_is_asked_for_again(
    settings: Settings,
    sandboxed: CodeRunner,
) -> None:
    def write(_: Brief[Any], objections: Sequence[str]) -> Any:
        questions = [output_question(f"print(2 ** {number})", ["1", "4", "2", "8"], 0) for number in (2, 3, 1)]
        keys = [1, 3, 2] if objections else [1, 2, 2]
        options = [
            question.model_copy(update={"correct_answer": [key]}) for question, key in zip(questions, keys, strict=True)
        ]
        return quiz(*options)  # fmt: skip

    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.QUIZ: write})
    payloads = await contents(settings, author, run_code="all")
    assert author.times_asked()[AuthorRole.QUIZ, "c-1-1-1"] == 2
    question = payloads["quiz"]["questions"][1]
    assert [question["options"][key] for key in question["correct_answer"]] == ["8"]


async def test_without_the_setting_nothing_is_run(settings: Settings) -> None:
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: lambda *_: sales("amont")})
    await contents(settings, author)
    assert author.times_asked()[AuthorRole.TUTORIAL, "c-1-1-1"] == 1


@pytest.mark.parametrize(
    ("kind", "changes", "mode"),
    [
        ("foreground", {"model": "openai:gpt-x"}, "sql"),
        ("foreground", {}, "off"),
        ("worker", {"model": "openai:gpt-x"}, "off"),
        ("server", {"model": "openai:gpt-x"}, "off"),
        ("worker", {"run_code": "all"}, "all"),
        ("foreground", {"model": "openai:gpt-x", "run_code": "off"}, "off"),
    ],
)
def test_on_servers_no_code_is_run_until_an_operator_says_so(
    kind: ProcessKind, changes: dict[str, Any], mode: str
) -> None:
    assert code_mode(Settings.model_validate(changes), kind) == mode
