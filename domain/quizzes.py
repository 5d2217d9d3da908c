"""Quizzes as learners meet them: shown without the key, graded by it."""

from collections.abc import Sequence

from pydantic import BaseModel

from domain.contents import OpenQuestion, Quiz
from domain.errors import InvalidInput


class OpenQuiz(BaseModel):
    """A quiz without its key."""

    questions: list[OpenQuestion]


class QuizMark(BaseModel):
    """How one question was answered, and what would have been right. Numbers are indices into the options."""

    question_id: str
    right: bool
    chosen: list[int]
    correct_answer: list[int]
    explanation: str


def without_key(quiz: Quiz) -> OpenQuiz:
    """What may be shown before it is answered."""
    return OpenQuiz(questions=[OpenQuestion.model_validate(question.model_dump()) for question in quiz.questions])


def graded(quiz: Quiz, answers: Sequence[Sequence[int]]) -> list[QuizMark]:
    """A mark for each question; `answers` holds the chosen options of each, none where it was left out.

    Right is who chose all that is right and nothing else. Raises InvalidInput for answers to another quiz.
    """
    if not quiz.questions:
        raise InvalidInput("This quiz has no questions.")
    if len(answers) != len(quiz.questions):
        raise InvalidInput(f"This quiz has {len(quiz.questions)} questions, and there are {len(answers)} answers.")
    marks = []
    for number, (question, chosen) in enumerate(zip(quiz.questions, answers, strict=True), start=1):
        if any(not 0 <= index < len(question.options) for index in chosen):
            raise InvalidInput(f"Question {number} has {len(question.options)} options, numbered from 0.")
        picked, correct = sorted(set(chosen)), sorted(set(question.correct_answer))
        marks.append(
            QuizMark(
                question_id=question.question_id,
                right=bool(correct) and picked == correct,
                chosen=picked,
                correct_answer=correct,
                explanation=question.explanation,
            )
        )
    return marks
