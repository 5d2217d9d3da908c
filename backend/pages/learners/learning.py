"""What learners do with a roadmap: mark its concepts, search in it, give it a title of their own."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep
from backend.inputs import ConceptId, RoadmapId
from backend.pages.concepts import CONCEPT, INVALID_FORM
from backend.pages.roadmaps import map_page
from backend.pages.support.forms import read_form
from backend.pages.support.page_route import pages
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.roadmap_page import frame_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.roadmaps.learner import go_on_after
from domain.errors import InvalidInput
from domain.learners.progress import ConceptMark
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.queries.search import MAX_QUERY_LENGTH
from rendering.languages.translation import N_, _

router = pages()

NO_MARK: Final = "none"
NOTHING_CHOSEN: Final = N_("Choose concepts by the boxes on their cards.")


def _mark_of(text: str) -> ConceptMark | None:
    """Return the mark that a button sends. Raises InvalidInput."""
    if text == NO_MARK:
        return None
    if text not in set(ConceptMark):
        raise InvalidInput(INVALID_FORM)
    return ConceptMark(text)


@router.post("/roadmaps/{roadmap_id}/marks")
async def mark_cards(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    """Mark the concepts that are chosen on the map."""
    form = await read_form(request)
    mark, chosen = _mark_of(form["mark"]), form.all("concept")
    if not chosen:
        frame = await frame_of(request, roadmap_id, caller, orchestrator, "")
        return map_page(request, frame, errors={"concept": _(NOTHING_CHOSEN)})
    await orchestrator.learning.set_marks(roadmap_id, chosen, caller.user_id, mark, owner=caller.reads)
    return redirect(request, "roadmaps", roadmap_id, fragment=f"card-{chosen[0]}")


@router.post(CONCEPT + "/mark")
async def mark_concept(
    request: Request, roadmap_id: RoadmapId, concept_id: ConceptId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    """Mark a concept on its page; `then` leads on to the next concept."""
    form = await read_form(request)
    mark = _mark_of(form["mark"])
    progress = await orchestrator.learning.set_mark(roadmap_id, concept_id, caller.user_id, mark, owner=caller.reads)
    if form["then"] != "next":
        return redirect(request, "roadmaps", roadmap_id, "concepts", concept_id)
    roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    following = go_on_after(roadmap, progress)
    if following is None:
        return redirect(request, "roadmaps", roadmap_id, notice="all_learned")
    return redirect(request, "roadmaps", roadmap_id, "concepts", following.concept_id, notice="learned")


@router.get("/roadmaps/{roadmap_id}/search")
async def search(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, q: str = ""
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    errors: dict[str, str] = {}
    hits = None
    if q.strip():
        try:
            hits = await orchestrator.roadmaps.search(roadmap_id, q, owner=caller.reads)
        except InvalidInput as error:
            errors["q"] = in_reader_words(str(error).removeprefix("q: ").capitalize())
    return page(
        request,
        "roadmaps/search.html",
        status=422 if errors else 200,
        **frame.context | {"tab": "map", "q": q[:MAX_QUERY_LENGTH], "hits": hits, "errors": errors},
    )


@router.get("/roadmaps/{roadmap_id}/title")
async def title(request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    return await _title(request, roadmap_id, caller, orchestrator)


@router.post("/roadmaps/{roadmap_id}/title")
async def rename(request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    form = await read_form(request)
    try:
        await orchestrator.rename(roadmap_id, form["title"], terms=Terms(owner=caller.writes))
    except InvalidInput as error:
        message = in_reader_words(str(error).removeprefix("title: ").capitalize())
        return await _title(request, roadmap_id, caller, orchestrator, form["title"], {"title": message})
    return redirect(request, "roadmaps", roadmap_id, notice="renamed")


async def _title(
    request: Request,
    roadmap_id: str,
    caller: Caller,
    orchestrator: Orchestrator,
    typed: str | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    shown = {"tab": "", "live": {}, "typed": frame.map.title if typed is None else typed, "errors": errors or {}}
    return page(request, "roadmaps/title.html", status=422 if errors else 200, **frame.context | shown)
