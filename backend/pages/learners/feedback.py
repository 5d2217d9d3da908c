"""Notes of a learner on a concept, and “this is wrong”."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep
from backend.inputs import ConceptId, RoadmapId
from backend.pages.concepts import CONCEPT, INVALID_FORM, attempt_id
from backend.pages.support.forms import number, read_form
from backend.pages.support.page_route import pages
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.roadmap_page import frame_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.concepts.content_labels import CONTENT_LABELS_OF
from domain.errors import Conflict, InvalidInput
from domain.vocabulary import ContentType
from orchestrator import Orchestrator
from rendering.languages.translation import _

router = pages()


@router.post(CONCEPT + "/note")
async def save_note(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    version, typed = number(form["version"], INVALID_FORM), next(iter(form.all("note")), "")
    try:
        await orchestrator.feedback.save_note(
            roadmap_id, concept_id, caller.user_id, typed, version=version, owner=caller.reads
        )
    except (InvalidInput, Conflict) as error:
        stored = await orchestrator.feedback.note(roadmap_id, concept_id, caller.user_id, owner=caller.reads)
        words = str(error).removeprefix("note: ")
        shown = {
            "typed": typed,
            "stored": stored,
            "errors": {"note": in_reader_words(words[0].upper() + words[1:])},
            "status": 409 if isinstance(error, Conflict) else 422,
        }
        return await _form(request, "concepts/note.html", roadmap_id, concept_id, caller, orchestrator, shown)
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, notice="noted", fragment="note")


@router.post(CONCEPT + "/report")
async def report(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    if form["content_type"] not in set(ContentType):
        raise InvalidInput(INVALID_FORM)
    kind, version = ContentType(form["content_type"]), number(form["version"], INVALID_FORM)
    try:
        await orchestrator.feedback.report(
            roadmap_id,
            concept_id,
            kind,
            caller.user_id,
            report_id=attempt_id(form),
            version=version,
            part=form["part"],
            words=form["words"],
            owner=caller.reads,
        )
    except InvalidInput as error:
        words = str(error).removeprefix("words: ")
        shown: dict[str, Any] = {
            "typed": form["words"],
            "part": form["part"],
            "kind": kind,
            "noun": _(CONTENT_LABELS_OF[kind].noun),
            "version": version,
            "attempt_id": attempt_id(form),
            "errors": {"words": in_reader_words(words[0].upper() + words[1:])},
            "status": 422,
        }
        return await _form(request, "concepts/report.html", roadmap_id, concept_id, caller, orchestrator, shown)
    return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id, notice="reported", fragment=kind)


async def _form(
    request: Request,
    template: str,
    roadmap_id: str,
    concept_id: str,
    caller: Caller,
    orchestrator: Orchestrator,
    shown: Mapping[str, Any],
) -> Response:
    """Show a form again with what is wrong beside its field. The page follows nothing: no address shows it."""
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    return page(request, template, **frame.context | {"tab": "", "live": {}, "concept_id": concept_id} | dict(shown))
