"""The page of a run (state, steps, contents, cost, events), and the page to review its plan."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request
from fastapi.responses import Response

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep, TutorialsDep
from backend.inputs import TaskId, decision_of, terms_of
from backend.pages.books import book_context
from backend.pages.support.forms import number, read_form
from backend.pages.support.live import live
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.runs.review import review_of
from backend.pages.views.runs.run import run_of
from backend.tutorials import Tutorials
from domain.errors import Conflict, InvalidInput, NotFound
from domain.framework import Framework
from domain.request import MAX_WORDS_LENGTH
from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.learners.proposals import Proposal
from orchestrator.queries.status import TaskView
from repository.runs.events import Event

router = pages()


@router.get("/tasks/{task_id}")
async def run(
    request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep, before: int | None = None
) -> Response:
    etag = await orchestrator.tasks.etag(task_id)
    task = await orchestrator.task(task_id, owner=caller.reads)
    events = await _events(orchestrator, task_id, caller)
    title, framework = await _structure(orchestrator, task.roadmap_id, caller)
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    owns = await _owns(orchestrator, task_id, caller)
    shown = run_of(
        task,
        events,
        await orchestrator.metrics.expenses(task_id=task_id),
        names,
        roadmap_title=title,
        now=datetime.now(UTC),
        before=before,
    )
    return page(
        request,
        "run.html",
        reader=reader_of(caller),
        run=shown,
        language=await orchestrator.contents.language(task.roadmap_id or ""),
        may_cancel=owns and shown.active,
        may_resume=owns and await orchestrator.may_resume(task_id),
        live=live(
            request, ("tasks", task_id, "pulse"), etag, {task_id: shown.last} if task.live else {}, busy=shown.active
        ),
    )


@router.get("/tasks/{task_id}/pulse")
async def run_etag(task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    await orchestrator.task(task_id, owner=caller.reads)
    return Response(await orchestrator.tasks.etag(task_id), media_type="text/plain")


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
        errors = {"feedback": "Describe what should change: the plan is revised with your feedback."}
        return await _review(request, task_id, caller, orchestrator, tutorials, errors=errors)
    if len(feedback) > MAX_WORDS_LENGTH:
        errors = {"feedback": f"At most {MAX_WORDS_LENGTH} characters."}
        return await _review(request, task_id, caller, orchestrator, tutorials, feedback=feedback, errors=errors)
    if form["decision"] == "approve" and feedback:
        return await _review(request, task_id, caller, orchestrator, tutorials, feedback=feedback, asks=True)
    round = number(form["round"], "The form is not valid: reload the page and decide again.")
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
    title, framework = await _structure(orchestrator, task.roadmap_id, caller)
    reviewed, book = await orchestrator.structures.under_review(task_id)
    shown = await book_context(tutorials, book, reviewed)
    return page(
        request,
        "review.html",
        status=422 if errors else 200,
        reader=reader_of(caller),
        review=review_of(task, events, framework, title, await _proposal(orchestrator, task)),
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


async def _structure(orchestrator: Orchestrator, roadmap_id: str | None, caller: Caller) -> tuple[str, Framework]:
    """Return the title and the structure of a roadmap; empty if it has none or was deleted."""
    if roadmap_id is None:
        return "", Framework(roadmap_id="")
    try:
        roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    except NotFound:
        return roadmap_id, Framework(roadmap_id=roadmap_id)
    return roadmap.title, roadmap.framework or Framework(roadmap_id=roadmap_id)
