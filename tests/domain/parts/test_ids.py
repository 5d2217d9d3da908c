"""Ids of parts: one stays while its text stays, and none is used for another text."""

from typing import Any

from domain.contents import Quiz, Tutorial
from domain.parts import with_question_ids, with_section_ids
from tests.domain.parts.test_repairs import LESSON, question


def quiz(*questions: dict[str, Any]) -> Quiz:
    return Quiz.model_validate({"questions": list(questions)})


def ids_of(new: Quiz, *earlier: Quiz) -> list[str]:
    named = with_question_ids(new, [version.model_dump(mode="json") for version in earlier])
    assert [part.model_dump(exclude={"question_id"}) for part in named.questions] == [
        part.model_dump(exclude={"question_id"}) for part in new.questions
    ]
    return [part.question_id for part in named.questions]


def test_a_first_version_is_numbered_whatever_its_author_wrote() -> None:
    assert ids_of(quiz(question(7), question(1, question_id="Frage 1"), question(3))) == ["q1", "q2", "q3"]


def test_a_question_keeps_its_id_while_its_text_and_options_stay() -> None:
    first = quiz(question(1), question(2), question(3))
    again = question(2, question_id="q9", explanation="Other words.", difficulty="hard")
    shuffled = question(3, question_id="q8", options=["as much as three", "as much as two"], correct_answer=[1])
    assert ids_of(quiz(shuffled, question(1, question="New?"), again), first) == ["q3", "q4", "q2"]


def test_a_number_that_was_ever_used_is_not_used_again() -> None:
    first, second = quiz(question(1), question(2), question(5)), quiz(question(1), question(2))
    assert ids_of(quiz(question(1), question(2), question(3, question_id="q3")), second, first) == ["q1", "q2", "q6"]
    assert ids_of(quiz(question(5)), second, first) == ["q5"], "it is the one of the first version"


def test_two_questions_never_share_an_id() -> None:
    first = quiz(question(1), question(2))
    assert ids_of(quiz(question(1), question(1), question(2)), first) == ["q1", "q3", "q2"]


def test_versions_of_another_shape_are_passed_over() -> None:
    assert [part.question_id for part in with_question_ids(quiz(question(5)), [None, {"questions": 1}]).questions] == [
        "q1"
    ]


def test_a_section_keeps_its_id_while_its_text_stays() -> None:
    first = with_section_ids(Tutorial.model_validate(LESSON), [])
    assert first.section_ids == ["s1", "s2", "s3"]
    content = str(LESSON["content"]).replace("first", "better") + "\n\n\n## New\n\nx\n"
    second = Tutorial.model_validate({**LESSON, "content": content})
    stored = [first.model_dump(mode="json")]
    assert with_section_ids(second, stored).section_ids == ["s1", "s4", "s3", "s5"]


def test_a_lesson_that_was_stored_without_ids_has_those_of_its_order() -> None:
    moved = "## Two\n\n```py\n# x\n```\n\n## One\n\n\nfirst  \n"
    again = Tutorial.model_validate({**LESSON, "content": moved})
    assert with_section_ids(again, [LESSON]).section_ids == ["s3", "s2"]
