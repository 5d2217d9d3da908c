"""The pages for practice: the test of a stage, and cards."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep, TutorialsDep
from backend.inputs import RoadmapId, StageId
from backend.pages.concepts import INVALID_FORM
from backend.pages.support.forms import number, read_form
from backend.pages.support.page_route import pages
from backend.pages.support.roadmap_page import Frame, frame_of
from backend.pages.support.templating import page
from backend.pages.views.concepts.quiz import Result, questions_of, texts_of
from backend.tutorials import Texts, Tutorials
from domain.errors import InvalidInput
from domain.quizzes.grading import OpenQuiz
from domain.quizzes.stage_test import MAX_QUESTIONS, StageQuestion
from orchestrator.learners.practice import StageAnswer, StageMark

router = pages()

STAGE_TEST = "/roadmaps/{roadmap_id}/stage-tests/{stage_id:path}"
Attempt = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get(STAGE_TEST)
async def stage_test(
    request: Request,
    roadmap_id: RoadmapId,
    stage_id: StageId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    tutorials: TutorialsDep,
    attempt: Attempt = 1,
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    test = await orchestrator.practice.stage_test(
        roadmap_id, stage_id, caller.user_id, attempt=attempt, owner=caller.reads
    )
    shown = await _shown(frame, stage_id, test.questions, None, tutorials)
    return page(
        request,
        "roadmaps/stage_test.html",
        tab="map",
        test=test,
        attempt=attempt,
        result=None,
        **shown,
        **frame.context,
    )


@router.post(STAGE_TEST)
async def grade_stage_test(
    request: Request,
    roadmap_id: RoadmapId,
    stage_id: StageId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    tutorials: TutorialsDep,
) -> Response:
    """Grade a test and show the result at once: it is not stored, so there is nothing to redirect to."""
    form = await read_form(request)
    attempt, total = number(form["attempt"], INVALID_FORM), number(form["total"], INVALID_FORM)
    if not (1 <= attempt <= 1_000_000 and 1 <= total <= MAX_QUESTIONS):
        raise InvalidInput(INVALID_FORM)
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    answers = [
        StageAnswer(
            form[f"concept.{index}"],
            number(form[f"version.{index}"], INVALID_FORM),
            form[f"question.{index}"],
            [number(option, INVALID_FORM) for option in form.all(f"q.{index}")],
        )
        for index in range(total)
    ]
    graded = await orchestrator.practice.grade_stage_test(roadmap_id, stage_id, answers, owner=caller.reads)
    shown = await _shown(frame, stage_id, graded.marks, graded.marks, tutorials)
    result = Result(graded.correct, graded.questions)
    return page(
        request,
        "roadmaps/stage_test.html",
        tab="map",
        test=graded,
        attempt=attempt,
        result=result,
        **shown,
        **frame.context,
    )


@router.get("/roadmaps/{roadmap_id}/cards")
async def cards(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, tutorials: TutorialsDep
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    made = await orchestrator.practice.cards(roadmap_id, owner=caller.reads)
    texts = await tutorials.short([side for card in made.cards for side in (card.front, card.back)])
    sides = [(card, _html_of(texts, card.front), _html_of(texts, card.back)) for card in made.cards]
    formulas = any(text.has_formulas for text in texts.values())
    return page(request, "roadmaps/cards.html", tab="map", cards=sides, formulas=formulas, **frame.context)


async def _shown(
    frame: Frame,
    stage_id: str,
    questions: Sequence[StageQuestion],
    marks: Sequence[StageMark] | None,
    tutorials: Tutorials,
) -> dict[str, Any]:
    """Return what the template needs of the questions: their text as HTML, where each is from, and whether any is from
    another stage.
    """
    quiz = OpenQuiz(questions=list(questions))
    texts = await tutorials.short(texts_of(quiz, marks))
    cards = questions_of(quiz, marks, partial(_html_of, texts))
    framework = frame.roadmap.framework
    places = [framework.find(question.concept_id) for question in questions] if framework else []
    return {
        "mixed": any(place is not None and place.stage.stage_id != stage_id for place in places),
        "questions": list(zip(questions, cards, strict=True)),
        "formulas": any(text.has_formulas for text in texts.values()),
    }


def _html_of(texts: Texts, text: str) -> Markup:
    return Markup(texts[text].html)  # sanitised by an allow-list: rendering/pages/html_sanitizer.py
