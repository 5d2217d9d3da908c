"""Tests of stages: the same for the same attempt, mixed, and never of what is not written."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain.contents import Question, Quiz
from domain.quizzes.stage_test import MAX_EARLIER_QUESTIONS, MAX_QUESTIONS, StageQuestion, mixed

sizes = st.dictionaries(st.sampled_from([f"c-{n}" for n in range(8)]), st.integers(1, 9), max_size=8)


def quiz_of(size: int) -> Quiz:
    return Quiz.model_construct(
        questions=[
            Question(
                question_id=f"q{number}",
                question_type="single_choice",
                question=f"What is {number}?",
                options=["a", "b"],
                correct_answer=[0],
                explanation="",
                difficulty="easy",
            )
            for number in range(size)
        ]
    )


def made(sizes: dict[str, int], seed: str = "ann 1") -> list[StageQuestion]:
    """The stage has the concepts with even numbers, all others are earlier."""
    ids = [f"c-{n}" for n in range(8)]
    quizzes = {concept_id: (1, quiz_of(size)) for concept_id, size in sizes.items()}
    return mixed(ids[::2], ids[1::2], quizzes, {}, seed)


def is_earlier(question: StageQuestion) -> bool:
    return question.concept_id[-1] in "1357"


@given(sizes)
def test_a_test_is_the_same_each_time_and_has_no_question_twice(sizes: dict[str, int]) -> None:
    questions = made(sizes)
    assert questions == made(dict(reversed(sizes.items())))
    assert len(questions) <= MAX_QUESTIONS
    assert len({(one.concept_id, one.question_id) for one in questions}) == len(questions)
    earlier = list(filter(is_earlier, questions))
    assert len(earlier) <= min(MAX_EARLIER_QUESTIONS, (len(questions) - len(earlier)) // 2)
    assert "correct_answer" not in StageQuestion.model_fields


def test_earlier_questions_are_spread_and_neighbours_are_of_different_concepts() -> None:
    questions = made({f"c-{n}": 5 for n in range(8)})
    places = [index for index, question in enumerate(questions) if is_earlier(question)]
    assert len(places) == MAX_EARLIER_QUESTIONS
    assert all(later - place > 1 for place, later in itertools.pairwise(places))
    assert all(one.concept_id != other.concept_id for one, other in itertools.pairwise(questions))


def test_another_attempt_or_learner_has_other_questions() -> None:
    size = {f"c-{n}": 9 for n in range(8)}
    assert len({tuple(one.question_id for one in made(size, seed)) for seed in ("ann 1", "ann 2", "bob 1")}) == 3
