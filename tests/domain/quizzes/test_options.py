from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contents import Question, Quiz
from domain.quizzes.options import with_ordered_options

WORDS = ["a triad", "a seventh", "a cluster", "an octave"]


def question(options: list[str], right: list[int], **changes: str) -> Question:
    values = {"question_id": "q1", "question_type": "single_choice", "question": "Which?", "explanation": "It is so."}
    return Question.model_validate(
        {**values, "difficulty": "easy", **changes, "options": options, "correct_answer": right}
    )


def ordered(asked: Question, seed: str = "r c") -> Question:
    return with_ordered_options(Quiz(questions=[asked]), seed).questions[0]


@given(st.lists(st.text(min_size=1), min_size=2, max_size=6, unique=True), st.data(), st.text())
def test_the_key_stays_with_its_options_and_the_order_is_the_same_each_time(
    options: list[str], data: st.DataObject, seed: str
) -> None:
    right = data.draw(st.lists(st.sampled_from(range(len(options))), min_size=1, unique=True))
    asked = question(options, right)
    shown = ordered(asked, seed)
    assert sorted(shown.options) == sorted(options)
    assert {shown.options[index] for index in shown.correct_answer} == {options[index] for index in right}
    assert ordered(asked, seed) == shown


def test_the_places_of_keys_are_uniform_whatever_the_author_does() -> None:
    places = Counter(ordered(question(WORDS, [1]), f"roadmap {seed}").correct_answer[0] for seed in range(2000))
    chi_square = sum((places[place] - 500) ** 2 / 500 for place in range(4))
    assert chi_square < 16.3  # p = 0.001 at three degrees of freedom


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["10", "2", "33"], ["2", "10", "33"]),
        (["$5.50", "$0.5", "$12"], ["$0.5", "$5.50", "$12"]),
        (["90 km", "7 km"], ["7 km", "90 km"]),
        (["2021-03-01", "1999-12-31"], ["1999-12-31", "2021-03-01"]),
        (["False", "True"], ["True", "False"]),
        (["错误", "正确"], ["正确", "错误"]),
        (["Nein", "Ja."], ["Ja.", "Nein"]),
    ],
)
def test_numbers_dates_and_pairs_stand_in_their_order(options: list[str], expected: list[str]) -> None:
    shown = ordered(question(options, [0]))
    assert shown.options == expected
    assert shown.options[shown.correct_answer[0]] == options[0]


@pytest.mark.parametrize(
    "asked",
    [
        question([*WORDS[:3], "All of the above"], [3]),
        question([*WORDS[:3], "Both a triad and an octave"], [3]),
        question(WORDS, [1], explanation="Option B has four notes."),
        question(WORDS, [1], question="Why is the second option wrong?"),
    ],
)
def test_a_question_that_speaks_of_places_keeps_its_order(asked: Question) -> None:
    assert all(ordered(asked, str(seed)) == asked for seed in range(20))
