"""What running the code shows is told to the author; what stays doubtful is kept, and fails no content."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.contents import Tutorial
from nodes.authors.briefs import AuthorRole, Brief
from nodes.verification.code.runner import CodeRunner
from orchestrator.orchestrator import Orchestrator
from orchestrator.resources import ProcessKind, code_mode
from orchestrator.settings import Settings
from repository.tables.roadmaps import ContentVersionRow
from tests.nodes.verification.code.lessons import lesson, output_question, quiz
from tests.support.authors import TEXT, ScriptedAuthor, framework_draft

ONE_CONCEPT = {AuthorRole.FRAMEWORK: lambda *_: framework_draft(1)}
COLUMN = "no such column: amont"


def sales(column: str) -> Tutorial:
    tutorial = lesson(f"sql\nCREATE TABLE sales (id INT, amount INT);\nSELECT {column} FROM sales;")
    return tutorial.model_copy(update={"content": f"{TEXT}\n{tutorial.content}"})


async def contents(settings: Settings, author: ScriptedAuthor, **changes: Any) -> dict[str, Any]:
    """Return the payloads of a creation by content type."""
    versions = await versions_of(settings, author, **changes)
    return {content_type: version.payload for content_type, version in versions.items()}


async def versions_of(settings: Settings, author: ScriptedAuthor, **changes: Any) -> dict[str, ContentVersionRow]:
    """Return the contents of a creation by content type."""
    async with Orchestrator.open(settings.model_copy(update=changes), author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("SQL")).task_id)
        assert (task.status, task.roadmap_id is None) == ("completed", False)
        versions = await orchestrator.contents.newest(task.roadmap_id or "")
        return {version.content_type: version for version in versions}


@pytest.mark.slow
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


async def test_it_is_stored_which_code_ran_and_which_did_not(settings: Settings) -> None:
    text = f"{TEXT}\n## More\n\n```sql\nSELECT 1;\n```\n\n```python\nprint(1)\n```\n\n```js\n1\n```\n"
    tutorial = sales("amont").model_copy(update={"content": f"{sales('amont').content}\n{text}"})
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: lambda *_: tutorial})
    version = (await versions_of(settings, author, run_code="sql"))["tutorial"]
    report = version.code_report or []
    assert [(run["state"], run["language"]) for run in report] == [
        ("doubtful", "sql"), ("ran", "sql"), ("not run", "python"),
    ]  # fmt: skip
    lines = tutorial.content.split("\n")
    assert [lines[run["line"]] for run in report] == ["```sql", "```sql", "```python"]
    assert "ROADMAP_RUN_CODE" in report[2]["reason"]
    ids = version.payload["section_ids"]
    assert all(run["part"] in ids for run in report)
    assert [doubt["part"] for doubt in version.doubts] == [report[0]["part"]]


async def test_without_the_setting_no_code_counts_as_run(settings: Settings) -> None:
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: lambda *_: sales("amount")})
    assert (await versions_of(settings, author))["tutorial"].code_report is None


@pytest.mark.slow
async def test_what_code_prints_fails_no_content_however_odd_it_is(settings: Settings, sandboxed: CodeRunner) -> None:
    code = 'print("\\x00\\ud800 odd")'
    odd = lesson(f"python run\n{code}", "text output\neven").content
    raising = lesson('python\nraise OSError("\\x00\\ud800" + "x" * 9000)').content
    tutorial = sales("amount").model_copy(update={"content": f"{TEXT}\n{odd}\n\n{raising}"})
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.TUTORIAL: lambda *_: tutorial})
    version = (await versions_of(settings, author, run_code="all"))["tutorial"]
    states = [(run["state"], len(run["reason"] or "") < 200) for run in version.code_report or []]
    assert states == [("doubtful", True), ("not run", True)]


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
