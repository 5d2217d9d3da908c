"""Showing quizzes without their key, and grading answers."""

from collections.abc import Sequence

from pydantic import BaseModel

from domain.contents import OpenQuestion, Quiz
from domain.errors import InvalidInput


class OpenQuiz(BaseModel):
    """A quiz without its key."""

    questions: list[OpenQuestion]


class QuizMark(BaseModel):
    """The result of one question. Answers are indices of its options."""

    question_id: str
    right: bool
    chosen: list[int]
    correct_answer: list[int]
    explanation: str
    heading: str = ""
    """The heading of the lesson under which the answer is found, as its author names it; empty where it is unknown."""


def without_key(quiz: Quiz) -> OpenQuiz:
    """Return a quiz without its key, to be shown before it is answered."""
    return OpenQuiz(questions=[OpenQuestion.model_validate(question.model_dump()) for question in quiz.questions])


def graded(quiz: Quiz, answers: Sequence[Sequence[int]]) -> list[QuizMark]:
    """Grade the answers to a quiz.

    `answers`: for each question the indices of the selected options, empty if it was skipped. An answer is right if it
    selects exactly the correct options. Raises InvalidInput if the answers do not fit the quiz.
    """
    if not quiz.questions:
        raise InvalidInput("This quiz has no questions.")
    if len(answers) != len(quiz.questions):
        raise InvalidInput(f"This quiz has {len(quiz.questions)} questions, and there are {len(answers)} answers.")
    marks = []
    for number, (question, answer) in enumerate(zip(quiz.questions, answers, strict=True), start=1):
        if any(not 0 <= index < len(question.options) for index in answer):
            raise InvalidInput(f"Question {number} has {len(question.options)} options, numbered from 0.")
        selected, correct = sorted(set(answer)), sorted(set(question.correct_answer))
        marks.append(
            QuizMark(
                question_id=question.question_id,
                right=bool(correct) and selected == correct,
                chosen=selected,
                correct_answer=correct,
                explanation=question.explanation,
                heading=question.heading,
            )
        )
    return marks
