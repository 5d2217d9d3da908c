"""Showing quizzes without their key, and grading answers."""

from collections.abc import Sequence

from pydantic import BaseModel

from domain.contents import OpenQuestion, Question, Quiz
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


def opened(question: Question) -> OpenQuestion:
    """Return a question without its key."""
    return OpenQuestion.model_validate(question.model_dump())


def without_key(quiz: Quiz) -> OpenQuiz:
    """Return a quiz without its key, to be shown before it is answered."""
    return OpenQuiz(questions=list(map(opened, quiz.questions)))


def graded(quiz: Quiz, answers: Sequence[Sequence[int]]) -> list[QuizMark]:
    """Grade the answers to a quiz.

    `answers`: for each question the indices of the selected options, empty if it was skipped. An answer is right if it
    selects exactly the correct options. Raises InvalidInput if the answers do not fit the quiz.
    """
    if not quiz.questions:
        raise InvalidInput("This quiz has no questions.")
    if len(answers) != len(quiz.questions):
        raise InvalidInput(f"This quiz has {len(quiz.questions)} questions, and there are {len(answers)} answers.")
    pairs = zip(quiz.questions, answers, strict=True)
    return [mark_of(question, answer, f"Question {number}") for number, (question, answer) in enumerate(pairs, start=1)]


def mark_of(question: Question, answer: Sequence[int], name: str = "This question") -> QuizMark:
    """Grade the answer to one question, see `graded`. `name`: of the question in errors."""
    if any(not 0 <= index < len(question.options) for index in answer):
        raise InvalidInput(f"{name} has {len(question.options)} options, numbered from 0.")
    selected, correct = sorted(set(answer)), sorted(set(question.correct_answer))
    return QuizMark(
        question_id=question.question_id,
        right=bool(correct) and selected == correct,
        chosen=selected,
        correct_answer=correct,
        explanation=question.explanation,
        heading=question.heading,
    )
