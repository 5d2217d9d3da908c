"""`roadmap quiz`: show the quiz of a concept, or grade answers to it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import print_json, print_text
from cli.session import with_orchestrator
from domain.errors import InvalidInput
from rendering.text.text import one_line

if TYPE_CHECKING:
    from domain.contents import OpenQuestion
    from domain.quizzes.grading import QuizMark
    from orchestrator import Orchestrator
    from orchestrator.learners.learning import QuizAttempt, ShownQuiz

_ANSWER: Final = re.compile(r"[A-Za-z]{1,26}|-")
MAX_VERSION: Final = 2_000_000_000


def quiz(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="ID from `roadmap show`.")],
    answers: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Letters for each question, as in `A BD -`; `-` leaves one out."),
    ] = None,
    version: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=MAX_VERSION, help="Version of the quiz (default: the newest).")
    ] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="User who answers (default: local).")] = None,
    json: Json = False,
) -> None:
    """Show the questions of a quiz, or grade answers and say what to read again."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")
    chosen = None if answers is None else _read_answers(answers)

    async def show_or_submit(orchestrator: "Orchestrator") -> "tuple[ShownQuiz, QuizAttempt | None]":
        from uuid_utils import uuid7

        from domain.request import usable_user_id
        from orchestrator.commands.requests import DEFAULT_USER

        learner = DEFAULT_USER if user is None else usable_user_id(user, "--user")
        shown = await orchestrator.learning.quiz(roadmap, concept, version)
        if chosen is None:
            return shown, None
        submitted = await orchestrator.learning.submit(
            roadmap, concept, learner, attempt_id=str(uuid7()), version=shown.version, answers=chosen
        )
        return shown, submitted.attempt

    shown, attempt = with_orchestrator(show_or_submit)
    if json:
        print_json((attempt or shown).model_dump(mode="json"))
        return
    for line in _questions(shown) if attempt is None else _result(shown, attempt):
        print_text(line)


def _read_answers(words: str) -> list[list[int]]:
    """Return the indices of the options for each question. Raises InvalidInput."""
    answers = words.split()
    if wrong := next((word for word in answers if not _ANSWER.fullmatch(word)), None):
        raise InvalidInput(f"--answers: “{one_line(wrong)[:40]}” is no answer: write letters, as in `A BD -`")
    return [[] if word == "-" else [ord(letter) - ord("A") for letter in word.upper()] for word in answers]


def _questions(shown: "ShownQuiz") -> Iterator[str]:
    from rendering.documents.document_text import LETTERS

    for number, question in enumerate(shown.quiz.questions, start=1):
        several = "  (several answers are right)" if question.question_type == "multiple_choice" else ""
        yield f"{number}. {question.question.strip()}{several}"
        for letter, option in zip(LETTERS, question.options, strict=False):
            yield f"   {letter}. {option.strip()}"
    command = f"roadmap quiz {shown.roadmap_id} {shown.concept_id} --version {shown.version}"
    yield f'Answer with: {command} --answers "A B ..."'


def _result(shown: "ShownQuiz", attempt: "QuizAttempt") -> Iterator[str]:
    for number, (question, mark) in enumerate(zip(shown.quiz.questions, attempt.marks, strict=True), start=1):
        yield f"{number}. {'correct' if mark.right else f'not correct: {_letters(question, mark)}'}"
        yield f"   {mark.explanation.strip()}"
        if mark.heading and not mark.right:
            yield f"   Read again: {one_line(mark.heading)}"
    yield f"{attempt.correct} of {attempt.questions} correct."


def _letters(question: "OpenQuestion", mark: "QuizMark") -> str:
    from rendering.documents.document_text import LETTERS

    named = [letter for index, letter in enumerate(LETTERS[: len(question.options)]) if index in mark.correct_answer]
    return f"{', '.join(named)} {'is' if len(named) == 1 else 'are'} right"
