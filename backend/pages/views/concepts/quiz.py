"""A quiz as a form and, once it was answered, with the correct answers and explanations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from domain.contents import OpenQuestion
from domain.quizzes.grading import OpenQuiz, QuizMark
from domain.quizzes.places import heading_index
from rendering.languages.translation import _
from rendering.pages.markdown import Heading


@dataclass(frozen=True, slots=True)
class Option:
    text: Markup
    chosen: bool = False
    verdict: Literal["", "right", "wrong"] = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class QuestionCard:
    text: Markup
    several: bool
    """Whether more than one option may be chosen."""
    options: tuple[Option, ...]
    verdict: Literal["", "right", "wrong"] = ""
    explanation: Markup | None = None
    section: Heading | None = None
    """The section of the lesson on the page that holds the answer; None if there is none, or the answer was correct."""


@dataclass(frozen=True, slots=True)
class Result:
    right: int
    total: int

    @property
    def says(self) -> str:
        if self.right == self.total:
            return _("All answers are correct. You can mark the concept as learned.")
        return _("The explanations below show what was not correct. Review them and try again.")


def texts_of(quiz: OpenQuiz, marks: Sequence[QuizMark] | None) -> Iterator[str]:
    """Yield the texts of a quiz that are Markdown."""
    for question in quiz.questions:
        yield question.question
        yield from question.options
    for mark in marks or ():
        yield mark.explanation


def questions_of(
    quiz: OpenQuiz,
    marks: Sequence[QuizMark] | None,
    html: Callable[[str], Markup] = escape,
    headings: Sequence[Heading] = (),
) -> tuple[QuestionCard, ...]:
    """Return the questions of a quiz, graded by the `marks` of an attempt if there is one.

    `html` returns one of `texts_of` as HTML. `headings`: those of the lesson that the page shows.
    """
    if marks is None:
        return tuple(
            QuestionCard(html(question.question), _several(question), tuple(Option(html(o)) for o in question.options))
            for question in quiz.questions
        )
    return tuple(_marked(question, mark, html, headings) for question, mark in zip(quiz.questions, marks, strict=True))


def _marked(
    question: OpenQuestion, mark: QuizMark, html: Callable[[str], Markup], headings: Sequence[Heading]
) -> QuestionCard:
    options = tuple(_option(index, html(text), mark) for index, text in enumerate(question.options))
    verdict: Literal["right", "wrong"] = "right" if mark.right else "wrong"
    place = None if mark.right else heading_index(mark.heading, [heading.text for heading in headings])
    section = None if place is None else headings[place]
    return QuestionCard(html(question.question), _several(question), options, verdict, html(mark.explanation), section)


def _option(index: int, text: Markup, mark: QuizMark) -> Option:
    chosen, right = index in mark.chosen, index in mark.correct_answer
    match chosen, right:
        case True, True:
            return Option(text, chosen, "right", _("your answer, correct"))
        case False, True:
            return Option(text, chosen, "right", _("correct"))
        case True, False:
            return Option(text, chosen, "wrong", _("your answer, not correct"))
        case _:
            return Option(text)


def _several(question: OpenQuestion) -> bool:
    return question.question_type == "multiple_choice"
