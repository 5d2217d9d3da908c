"""A concept's page: read the tutorial, follow the links, take the quiz, say that it is learned."""

import re
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import Response
from uuid_utils import uuid7

from backend.auth import CallerDep
from backend.inputs import MAX_ATTEMPT_ID_LENGTH, VISIBLE, ConceptId, RoadmapId, terms_of
from backend.pages.answers import pages, reader_of
from backend.pages.forms import Form, number, read_form
from backend.pages.live import live_roadmap
from backend.pages.templating import page, see
from backend.pages.views.concept import (
    ContentView,
    QuizPart,
    content_of,
    links_of,
    look_of,
    newest,
    resources_of,
    standing_of,
    tutorial_of,
)
from backend.pages.views.quiz import Result, questions_of
from backend.resources import OrchestratorDep, SettingsDep, TutorialsDep
from domain.contents import Quiz
from domain.errors import InvalidInput, NotFound
from domain.framework import ConceptPlace, Framework
from domain.quizzes import without_key
from domain.vocabulary import ContentType
from orchestrator import Orchestrator
from orchestrator.commands.run_request import RetryRequest
from orchestrator.learners.learning import QuizAttempt
from orchestrator.queries.status import RoadmapView

router = pages()

CONCEPT: Final = "/roadmaps/{roadmap_id}/concepts/{concept_id:path}"
"""Ids of the legacy system may hold a slash, which has been decoded before a route is looked for."""
UNREADABLE: Final = "The answers cannot be read: load the page and answer once more."
Old = Annotated[int | None, Query(ge=1, le=2_000_000_000)]


@router.get(CONCEPT)
async def concept(
    request: Request,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    tutorials: TutorialsDep,
    tutorial: Old = None,
    resources: Old = None,
    quiz: Old = None,
    attempt: str = "",
) -> Response:
    beat = await orchestrator.roadmaps.etag(roadmap_id)
    roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    framework, place, removed_after = await _place(orchestrator, roadmap, concept_id)
    known = await orchestrator.learning.progress(roadmap_id, caller.user_id, owner=caller.reads)
    mine = next((one for one in known.concepts if one.concept_id == concept_id), None)
    attempts = await orchestrator.learning.attempts(roadmap_id, concept_id, caller.user_id, owner=caller.reads)
    result = next((one for one in attempts if one.attempt_id == attempt), None)
    wanted = {
        ContentType.TUTORIAL: tutorial,
        ContentType.RESOURCES: resources,
        ContentType.QUIZ: result.version if result else quiz,
    }
    written = {kind: await _written(orchestrator, roadmap, concept_id, kind, wanted[kind]) for kind in ContentType}
    present = removed_after is None and roadmap.deleted_at is None
    content = content_of(written[ContentType.TUTORIAL])
    text = await tutorials.rendered(content) if content is not None else None
    parts = {
        "tutorial": tutorial_of(written[ContentType.TUTORIAL], text, present=present),
        "resources": resources_of(written[ContentType.RESOURCES], present=present),
        "quiz": _quiz(written[ContentType.QUIZ], result, present=present),
    }
    return page(
        request,
        "concept.html",
        reader=reader_of(caller),
        concept=standing_of(framework, place, removed_after=removed_after),
        parts=parts,
        done_at=mine.done_at if mine else None,
        attempts=mine.attempts if mine else 0,
        best=f"{mine.best_score:.0%}" if mine and mine.best_score is not None else "",
        result=Result(result.correct, result.questions) if result else None,
        attempt_id=str(uuid7()),
        live=await live_roadmap(request, orchestrator, roadmap, beat),
    )


@router.post(CONCEPT + "/retry")
async def retry(
    request: Request,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
) -> Response:
    form = await read_form(request)
    if form["content_type"] not in set(ContentType):
        raise InvalidInput("Say what is to be written anew: the tutorial, the links or the quiz.")
    kind = ContentType(form["content_type"])
    wanted = RetryRequest(instructions=form["instructions"] or None)
    terms = terms_of(request, caller, settings, owner=caller.writes)
    await orchestrator.retry(roadmap_id, concept_id, kind, wanted, detach=True, terms=terms)
    if form["to"] == "map":
        return see(request, "roadmaps", roadmap_id, said="asked")
    return see(request, "roadmaps", roadmap_id, "concepts", concept_id, said="asked", fragment=kind)


@router.post(CONCEPT + "/done")
async def done(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    await orchestrator.learning.mark(
        roadmap_id, concept_id, caller.user_id, done=form["done"] == "yes", owner=caller.reads
    )
    return see(request, "roadmaps", roadmap_id, "concepts", concept_id)


@router.post(CONCEPT + "/quiz")
async def answer_quiz(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    version = number(form["version"], UNREADABLE)
    shown = await orchestrator.learning.quiz(roadmap_id, concept_id, version, owner=caller.reads)
    submitted = await orchestrator.learning.submit(
        roadmap_id,
        concept_id,
        caller.user_id,
        attempt_id=_attempt_id(form),
        version=version,
        answers=_answers(form, len(shown.quiz.questions)),
        owner=caller.reads,
    )
    attempt = submitted.attempt.attempt_id
    return see(request, "roadmaps", roadmap_id, "concepts", concept_id, fragment="quiz", attempt=attempt)


def _attempt_id(form: Form) -> str:
    given = form["attempt"] or str(uuid7())
    if len(given) > MAX_ATTEMPT_ID_LENGTH or not re.fullmatch(VISIBLE, given):
        raise InvalidInput(UNREADABLE)
    return given


def _answers(form: Form, questions: int) -> list[list[int]]:
    return [[number(option, UNREADABLE) for option in form.all(f"q.{index}")] for index in range(questions)]


async def _place(
    orchestrator: Orchestrator, roadmap: RoadmapView, concept_id: str
) -> tuple[Framework, ConceptPlace, int | None]:
    """Where the concept stands, or stood before an edit took it out after some version. Raises NotFound."""
    if roadmap.framework is not None and (place := roadmap.framework.find(concept_id)) is not None:
        return roadmap.framework, place, None
    removed = await orchestrator.structures.removed(roadmap.roadmap_id, concept_id)
    if removed is None:
        raise NotFound(f"There is no concept {concept_id} in this roadmap.")
    return removed.framework, removed.place, removed.version


async def _written(
    orchestrator: Orchestrator, roadmap: RoadmapView, concept_id: str, kind: ContentType, version: int | None
) -> ContentView:
    """Raises NotFound for a version that there is not."""
    state = roadmap.state(concept_id, kind)
    try:
        versions = await orchestrator.contents.versions(roadmap.roadmap_id, concept_id, kind)
    except NotFound:  # a concept of a draft, or one that was removed before anything was written
        versions = ()
    if version is None:
        return ContentView(state, versions, versions[0] if versions else None)
    shown = next((row for row in versions if row.version == version), None)
    if shown is None:
        raise NotFound(f"There is no version {version} of this.")
    return ContentView(state, versions, shown)


def _quiz(written: ContentView, result: QuizAttempt | None, *, present: bool) -> QuizPart:
    quiz = without_key(Quiz.model_validate(written.shown.payload)) if written.shown else None
    return QuizPart(
        content_type=ContentType.QUIZ,
        look=look_of(written),
        last_error=written.state.last_error if written.state else None,
        version=newest(written),
        shown_version=written.shown.version if written.shown else 0,
        versions=links_of(written),
        present=present,
        questions=questions_of(quiz, result.marks if result else None) if quiz else None,
    )
