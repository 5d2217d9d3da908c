import pytest

from domain.contents import Question, Quiz
from domain.errors import InvalidInput
from domain.quizzes.grading import graded, without_key


def question(number: int, *correct: int) -> Question:
    return Question(
        question_id=f"q{number}",
        question_type="multiple_choice",
        question="Which?",
        options=["a", "b", "c"],
        correct_answer=list(correct),
        explanation="secret",
        difficulty="easy",
    )


QUIZ = Quiz(questions=[question(1, 0, 2), question(2, 1)])


def test_a_shown_quiz_does_not_give_its_key_away() -> None:
    shown = without_key(QUIZ).model_dump_json()
    assert "correct_answer" not in shown
    assert "secret" not in shown
    assert '"options":["a","b","c"]' in shown


def test_right_is_all_that_is_right_and_nothing_else() -> None:
    assert [mark.right for mark in graded(QUIZ, [[2, 0, 2], [1]])] == [True, True]
    assert [mark.right for mark in graded(QUIZ, [[0], [0, 1]])] == [False, False]
    assert [mark.right for mark in graded(QUIZ, [[], []])] == [False, False]


def test_a_question_without_a_right_answer_is_not_won_by_silence() -> None:
    assert [mark.right for mark in graded(Quiz(questions=[question(1)]), [[]])] == [False]


@pytest.mark.parametrize("answers", [[], [[0]], [[0], [1], [2]], [[3], [0]], [[-1], [0]]])
def test_answers_to_another_quiz_are_refused(answers: list[list[int]]) -> None:
    with pytest.raises(InvalidInput):
        graded(QUIZ, answers)
    with pytest.raises(InvalidInput):
        graded(Quiz(questions=[]), answers)
