"""The page of a run (state, timeline, contents, cost, events), its calls, and the page to review its plan."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import Response

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep, TutorialsDep
from backend.inputs import TaskId, decision_of, terms_of
from backend.pages.books import book_context
from backend.pages.support.forms import number, read_form
from backend.pages.support.live import etag_response, live
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.permissions import blocked_contents, permissions_of
from backend.pages.support.templating import address, page, redirect
from backend.pages.views.runs.calls import call_lines
from backend.pages.views.runs.contents import lanes_of
from backend.pages.views.runs.review import review_of
from backend.pages.views.runs.run import run_name, run_of
from backend.pages.views.status_labels import content_name
from backend.tutorials import Tutorials
from domain.errors import Conflict, InvalidInput, NotFound
from domain.framework import Framework
from domain.request import MAX_WORDS_LENGTH, Word
from domain.vocabulary import ContentStatus, TaskStatus
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.learners.proposals import Proposal
from orchestrator.queries.status import RoadmapView, TaskView
from rendering.languages.translation import _
from rendering.text.event_text import doing
from repository.runs.events import Event

router = pages()

MAX_CALLS: Final = 20
"""Calls on one page."""


@router.get("/tasks/{task_id}")
async def run(
    request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep, before: int | None = None
) -> Response:
    etag = await orchestrator.tasks.etag(task_id)
    task = await orchestrator.task(task_id, owner=caller.reads)
    events = await _events(orchestrator, task_id, caller)
    roadmap = await _roadmap(orchestrator, task.roadmap_id, caller)
    owns = await _owns(orchestrator, task_id, caller)
    retryable = await _retryable(caller, roadmap)
    shown = run_of(
        task,
        events,
        await orchestrator.ledger.usages(task_id, owner=caller.reads),
        _names(roadmap),
        roadmap_title=_title(task, roadmap),
        retryable=retryable,
        before=before,
    )
    return page(
        request,
        "runs/run.html",
        reader=reader_of(caller),
        run=shown,
        lanes=lanes_of(shown.contents),
        retries=sum(content.retryable for content in shown.contents),
        language=await orchestrator.contents.language(task.roadmap_id or ""),
        may_cancel=owns and shown.active,
        may_resume=owns and await orchestrator.may_resume(task_id),
        live=live(
            request, ("tasks", task_id, "pulse"), etag, {task_id: shown.last} if task.live else {}, busy=shown.active
        ),
    )


@router.get("/tasks/{task_id}/calls")
async def calls(
    request: Request,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    step: Word = "",
    concept: Word = "",
    type: Word = "",
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """Show the calls about a step, or about a content: `concept` and `type`."""
    etag = await orchestrator.tasks.etag(task_id)
    task = await orchestrator.task(task_id, owner=caller.reads)
    roadmap = await _roadmap(orchestrator, task.roadmap_id, caller)
    limit, owner = MAX_CALLS + 1, caller.reads
    if concept:
        found = await orchestrator.ledger.calls_of_content(
            task_id, concept, type, after=after, limit=limit, owner=owner
        )
        subject = _("{type}: {name}", type=content_name(type), name=_names(roadmap).get(concept, concept))
    else:
        found = await orchestrator.ledger.calls_of_step(task_id, step, after=after, limit=limit, owner=owner)
        subject = doing(step) if step else _("Calls")
    kept = found[:MAX_CALLS]
    query = {"concept": concept, "type": type} if concept else {"step": step}
    here = address(request)("tasks", task_id, "calls")
    return page(
        request,
        "runs/calls.html",
        reader=reader_of(caller),
        task=task,
        run_name=run_name(task, _names(roadmap)),
        roadmap_title=_title(task, roadmap),
        subject=subject,
        of_content=(concept, type) if concept and concept in _names(roadmap) else None,
        calls=call_lines(kept),
        later=f"{here}?{urlencode({**query, 'after': kept[-1].call_id})}" if len(found) > MAX_CALLS else "",
        language=await orchestrator.contents.language(task.roadmap_id or ""),
        live=live(request, ("tasks", task_id, "pulse"), etag, busy=task.live),
    )


@router.get("/tasks/{task_id}/pulse")
async def run_etag(task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    await orchestrator.task(task_id, owner=caller.reads)
    return etag_response(await orchestrator.tasks.etag(task_id))


@router.post("/tasks/{task_id}/cancel")
async def cancel(request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    await read_form(request)
    await orchestrator.cancel(task_id, terms=Terms(owner=caller.writes))
    return redirect(request, "tasks", task_id, notice="cancelled")


@router.post("/tasks/{task_id}/resume")
async def resume(
    request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    await read_form(request)
    await orchestrator.resume(task_id, detach=True, terms=terms_of(request, caller, settings, owner=caller.writes))
    return redirect(request, "tasks", task_id, notice="resumed")


@router.get("/tasks/{task_id}/review")
async def review(
    request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep, tutorials: TutorialsDep
) -> Response:
    return await _review(request, task_id, caller, orchestrator, tutorials)


@router.post("/tasks/{task_id}/review")
async def decide(
    request: Request,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    tutorials: TutorialsDep,
) -> Response:
    form = await read_form(request)
    approved, feedback = form["decision"] in {"approve", "approve_anyway"}, form["feedback"]
    if not approved and not feedback:
        errors = {"feedback": _("Describe what should change: the plan is revised with your feedback.")}
        return await _review(request, task_id, caller, orchestrator, tutorials, errors=errors)
    if len(feedback) > MAX_WORDS_LENGTH:
        errors = {"feedback": _("At most {limit} characters.", limit=MAX_WORDS_LENGTH)}
        return await _review(request, task_id, caller, orchestrator, tutorials, feedback=feedback, errors=errors)
    if form["decision"] == "approve" and feedback:
        return await _review(request, task_id, caller, orchestrator, tutorials, feedback=feedback, asks=True)
    round = number(form["round"], _("The form is not valid: reload the page and decide again."))
    terms = terms_of(request, caller, settings, owner=caller.reviews)
    try:
        decision = decision_of(approved, feedback, by=caller.user_id, round=round)
        await orchestrator.review(task_id, decision, detach=True, terms=terms)
    except InvalidInput as error:  # words that cannot be followed are marked in the form
        errors = {"feedback": str(error)}
        return await _review(request, task_id, caller, orchestrator, tutorials, feedback=feedback, errors=errors)
    return redirect(request, "tasks", task_id, notice="approved" if approved else "rejected")


async def _review(
    request: Request,
    task_id: str,
    caller: Caller,
    orchestrator: Orchestrator,
    tutorials: Tutorials,
    *,
    feedback: str = "",
    errors: Mapping[str, str] | None = None,
    asks: bool = False,
) -> Response:
    """Return the page. `asks`: whether the plan shall go back, since it was approved with words for a change."""
    etag = await orchestrator.tasks.etag(task_id)
    task = await orchestrator.task(task_id, owner=caller.reviews)
    events = await _events(orchestrator, task_id, caller)
    roadmap = await _roadmap(orchestrator, task.roadmap_id, caller)
    reviewed, book = await orchestrator.structures.under_review(task_id)
    shown = await book_context(tutorials, book, reviewed)
    return page(
        request,
        "runs/review.html",
        status=422 if errors else 200,
        reader=reader_of(caller),
        review=review_of(
            task, events, _framework(task, roadmap), _title(task, roadmap), await _proposal(orchestrator, task)
        ),
        **shown,
        language=await orchestrator.contents.language(task.roadmap_id or ""),
        feedback=feedback,
        errors=errors or {},
        asks=asks,
        live=live(
            request,
            ("tasks", task_id, "pulse"),
            etag,
            {task_id: events[-1].sequence if events else 0} if task.live else {},
        ),
    )


async def _proposal(orchestrator: Orchestrator, task: TaskView) -> Proposal | None:
    """Return what is under review; None where it is closed, also by a decision that was made meanwhile."""
    if task.status is not TaskStatus.HUMAN_REVIEW_PENDING:
        return None
    try:
        return await orchestrator.proposal(task.task_id)
    except Conflict:
        return None


async def _owns(orchestrator: Orchestrator, task_id: str, caller: Caller) -> bool:
    """Return whether the caller may change a run."""
    try:
        await orchestrator.task(task_id, owner=caller.writes)
    except NotFound:
        return False
    return True


async def _events(orchestrator: Orchestrator, task_id: str, caller: Caller) -> list[Event]:
    """Return all events of a run: the contents of its page are derived from them."""
    events: list[Event] = []
    while batch := await orchestrator.events.page(
        task_id, after=events[-1].sequence if events else 0, owner=caller.reads
    ):
        events += batch
    return events


async def _roadmap(orchestrator: Orchestrator, roadmap_id: str | None, caller: Caller) -> RoadmapView | None:
    """Return the roadmap of a run; None if it has none, or it was deleted."""
    if roadmap_id is None:
        return None
    try:
        return await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    except NotFound:
        return None


def _title(task: TaskView, roadmap: RoadmapView | None) -> str:
    return roadmap.title if roadmap else task.roadmap_id or ""


def _framework(task: TaskView, roadmap: RoadmapView | None) -> Framework:
    """Return the structure of a roadmap; an empty one if it has none."""
    found = roadmap.framework if roadmap else None
    return found or Framework(roadmap_id=task.roadmap_id or "")


def _names(roadmap: RoadmapView | None) -> dict[str, str]:
    """Return the names of the concepts in learning order, by id."""
    found = roadmap.framework if roadmap else None
    return {concept.concept_id: concept.name for concept in found.concepts()} if found else {}


async def _retryable(caller: Caller, roadmap: RoadmapView | None) -> set[tuple[str, str]]:
    """Return the contents that the caller may ask for again, since they failed and no run holds them."""
    if roadmap is None or not permissions_of(caller, roadmap).writes:
        return set()
    blocked = await blocked_contents(roadmap.contents)
    return {
        (state.concept_id, state.content_type)
        for state in roadmap.contents
        if (state.status is ContentStatus.FAILED or state.last_error or state.stale)
        and (state.concept_id, state.content_type) not in blocked
    }
