"""The pages of a roadmap: map, weekly plan, changes and runs, with their forms."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.inputs import RoadmapId, terms_of, zone_of
from backend.pages.support.forms import read_form
from backend.pages.support.live import etag_response
from backend.pages.support.page_route import pages
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.roadmap_page import Frame, frame_of
from backend.pages.support.templating import address, page, redirect
from backend.pages.views.roadmaps.learner import mark_labels
from backend.pages.views.roadmaps.plan import plan_of
from backend.pages.views.roadmaps.structure import history_of
from backend.pages.views.runs.task import task_line
from backend.pages.views.status_labels import CONTENT_LABELS, TASK_NAMES, task_name
from backend.paging import decode, encode
from domain.errors import InvalidInput
from domain.framework import Framework
from domain.request import MAX_WORDS_LENGTH
from domain.vocabulary import TaskType
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.learners.pace import PaceChange, check_hours
from rendering.languages.translation import _

router = pages()

PAGE: Final = 50


@router.get("/roadmaps/{roadmap_id}")
async def roadmap_map(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    return map_page(request, frame)


def map_page(request: Request, frame: Frame, errors: Mapping[str, str] | None = None) -> Response:
    """Return the page of the map; `errors`: of its forms, by field."""
    return page(
        request,
        "roadmaps/map.html",
        status=422 if errors else 200,
        tab="map",
        wide=True,
        legend=[(look, _(label)) for look, label in CONTENT_LABELS.items()],
        mark_labels=mark_labels(),
        errors=errors or {},
        **frame.context,
    )


@router.get("/roadmaps/{roadmap_id}/pulse")
async def roadmap_etag(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    """Return an ETag that changes whenever the page would look different."""
    await orchestrator.status(roadmap_id, owner=caller.reads)
    return etag_response(await orchestrator.roadmaps.etag(roadmap_id, caller.user_id))


@router.get("/roadmaps/{roadmap_id}/plan")
async def plan(request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    return await _plan(request, roadmap_id, caller, orchestrator)


@router.post("/roadmaps/{roadmap_id}/pace")
async def change_pace(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    form = await read_form(request)
    fields = {name: form[name] for name in ("available_hours_per_week", "target_deadline")}
    before = await orchestrator.paces.read(roadmap_id, owner=caller.writes)
    try:
        weekly = float(fields["available_hours_per_week"]) if fields["available_hours_per_week"] else None
        check_hours(weekly)
    except (ValueError, InvalidInput):
        errors = {"available_hours_per_week": _("Enter a number from 1 to 168.")}
        return await _plan(request, roadmap_id, caller, orchestrator, values=fields, errors=errors)
    is_unchanged = fields["target_deadline"] == (before.deadline_words or "")
    change = PaceChange(weekly, None if is_unchanged else fields["target_deadline"])
    terms = Terms(owner=caller.writes, time_zone=zone_of(form["time_zone"]))
    try:
        await orchestrator.paces.change(roadmap_id, change, terms=terms)
    except InvalidInput as error:
        errors = {"target_deadline": in_reader_words(str(error))}
        return await _plan(request, roadmap_id, caller, orchestrator, values=fields, errors=errors)
    return redirect(request, "roadmaps", roadmap_id, "plan", notice="pace")


async def _plan(
    request: Request,
    roadmap_id: str,
    caller: Caller,
    orchestrator: Orchestrator,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator, "plan")
    pace = await orchestrator.paces.read(roadmap_id, owner=caller.reads)
    framework = frame.roadmap.framework or Framework(roadmap_id=roadmap_id)
    current = {
        "available_hours_per_week": f"{pace.hours_per_week:g}",
        "target_deadline": pace.deadline_words or "",
    }
    return page(
        request,
        "roadmaps/plan.html",
        status=422 if errors else 200,
        tab="plan",
        plan=plan_of(framework, pace, frame.learned),
        pace_now=pace,
        form=values or current,
        errors=errors or {},
        **frame.context,
    )


@router.get("/roadmaps/{roadmap_id}/changes")
async def changes(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    return await _changes(request, roadmap_id, caller, orchestrator)


@router.post("/roadmaps/{roadmap_id}/modify")
async def modify(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    instructions, review = form["instructions"], form["review"] == "yes"
    if not instructions or len(instructions) > MAX_WORDS_LENGTH:
        message = _("Describe in at most {length} characters what should change.", length=MAX_WORDS_LENGTH)
        return await _changes(
            request,
            roadmap_id,
            caller,
            orchestrator,
            typed={"instructions": instructions, "review": review, "errors": {"instructions": message}},
        )
    try:
        task = await orchestrator.modify(
            roadmap_id,
            instructions,
            review=ReviewRequest() if review else None,
            detach=True,
            terms=terms_of(request, caller, settings, owner=caller.writes),
        )
    except InvalidInput as error:  # instructions that cannot be followed are marked in the form
        typed = {
            "instructions": instructions,
            "review": review,
            "errors": {"instructions": in_reader_words(str(error))},
        }
        return await _changes(request, roadmap_id, caller, orchestrator, typed=typed)
    return redirect(request, "tasks", task.task_id, notice="changing")


async def _changes(
    request: Request,
    roadmap_id: RoadmapId,
    caller: Caller,
    orchestrator: Orchestrator,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator, "changes")
    structures = await orchestrator.structures.history(roadmap_id, owner=caller.reads)
    blank: dict[str, Any] = {"instructions": "", "review": True, "errors": {}}
    return page(
        request,
        "roadmaps/changes.html",
        status=422 if typed else 200,
        tab="changes",
        history=history_of(structures),
        **{**blank, **(typed or {})},
        **frame.context,
    )


@router.get("/roadmaps/{roadmap_id}/runs")
async def runs(
    request: Request,
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    type: str = "",
    before: str = "",
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    tasks = await orchestrator.tasks.page(
        roadmap_id=roadmap_id,
        task_types=[known for known in TaskType if known == type],
        owner=caller.reads,
        before=decode(before or None),
        limit=PAGE + 1,
    )
    at, shown = address(request), tasks[:PAGE]
    here = at("roadmaps", roadmap_id, "runs")
    query = f"?type={quote(type)}&" if type else "?"
    names = {concept.concept_id: concept.name for concept in frame.concepts}
    return page(
        request,
        "runs/runs.html",
        tab="runs",
        kind=type,
        kinds=[("", _("All")), *((kind, task_name(kind)) for kind in TASK_NAMES)],
        tasks=[task_line(task, names) for task in shown],
        older=f"{here}{query}before={encode((shown[-1].created_at, shown[-1].task_id))}" if len(tasks) > PAGE else "",
        newest=f"{here}{query[:-1]}" if before else "",
        **frame.context,
    )


@router.post("/roadmaps/{roadmap_id}/retry-failed")
async def retry_failed(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    task = await orchestrator.retry_failed(
        roadmap_id,
        out_of_date=form["out_of_date"] == "yes",
        detach=True,
        terms=terms_of(request, caller, settings, owner=caller.writes),
    )
    if task is not None and form["to"] == "run":
        return redirect(request, "tasks", task.task_id, notice="asked")
    return redirect(request, "roadmaps", roadmap_id, notice="asked" if task else "nothing")


@router.post("/roadmaps/{roadmap_id}/bin")
async def move_to_bin(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    await read_form(request)
    await orchestrator.bin(roadmap_id, terms=Terms(owner=caller.writes))
    return redirect(request, "bin", notice="binned")


@router.post("/roadmaps/{roadmap_id}/restore")
async def restore(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep
) -> Response:
    await read_form(request)
    await orchestrator.restore(roadmap_id, terms=Terms(owner=caller.writes))
    return redirect(request, "roadmaps", roadmap_id, notice="restored")
