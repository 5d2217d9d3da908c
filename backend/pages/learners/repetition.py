"""The page of repetition: questions that are due, one at a time, each graded at once."""

from functools import partial
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import ValidationError
from uuid_utils import uuid7

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, TutorialsDep
from backend.pages.concepts import INVALID_FORM, attempt_id
from backend.pages.support.forms import number, read_form
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.concepts.quiz import QuestionCard, questions_of, texts_of
from backend.tutorials import Texts, Tutorials
from domain.contents import OpenQuestion
from domain.errors import Conflict, InvalidInput, NotFound
from domain.quizzes.grading import OpenQuiz, QuizMark
from orchestrator import Orchestrator
from orchestrator.learners.repetition import RepetitionAnswer

router = pages()

NOTHING_CHOSEN: Final = "Choose an answer, or press “I do not know”."


@router.get("/repeat")
async def repeat(
    request: Request, caller: CallerDep, orchestrator: OrchestratorDep, tutorials: TutorialsDep, answered: str = ""
) -> Response:
    if not answered:
        return await _question(request, caller, orchestrator, tutorials)
    shown = await orchestrator.repetition.answered(caller.user_id, answered, owner=caller.reads)
    card, formulas = await _card(shown.question, shown.mark, tutorials)
    return page(
        request,
        "repeat.html",
        reader=reader_of(caller),
        here="repeat",
        left=await orchestrator.repetition.count(caller.user_id, owner=caller.reads),
        due=None,
        answered=shown,
        again=(shown.due_at - shown.answered_at).days == 0,
        card=card,
        error="",
        formulas=formulas,
    )


@router.post("/repeat")
async def answer(
    request: Request, caller: CallerDep, orchestrator: OrchestratorDep, tutorials: TutorialsDep
) -> Response:
    form = await read_form(request)
    chosen = [number(option, INVALID_FORM) for option in form.all("q")]
    if not chosen and form["skip"] != "yes":
        return await _question(request, caller, orchestrator, tutorials, error=NOTHING_CHOSEN)
    try:
        given = RepetitionAnswer(
            answer_id=attempt_id(form),
            roadmap_id=form["roadmap"],
            concept_id=form["concept"],
            question_id=form["question"],
            version=number(form["version"], INVALID_FORM),
            answers=number(form["answers"], INVALID_FORM),
            chosen=[] if form["skip"] == "yes" else chosen,
        )
    except ValidationError as error:
        raise InvalidInput(INVALID_FORM) from error
    try:
        answered = await orchestrator.repetition.answer(caller.user_id, given, owner=caller.reads)
    except (Conflict, NotFound):  # answered in another window, or its quiz or roadmap is no longer the same
        return redirect(request, "repeat", notice="passed_over")
    return redirect(request, "repeat", answered=answered.answer_id)


async def _question(
    request: Request, caller: Caller, orchestrator: Orchestrator, tutorials: Tutorials, *, error: str = ""
) -> Response:
    """Show the first question that is due, or that none is."""
    due = await orchestrator.repetition.due(caller.user_id, limit=1, owner=caller.reads)
    context: dict[str, Any] = {"due": None, "card": None, "formulas": False}
    if due.questions:
        card, formulas = await _card(due.questions[0], None, tutorials)
        context = {"due": due.questions[0], "card": card, "formulas": formulas}
    return page(
        request,
        "repeat.html",
        status=422 if error else 200,
        reader=reader_of(caller),
        here="repeat",
        left=due.total,
        next_at=due.next_at,
        answered=None,
        answer_id=str(uuid7()),
        error=error,
        **context,
    )


async def _card(question: OpenQuestion, mark: QuizMark | None, tutorials: Tutorials) -> tuple[QuestionCard, bool]:
    """Return a question as HTML, and whether it has formulas."""
    quiz, marks = OpenQuiz(questions=[question]), None if mark is None else [mark]
    texts = await tutorials.short(texts_of(quiz, marks))
    [card] = questions_of(quiz, marks, partial(_html_of, texts))
    return card, any(text.has_formulas for text in texts.values())


def _html_of(texts: Texts, text: str) -> Markup:
    return Markup(texts[text].html)  # sanitised by an allow-list: rendering/pages/html_sanitizer.py
