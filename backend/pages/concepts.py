"""The page of a concept: its contents, and marking the concept as learned."""

import re
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, create_model
from uuid_utils import uuid7

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep, TutorialsDep
from backend.inputs import MAX_ATTEMPT_ID_LENGTH, VISIBLE, ConceptId, RoadmapId, terms_of
from backend.pages.content_sections import CONTENT_SECTIONS, ConceptPage
from backend.pages.support.forms import Form, number, read_form
from backend.pages.support.live import live_roadmap
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.permissions import blocked_contents, permissions_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.concepts.concept import (
    ContentPart,
    ContentView,
    TutorialPart,
    summary_of,
)
from backend.pages.views.concepts.content_labels import CONTENT_LABELS_OF
from backend.pages.views.concepts.feedback import instruction_of, places_of
from backend.pages.views.concepts.quiz import Result
from backend.pages.views.roadmaps.learner import Standing, go_on_after, mark_labels, standings_of
from domain.errors import InvalidInput, NotFound
from domain.framework import ConceptPlace, Framework
from domain.request import MAX_WORDS_LENGTH
from domain.vocabulary import ContentType
from orchestrator import Orchestrator
from orchestrator.commands.run_request import RetryRequest
from orchestrator.queries.status import RoadmapView
from rendering.languages.translation import N_, _

router = pages()

CONCEPT: Final = "/roadmaps/{roadmap_id}/concepts/{concept_id:path}"
"""Ids of the legacy system may contain a slash, which is decoded before routes are matched."""
INVALID_FORM: Final = N_("The form is not valid: reload the page and try again.")
_Version = Annotated[int | None, Field(ge=1, le=2_000_000_000)]


class _AttemptQuery(BaseModel):
    attempt: str = ""
    """The id of a quiz attempt whose result is shown."""
    ask: str = ""
    """`empty` after a quiz was sent without an answer: asks whether it counts."""


_VERSIONS: Final[dict[str, Any]] = {kind.value: (_Version, None) for kind in ContentType}
ConceptQuery = create_model("ConceptQuery", __base__=_AttemptQuery, **_VERSIONS)
"""Query parameters of the page: an attempt, and for each content type the version to show, by default the newest."""


@router.get(CONCEPT)
async def concept(
    request: Request,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    tutorials: TutorialsDep,
    query: Annotated[_AttemptQuery, Depends(ConceptQuery)],
) -> Response:
    etag = await orchestrator.roadmaps.etag(roadmap_id, caller.user_id)
    roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    framework, place, removed_after = await _place(orchestrator, roadmap, concept_id)
    progress = await orchestrator.learning.progress(roadmap_id, caller.user_id, owner=caller.reads)
    learned = next((entry for entry in progress.concepts if entry.concept_id == concept_id), None)
    following = go_on_after(roadmap, progress)
    attempts = await orchestrator.learning.attempts(roadmap_id, concept_id, caller.user_id, owner=caller.reads)
    result = next((entry for entry in attempts if entry.attempt_id == query.attempt), None)
    present = removed_after is None and roadmap.deleted_at is None
    may = permissions_of(caller, roadmap)
    blocked = await blocked_contents([state for state in roadmap.contents if state.concept_id == concept_id])
    shown = ConceptPage(place.concept, present and may.writes, tutorials, result)
    for kind, section in CONTENT_SECTIONS.items():
        version = section.version(shown) or getattr(query, kind)
        shown.views[kind] = await _content_view(orchestrator, roadmap, concept_id, kind, version)
    parts: dict[ContentType, ContentPart] = {}
    for kind, section in CONTENT_SECTIONS.items():
        part = await section.part(shown.views[kind], shown)
        if isinstance(part, TutorialPart) and part.language:
            shown = replace(shown, language=part.language)
        parts[kind] = part
    return page(
        request,
        "concepts/concept.html",
        reader=reader_of(caller),
        language=await orchestrator.contents.language(roadmap_id),
        concept=summary_of(framework, place, removed_after=removed_after),
        parts=parts,
        done_at=learned.done_at if learned else None,
        standing=standings_of(progress).get(concept_id, Standing()),
        go_on=following if following and following.concept_id != concept_id else None,
        mark_labels=mark_labels(),
        attempts=learned.attempts if learned else 0,
        best=f"{learned.best_score:.0%}" if learned and learned.best_score is not None else "",
        result=Result(result.correct, result.questions) if result else None,
        attempt_id=str(uuid7()),
        asks_about_empty=query.ask == "empty" and not result,
        note=await orchestrator.feedback.note(roadmap_id, concept_id, caller.user_id, owner=caller.reads),
        places={kind: places_of(part) for kind, part in parts.items()},
        reported=await _reported(orchestrator, roadmap_id, concept_id, caller) if may.owns else {},
        wishes=await orchestrator.wishes.that_hold(roadmap_id, concept_id, owner=caller.reads) if present else {},
        may=may,
        blocked={content_type for _, content_type in blocked},
        by_rules=any(part.by_rules for part in parts.values()),
        BY_RULES=" ".join(dict.fromkeys(part.origin for part in parts.values() if part.origin)),
        formulas=any(part.has_formulas for part in parts.values()),
        live=await live_roadmap(request, orchestrator, roadmap, etag),
    )


async def _reported(orchestrator: Orchestrator, roadmap_id: str, concept_id: str, caller: Caller) -> dict[str, str]:
    """Return the reports on the newest contents of a concept, as far as instructions may hold them, by content type."""
    reported: dict[str, list[str]] = {}
    for report in await orchestrator.feedback.reports(roadmap_id, owner=caller.reads):
        if report.concept_id == concept_id:
            reported.setdefault(report.content_type, []).append(instruction_of(report))
    return {kind: "\n".join(instructions)[:MAX_WORDS_LENGTH] for kind, instructions in reported.items()}


@router.post(CONCEPT + "/wishes")
async def take_back_wish(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    if form["content_type"] not in set(ContentType):
        raise InvalidInput(INVALID_FORM)
    kind = ContentType(form["content_type"])
    await orchestrator.wishes.take_back(roadmap_id, concept_id, kind, form["task_id"], owner=caller.writes)
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, notice="taken_back", fragment=kind)


@router.post(CONCEPT + "/revert")
async def revert(
    request: Request,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
) -> Response:
    form = await read_form(request)
    if form["content_type"] not in set(ContentType):
        raise InvalidInput(INVALID_FORM)
    kind, version = ContentType(form["content_type"]), number(form["version"], INVALID_FORM)
    terms = terms_of(request, caller, settings, owner=caller.writes)
    await orchestrator.revert(roadmap_id, concept_id, kind, version, terms=terms)
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, notice="reverted", fragment=kind)


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
        *nouns, last = (_(labels.noun) for labels in CONTENT_LABELS_OF.values())
        raise InvalidInput(_("Choose what to regenerate: {nouns} or {last}.", nouns=", ".join(nouns), last=last))
    kind = ContentType(form["content_type"])
    request_body = RetryRequest(instructions=form["instructions"] or None, lesson_id=form["lesson"] or None)
    terms = terms_of(request, caller, settings, owner=caller.writes)
    task = await orchestrator.retry(roadmap_id, concept_id, kind, request_body, detach=True, terms=terms)
    if form["to"] == "run":
        return redirect(request, "tasks", task.task_id, notice="asked")
    if form["to"] == "map":
        return redirect(request, "roadmaps", roadmap_id, notice="asked")
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, notice="asked", fragment=kind)


@router.post(CONCEPT + "/quiz")
async def answer_quiz(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    version = number(form["version"], INVALID_FORM)
    shown = await orchestrator.learning.quiz(roadmap_id, concept_id, version, owner=caller.reads)
    attempt, answers = attempt_id(form), _answers(form, len(shown.quiz.questions))
    if not any(answers) and form["empty"] != "yes":
        return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, ask="empty", quiz=str(version))
    submitted = await orchestrator.learning.submit(
        roadmap_id,
        concept_id,
        caller.user_id,
        attempt_id=attempt,
        version=version,
        answers=answers,
        owner=caller.reads,
    )
    attempt = submitted.attempt.attempt_id
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, fragment="quiz", attempt=attempt)


def attempt_id(form: Form) -> str:
    """Return the id of an attempt or answer that a form sends, a new one without any. Raises InvalidInput."""
    given = form["attempt"] or str(uuid7())
    if len(given) > MAX_ATTEMPT_ID_LENGTH or not re.fullmatch(VISIBLE, given):
        raise InvalidInput(INVALID_FORM)
    return given


def _answers(form: Form, questions: int) -> list[list[int]]:
    return [[number(option, INVALID_FORM) for option in form.all(f"q.{index}")] for index in range(questions)]


async def _place(
    orchestrator: Orchestrator, roadmap: RoadmapView, concept_id: str
) -> tuple[Framework, ConceptPlace, int | None]:
    """Return the framework with the concept, its place there, and the last version that had it if it was removed.

    Raises NotFound.
    """
    if roadmap.framework is not None and (place := roadmap.framework.find(concept_id)) is not None:
        return roadmap.framework, place, None
    removed = await orchestrator.structures.removed(roadmap.roadmap_id, concept_id)
    if removed is None:
        raise NotFound(f"This roadmap has no concept {concept_id}.")
    return removed.framework, removed.place, removed.version


async def _content_view(
    orchestrator: Orchestrator, roadmap: RoadmapView, concept_id: str, kind: ContentType, version: int | None
) -> ContentView:
    """Return a content with its versions. Raises NotFound for a version that does not exist."""
    state = roadmap.state(concept_id, kind)
    try:
        versions = await orchestrator.contents.versions(roadmap.roadmap_id, concept_id, kind)
    except NotFound:  # a concept of a draft, or one that was removed before it had contents
        versions = ()
    if version is None:
        return ContentView(state, versions, versions[0] if versions else None)
    shown = next((row for row in versions if row.version == version), None)
    if shown is None:
        raise NotFound(f"This content has no version {version}.")
    return ContentView(state, versions, shown)
