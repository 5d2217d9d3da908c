"""Repairs of contents: what nothing was wrong with stays byte for byte."""

import json
from typing import Any

from domain.parts import PartialQuiz, PartialResources, PartialTutorial


def question(number: int, **values: Any) -> dict[str, Any]:
    return {
        "question_id": f"q{number}",
        "question_type": "single_choice",
        "question": f"What is {number} + {number}?",
        "options": ["as much as two", "as much as three"],
        "correct_answer": [0],
        "explanation": "It is counted.",
        "difficulty": "easy",
        **values,
    }


def resource(number: int, **values: Any) -> dict[str, Any]:
    texts = {"title": f"R{number}", "url": f"https://r.example/{number}", "type": "docs", "description": "D"}
    unchecked = {"verification": "unchecked", "checked_at": None}
    return {**texts, "relevance_score": 0.5, "language": "en", **unchecked, **values}


QUIZ = {"questions": [question(number) for number in range(1, 6)]}
RESOURCES = {"resources": [resource(number) for number in (1, 2, 3)], "search_queries_used": ["chess"]}
LESSON = {
    "title": "T",
    "summary": "S",
    "content": "Before.\n\n## One\n\n\nfirst  \n\n## Two\n\n```py\n# x\n```\n",
    "estimated_completion_time": 20,
    "language": "en",
}


def merged(allowed: set[str] | None, *questions: dict[str, Any], removed: tuple[str, ...] = ()) -> Any:
    return PartialQuiz(questions=list(questions), removed=list(removed)).merged_into(QUIZ, allowed)


def test_only_the_question_that_was_objected_to_changes() -> None:
    changed = merged({"q2"}, question(2, question="New?"), question(3, question="Unasked?"))
    assert changed["questions"][1]["question"] == "New?"
    for number in (0, 2, 3, 4):
        assert json.dumps(changed["questions"][number]) == json.dumps(QUIZ["questions"][number])


def test_a_question_under_another_id_takes_the_place_of_the_only_one_that_was_asked_for() -> None:
    changed = merged({"q2"}, question(9, question="New?"))
    assert [(part["question_id"], part["question"]) for part in changed["questions"]][1] == ("q2", "New?")


def test_questions_nobody_asked_for_are_no_repair() -> None:
    assert merged({"q2"}, question(3), question(4)) is None
    assert merged({"q2"}) is None


def test_an_objection_to_the_whole_lets_questions_come_and_go() -> None:
    changed = merged(None, question(9, question="New?"), question(1, question="Other?"), removed=("q4", "q77"))
    assert [part["question_id"] for part in changed["questions"]] == ["q1", "q2", "q3", "q5", "q9"]
    assert changed["questions"][0]["question"] == "Other?"


def test_a_quiz_under_new_ids_is_another_quiz() -> None:
    assert merged(None, *[question(number) for number in (11, 12, 13)]) is None


def test_questions_that_share_an_id_cannot_be_repaired_by_it() -> None:
    assert PartialQuiz.parts_of({"questions": [question(1), question(1)]}) is None
    assert PartialQuiz.parts_of({"questions": [question(1, question_id=" ")]}) is None
    assert PartialQuiz.parts_of(QUIZ) == QUIZ


def test_a_resource_is_replaced_by_its_number_or_taken_out() -> None:
    new = PartialResources.model_validate({"resources": [{**resource(7), "number": 2}]})
    changed = new.merged_into(RESOURCES, {"2"})
    assert changed == {**RESOURCES, "resources": [resource(1), resource(7), resource(3)]}
    gone = PartialResources(resources=[], removed=[2, 3]).merged_into(RESOURCES, {"2"})
    assert gone == {**RESOURCES, "resources": [resource(1), resource(3)]}


def test_what_code_has_found_out_about_links_is_not_shown_to_the_author() -> None:
    shown = PartialResources.parts_of(RESOURCES)
    assert shown is not None
    assert [part["number"] for part in shown["resources"]] == [1, 2, 3]
    assert "verification" not in json.dumps(shown)


def lesson(allowed: set[str] | None = None, **values: Any) -> Any:
    return PartialTutorial.model_validate({"sections": [], **values}).merged_into(LESSON, allowed)


def test_a_section_is_replaced_and_the_others_keep_every_blank() -> None:
    changed = lesson(sections=[{"id": "s2", "content": "## One\n\nbetter"}])
    assert changed == {**LESSON, "content": "Before.\n\n## One\n\nbetter\n\n## Two\n\n```py\n# x\n```\n"}


def test_a_new_section_comes_last_and_fields_change_alone() -> None:
    changed = lesson(sections=[{"id": "s9", "content": "## Exercise\n\nTry it."}], estimated_completion_time=25)
    assert changed["content"].startswith(LESSON["content"])
    assert changed["content"].endswith("## Exercise\n\nTry it.\n\n")
    assert changed["estimated_completion_time"] == 25
    assert lesson(summary="Other") == {**LESSON, "summary": "Other"}


def test_a_field_that_was_not_objected_to_stays() -> None:
    assert lesson({"s2"}, summary="Other") is None
    assert lesson({"summary"}, summary="Other", title="Other") == {**LESSON, "summary": "Other"}


def test_a_complete_lesson_is_no_repair() -> None:
    assert lesson(content="## Whole", title="T") is None


def test_another_question_does_not_take_the_place_of_the_one_that_was_asked_for() -> None:
    assert merged({"q2"}, question(3, question="Unasked?")) is None


def test_an_objection_to_one_section_leaves_the_others_as_they_are() -> None:
    sections = [{"id": "s2", "content": "## One\n\nmended"}, {"id": "s3", "content": "## Two\n\nunasked"}]
    changed = PartialTutorial.model_validate({"sections": sections, "title": "Unasked"}).merged_into(LESSON, {"s2"})
    assert changed is not None
    assert changed["content"] == "Before.\n\n## One\n\nmended\n\n## Two\n\n```py\n# x\n```\n"
    assert changed["title"] == "T"


def test_an_objection_to_the_summary_leaves_every_section_as_it_is() -> None:
    answer = {"summary": "New.", "sections": [{"id": "s2", "content": "## One\n\nunasked"}]}
    changed = PartialTutorial.model_validate(answer).merged_into(LESSON, {"summary"})
    assert changed == {**LESSON, "summary": "New."}
