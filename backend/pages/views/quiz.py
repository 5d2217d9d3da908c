"""A quiz as a form and, once it was answered, with the correct answers and explanations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.contents import OpenQuestion
from domain.quizzes import OpenQuiz, QuizMark


@dataclass(frozen=True, slots=True)
class Option:
    text: str
    chosen: bool = False
    verdict: Literal["", "right", "wrong"] = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class QuestionCard:
    text: str
    several: bool
    """Whether more than one option may be chosen."""
    options: tuple[Option, ...]
    verdict: Literal["", "right", "wrong"] = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    right: int
    total: int

    @property
    def says(self) -> str:
        if self.right == self.total:
            return "All answers are correct. You can mark the concept as learned."
        return "The explanations below show what was not correct. Review them and try again."


def questions_of(quiz: OpenQuiz, marks: Sequence[QuizMark] | None) -> tuple[QuestionCard, ...]:
    """Return the questions of a quiz, graded by the `marks` of an attempt if there is one."""
    if marks is None:
        return tuple(_open(question) for question in quiz.questions)
    return tuple(_marked(question, mark) for question, mark in zip(quiz.questions, marks, strict=True))


def _open(question: OpenQuestion) -> QuestionCard:
    return QuestionCard(question.question, _several(question), tuple(map(Option, question.options)))


def _marked(question: OpenQuestion, mark: QuizMark) -> QuestionCard:
    options = tuple(_option(index, text, mark) for index, text in enumerate(question.options))
    verdict: Literal["right", "wrong"] = "right" if mark.right else "wrong"
    return QuestionCard(question.question, _several(question), options, verdict, mark.explanation)


def _option(index: int, text: str, mark: QuizMark) -> Option:
    chosen, right = index in mark.chosen, index in mark.correct_answer
    match chosen, right:
        case True, True:
            return Option(text, chosen, "right", "your answer, correct")
        case False, True:
            return Option(text, chosen, "right", "correct")
        case True, False:
            return Option(text, chosen, "wrong", "your answer, not correct")
        case _:
            return Option(text)


def _several(question: OpenQuestion) -> bool:
    return question.question_type == "multiple_choice"
