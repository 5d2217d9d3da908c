"""A quiz beside its lesson and the course book: what it names exists, and all outcomes are tested."""

from typing import Any

import pytest

from domain.checks import Expected
from domain.checks.findings import Finding, Kind
from domain.content_types import check_content
from domain.contents import Question, Quiz
from domain.course.book import ConceptPlan, Outcome
from domain.parts import PartialQuiz

LESSON = "## Why it matters\n\nIt is used daily.\n\n## Der *Satz*\n\nA text.\n\n### Exercise\n\nTry it."
PLAN = ConceptPlan(
    concept_id="c-1-1-1",
    outcomes=[Outcome(outcome_id="o1", text="can say why"), Outcome(outcome_id="o2", text="can use the theorem")],
)
HEADINGS = ("Why it matters", "Der Satz", "exercise")


def question(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "question_id": f"q{number}",
        "question_type": "single_choice",
        "question": f"What is {number} times two?",
        "options": [str(2 * number), str(number), str(number + 1000)],
        "correct_answer": [0],
        "explanation": f"Twice {number} is the sum of {number} and itself.",
        "difficulty": "easy",
        "outcome": f"o{1 + number % 2}",
        "heading": HEADINGS[number % 3],
    } | fields


def quiz(*questions: dict[str, Any]) -> Quiz:
    return Quiz.model_validate({"questions": list(questions) or [question(n) for n in range(1, 5)]})


def found(content: Quiz, **expected: Any) -> list[Finding]:
    wanted: dict[str, Any] = {"language": "en", "lesson": LESSON, "plan": PLAN} | expected
    return [one for one in check_content(content, Expected(**wanted)) if one.rule != "quiz.style"]


def test_a_quiz_that_names_outcomes_and_headings_counts() -> None:
    assert found(quiz()) == []


def test_a_quiz_of_before_the_course_book_is_asked_for_nothing() -> None:
    plain = [question(n, outcome="", heading="") for n in range(1, 5)]
    assert found(quiz(*plain), lesson="", plan=None) == []
    assert {one.kind for one in found(quiz(*plain), plan=None)} == {Kind.HINT}
    assert found(quiz(*plain), lesson="no headings here", plan=None) == []
    assert found(quiz(*plain), plan=ConceptPlan(concept_id="c-1-1-1"), lesson="") == []


def test_a_quiz_by_rules_is_asked_for_no_outcome() -> None:
    plain = [question(n, outcome="", heading="") for n in range(1, 5)]
    assert [one.kind for one in found(quiz(*plain), language=None)] == [Kind.HINT] * 4


@pytest.mark.parametrize("heading", ["", "Conclusion", "Why", "重要", "\x00"])
def test_a_heading_that_the_lesson_does_not_have_is_a_doubt_about_its_question(heading: str) -> None:
    content = quiz(question(1), question(2, heading=heading), question(3))
    findings = [one for one in found(content) if one.rule == "quiz.heading"]
    assert [(one.kind, one.part) for one in findings] == [(Kind.DOUBT, "q2")]
    assert "Why it matters; Der *Satz*; Exercise" in findings[0].message


def test_a_heading_that_does_not_exist_is_a_doubt_without_a_book_too() -> None:
    content = quiz(question(1), question(2, heading="Conclusion"), question(3, heading=""))
    assert [(one.kind, one.part) for one in found(content, plan=None)] == [(Kind.DOUBT, "q2"), (Kind.HINT, "q3")]


@pytest.mark.parametrize("outcome", ["", "o3", "whatever", "\x00"])
def test_an_outcome_that_the_concept_does_not_have_is_a_doubt_about_its_question(outcome: str) -> None:
    content = quiz(question(1), question(2), question(3), question(4, outcome=outcome))
    assert [(one.rule, one.kind, one.part) for one in found(content)] == [("quiz.outcome", Kind.DOUBT, "q4")]


def test_an_outcome_that_no_question_tests_is_a_doubt_about_the_quiz() -> None:
    content = quiz(*(question(n, outcome="O1") for n in range(1, 5)))
    assert [(one.rule, one.kind, one.part) for one in found(content)] == [("quiz.outcomes", Kind.DOUBT, None)]
    assert "o2 (“can use the theorem”)" in found(content)[0].message


def test_without_a_lesson_headings_are_not_checked() -> None:
    content = quiz(*(question(n, heading="Anything") for n in range(1, 5)))
    assert found(content, lesson="") == []


def test_a_stored_question_without_the_fields_is_read_and_written_as_it_was() -> None:
    stored = {name: value for name, value in question(1).items() if name not in ("outcome", "heading")}
    assert Question.model_validate(stored).model_dump(mode="json") == stored
    assert Question.model_validate(question(1)).model_dump(mode="json") == question(1)


@pytest.mark.parametrize("value", [None, 3, {"id": "o1"}, ["One"]])
def test_a_field_of_another_type_costs_no_quiz(value: Any) -> None:
    read = Question.model_validate(question(1, heading=value, outcome=value))
    assert (read.heading, read.outcome) == ("", "")


def test_a_repair_by_part_replaces_the_heading_of_its_question_alone() -> None:
    former = quiz(question(1), question(2, heading="Conclusion"), question(3), question(4)).model_dump(mode="json")
    parts = PartialQuiz.model_validate({"questions": [question(2)]})
    merged = parts.merged_into(former, frozenset({"q2"}))
    assert merged is not None
    assert merged == {"questions": [question(n) for n in range(1, 5)]}
    assert found(Quiz.model_validate(merged)) == []
