"""Exercises, folded solutions and words for the minutes: hints in general, doubts about a planned lesson."""

from dataclasses import replace

import pytest

from domain.checks import Expected
from domain.checks.findings import Kind
from domain.checks.tutorial import check_tutorial
from domain.contents import Tutorial

RULES = {"tutorial.practice", "tutorial.solution", "tutorial.length", "tutorial.exercise"}
FOLD = "<details>\n<summary>{0}</summary>\n\n{0}: 42.\n\n</details>\n"
PROSE = " ".join(f"word{number * number}" for number in range(600))
LESSONS = {
    "en": f"## Joins\n\n{PROSE}\n\n## Exercise\n\nJoin both tables.\n\n{FOLD.format('Solution')}",
    "de": f"## Verbünde\n\n{PROSE}\n\n**Aufgabe.** Verbinde die Tabellen.\n\n{FOLD.format('Lösung')}",
    "zh": f"## 连接\n\n{'连接两张表的查询。' * 140}\n\n## 练习\n\n连接两张表。\n\n{FOLD.format('答案')}",
    "fr": f"## Jointures\n\n{PROSE}\n\n### Exercice 1\n\nFaites-le.\n\n{FOLD.format('Corrigé')}",
}
"""Good ones."""


def found(content: str, language: str = "en", *, planned: int | None = 45) -> set[tuple[str, Kind]]:
    lesson = Tutorial(title="T", summary="", content=content, estimated_completion_time=45, language=language)
    expected = replace(Expected(language=language), hours=(planned or 45) / 60, planned_minutes=planned)
    return {(finding.rule, finding.kind) for finding in check_tutorial(lesson, expected) if finding.rule in RULES}


@pytest.mark.parametrize("language", LESSONS)
def test_a_lesson_with_practice_for_its_minutes_passes(language: str) -> None:
    assert found(LESSONS[language], language) == set()


@pytest.mark.parametrize("language", LESSONS)
def test_a_lesson_that_was_damaged_is_refused_by_the_rule_of_its_damage(language: str) -> None:
    text = LESSONS[language]
    folded = text.replace("<details>", "").replace("</details>", "")
    assert found(folded, language) == {("tutorial.solution", Kind.DOUBT)}
    short = text.replace(PROSE, PROSE[:900]).replace("连接两张表的查询。" * 140, "连接两张表的查询。" * 20)
    assert found(short, language) == {("tutorial.length", Kind.DOUBT)}
    assert found(text, language, planned=125) >= {("tutorial.practice", Kind.DOUBT)}, "two hours need two exercises"


def test_a_lesson_that_no_book_planned_gets_hints_only() -> None:
    kinds = {kind for _, kind in found("## A\n\ntext\n\n## Exercise\n\nDo it.", planned=None)}
    assert kinds == {Kind.HINT}


def test_a_fold_inside_of_code_is_no_solution() -> None:
    lesson = LESSONS["en"].replace("<details>", "```html\n<details>").replace("</details>", "</details>\n```")
    assert ("tutorial.solution", Kind.DOUBT) in found(lesson)


def test_an_unknown_language_has_no_rule_about_exercises() -> None:
    assert "tutorial.practice" not in {rule for rule, _ in found(LESSONS["en"], "sw")}
