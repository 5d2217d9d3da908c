"""Keys of quizzes: letters, texts, marks and counting from 1 are read where they mean one thing only."""

from typing import Any, Final

import pytest
from pydantic import ValidationError

from domain.contents import Quiz, QuizKey
from domain.framework import Concept
from domain.request import Preferences
from domain.vocabulary import Step
from nodes.authors.briefs import QuizBrief
from nodes.authors.port import AuthorAnswer
from nodes.authors.reading import conform
from nodes.ledger.requests import AuthorRequest, checked

QUIZ_BRIEF: Final = QuizBrief(
    preferences=Preferences(learning_goal="chords"),
    roadmap_title="R",
    stage_name="S",
    module_name="M",
    concept=Concept(concept_id="c-1", name="C"),
    prerequisite_names=[],
)
OPTIONS: Final = ["It brightens it", "It darkens it", "It mutes it", "It doubles it"]


def question(**changes: Any) -> dict[str, Any]:
    usual = {
        "question_id": "q1",
        "question_type": "single_choice",
        "question": "What does it do?",
        "options": OPTIONS,
        "correct_answer": [1],
        "explanation": "e",
        "difficulty": "easy",
    }
    return {**usual, **changes}


def read(**changes: Any) -> dict[str, Any]:
    read_question: dict[str, Any] = conform({"questions": [question(**changes)]}, Quiz)["questions"][0]
    return read_question


READ: Final[dict[str, dict[str, Any]]] = {
    "a scalar": {"correct_answer": 1},
    "a text of a number": {"correct_answer": ["1"]},
    "a list as text": {"correct_answer": "[1]"},
    "a whole float": {"correct_answer": [1.0]},
    "a letter": {"correct_answer": ["B"]},
    "a small letter": {"correct_answer": "b"},
    "a letter with a bracket": {"correct_answer": "B)"},
    "a letter in words": {"correct_answer": "Option B"},
    "the option's text": {"correct_answer": ["It darkens it"]},
    "the option's text in another case": {"correct_answer": "it darkens it."},
    "a letter in bold": {"correct_answer": "**B**"},
    "an index in words": {"correct_answer": "index 1"},
    "a list in a list": {"correct_answer": [[1]]},
    "flags": {"correct_answer": [False, True, False, False]},
    "options with letters in bold": {"options": [f"**{'ABCD'[n]})** {text}" for n, text in enumerate(OPTIONS)]},
    "options with letters and dashes": {"options": [f"{'ABCD'[n]} - {text}" for n, text in enumerate(OPTIONS)]},
    "letter and text": {"correct_answer": "B) It darkens it"},
    "letter and text with a point": {"correct_answer": "B. It darkens it"},
    "an object": {"correct_answer": [{"id": "B", "text": "It darkens it"}]},
    "options with letters": {"options": [f"{'ABCD'[n]}) {text}" for n, text in enumerate(OPTIONS)]},
    "options with letters, key by letter": {
        "options": [f"{'ABCD'[n]}. {text}" for n, text in enumerate(OPTIONS)],
        "correct_answer": ["B"],
    },
    "options with letters, key by text": {
        "options": [f"({'abcd'[n]}) {text}" for n, text in enumerate(OPTIONS)],
        "correct_answer": ["(b) It darkens it"],
    },
    "options with numbers": {"options": [f"{n + 1}. {text}" for n, text in enumerate(OPTIONS)]},
    "objects": {"options": [{"id": "ABCD"[n], "text": text} for n, text in enumerate(OPTIONS)]},
    "objects and a letter": {
        "options": [{"id": "ABCD"[n], "text": text} for n, text in enumerate(OPTIONS)],
        "correct_answer": "B",
    },
    "objects and an id": {
        "options": [{"id": f"o{n}", "text": text} for n, text in enumerate(OPTIONS)],
        "correct_answer": ["o1"],
    },
    "objects that are marked": {
        "options": [{"text": text, "is_correct": n == 1} for n, text in enumerate(OPTIONS)],
        "correct_answer": None,
    },
    "an object of letters": {"options": dict(zip("ABCD", OPTIONS, strict=True)), "correct_answer": "B"},
    "options as JSON text": {"options": '["It brightens it", "It darkens it", "It mutes it", "It doubles it"]'},
    "options as lines": {"options": "A) It brightens it\nB) It darkens it\nC) It mutes it\nD) It doubles it"},
    "other names": {"choices": OPTIONS, "answer": "B", "options": None, "correct_answer": None},
}


@pytest.mark.parametrize("kind", READ)
def test_a_key_that_any_person_can_read_is_refused(kind: str) -> None:
    changes = dict(READ[kind])
    if kind == "other names":
        raw = {name: value for name, value in question(**changes).items() if value is not None}
        assert Quiz.model_validate(conform({"questions": [raw]}, Quiz)).questions[0].correct_answer == [1]
        return
    result = read(**changes)
    assert (result["options"], result["correct_answer"]) == (OPTIONS, [1])


STAYS: Final[dict[str, dict[str, Any]]] = {
    "counted by name": {"options": ["1. FC Köln", "Bayern", "VfB", "HSV"]},
    "ordinals": {"options": ["1. Normal form", "2. Normal form", "3. Normal form"]},
    "notes": {"options": ["C E G", "C D E", "C F B", "C G A"]},
    "letters": {"options": ["B", "A", "D", "C"]},
    "numbers": {"options": ["0", "1", "2", "3"]},
}


@pytest.mark.parametrize("kind", STAYS)
def test_options_lose_what_is_part_of_them(kind: str) -> None:
    assert read(**STAYS[kind])["options"] == STAYS[kind]["options"]


UNCERTAIN: Final[dict[str, dict[str, Any]]] = {
    "text of one option and index of another": {"options": ["1", "2", "3", "4"], "correct_answer": ["2"]},
    "text of one option and letter of another": {"options": ["B", "A", "D", "C"], "correct_answer": ["A"]},
    "letter of one option and text of another": {"correct_answer": ["A) It darkens it"]},
    "no option": {"correct_answer": ["It sings"]},
    "a word": {"correct_answer": "one"},
    "true of what": {"correct_answer": True},
}


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_a_key_that_may_mean_two_options_is_guessed(kind: str) -> None:
    request = AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF)
    value, problems = checked(request, AuthorAnswer(conform({"questions": [question(**UNCERTAIN[kind])]}, Quiz), "m"))
    assert value is None
    assert problems[0].startswith("questions.0.correct_answer: ")


def test_several_right_options_are_read() -> None:
    for key in (["A", "C"], "A, C", "A and C", "AC", "0, 2", ["It brightens it", "It mutes it"], '["A", "C"]'):
        assert read(question_type="multiple_choice", correct_answer=key)["correct_answer"] == [0, 2], key


def test_true_and_false_are_options() -> None:
    for options in (["True", "False"], [True, False], ["A) True", "B) False"]):
        for key in (False, "False", "false", ["B"]):
            assert read(question_type="True/False", options=options, correct_answer=key)["correct_answer"] == [1]
    assert read(options=["False", "True"], correct_answer=True)["correct_answer"] == [1]


def keys(*answers: list[int]) -> list[list[int]]:
    content = conform({"questions": [question(correct_answer=answer) for answer in answers]}, Quiz)
    return [item["correct_answer"] for item in content["questions"]]


def test_a_key_is_counted_from_1_only_where_that_is_certain() -> None:
    assert keys([1], [4], [2]) == [[0], [3], [1]]
    assert keys([1], [2], [3]) == [[1], [2], [3]]  # both ways are possible
    assert keys([0], [4]) == [[0], [4]]  # objected to: the last one is no option
    assert keys([1], [5]) == [[1], [5]]


def test_answers_to_questions_of_others_are_letters_or_indices() -> None:
    came = {"answers": [{"question_id": "q1", "correct_answer": "B"}, {"question_id": 2, "correct_answer": ["A", "C"]}]}
    assert QuizKey.model_validate(conform(came, QuizKey)).model_dump()["answers"] == [
        {"question_id": "q1", "correct_answer": [1]},
        {"question_id": "2", "correct_answer": [0, 2]},
    ]


def test_an_empty_object_as_an_answer_is_left_for_the_shape_to_object_to() -> None:
    """It was looked into again and again, until the process had no stack left."""
    answers: list[dict[str, Any]] = [{}, {"id": {}}, {"letter": [{}]}, {"text": None}]
    for empty in answers:
        content = {"questions": [question(correct_answer=[empty])]}
        conformed = conform(content, Quiz)
        assert conform(conformed, Quiz) == conformed
        with pytest.raises(ValidationError):
            Quiz.model_validate(conformed)
