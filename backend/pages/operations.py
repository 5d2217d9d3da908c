"""The operations page: runs of all users, processes, stale and failed contents, and bulk actions."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from backend.auth import Caller, OperatorDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.errors import without_cli_hints
from backend.inputs import terms_of
from backend.pages.support.forms import Form, read_form
from backend.pages.support.live import live
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.templating import address, page, redirect
from backend.pages.views.concepts.feedback import instruction_of
from backend.pages.views.runs.operations import figures_of, worker_line
from backend.pages.views.runs.task import task_line
from backend.pages.views.status_labels import TASK_NAMES
from backend.paging import decode, encode
from domain.errors import Conflict, InvalidInput, NotFound
from domain.request import Word, usable_text
from domain.vocabulary import TaskStatus, TaskType
from orchestrator import Orchestrator
from rendering.text.task_text import LABELS, state_of

router = pages()

PAGE: Final = 50
NOTHING_SELECTED: Final = "Nothing was selected: select one or more rows."
MAX_REPORTS: Final = 50
MAX_ITEMS_PER_FORM: Final = 100
"""Runs or roadmaps that one form may name."""


@router.get("/operations")
async def operations(
    request: Request,
    caller: OperatorDep,
    orchestrator: OrchestratorDep,
    status: str = "",
    type: str = "",
    user: Word = "",
    roadmap: Word = "",
    before: str = "",
) -> Response:
    filters = {"status": status, "type": type, "user": user.strip(), "roadmap": roadmap.strip()}
    return await _operations(request, caller, orchestrator, filters, before=before)


async def _operations(
    request: Request,
    caller: Caller,
    orchestrator: Orchestrator,
    filters: Mapping[str, str],
    *,
    before: str = "",
    message: str = "",
    status: int = 200,
) -> Response:
    """Return the page. `message`: the result of a form, with its `status`."""
    tasks = await orchestrator.tasks.page(
        roadmap_id=filters["roadmap"] or None,
        user_id=filters["user"] or None,
        statuses=[known for known in TaskStatus if known == filters["status"]],
        task_types=[known for known in TaskType if known == filters["type"]],
        before=decode(before or None),
        limit=PAGE + 1,
    )
    shown = tasks[:PAGE]
    query = urlencode({name: value for name, value in filters.items() if value})
    here = address(request)("operations")
    following = encode((shown[-1].created_at, shown[-1].task_id)) if len(tasks) > PAGE else ""
    processes = await orchestrator.metrics.processes()
    pressure = await orchestrator.metrics.pressure()
    return page(
        request,
        "operations.html",
        status=status,
        reader=reader_of(caller),
        here="operations",
        figures=figures_of(pressure, processes),
        statuses=[(status, LABELS[state_of(status)]) for status in TaskStatus],
        types=TASK_NAMES.items(),
        filters=filters,
        query=query,
        tasks=[task_line(task, {}) for task in shown],
        older=f"{here}?{query}{'&' if query else ''}before={following}" if following else "",
        newest=f"{here}?{query}" if before else "",
        workers=[worker_line(process) for process in processes],
        reports=[(one, instruction_of(one)) for one in await orchestrator.feedback.all_reports(limit=MAX_REPORTS)],
        broken=await orchestrator.roadmaps.broken(),
        message=message,
        live=live(
            request, ("operations", "pulse"), "", busy=bool(pressure.running or pressure.queued), path=("operations",)
        ),
    )


@router.get("/operations/pulse")
async def operations_etag(_: OperatorDep) -> Response:
    """Return the current time: leases change all the time, so the page is always reloaded."""
    return Response(datetime.now(UTC).isoformat(), media_type="text/plain")


@router.post("/operations/tasks")
async def many_tasks(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    if not (selection := _selection(form.all("task"))):
        return await _answer(request, caller, orchestrator, form, NOTHING_SELECTED, 422)
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def resume(task_id: str) -> object:
        return await orchestrator.resume(task_id, detach=True, terms=terms)

    async def cancel(task_id: str) -> object:
        return await orchestrator.cancel(task_id, "Cancelled by an operator.", terms=terms)

    failures = await _each(selection, cancel if form["do"] == "cancel" else resume)
    if failures:
        return await _answer(request, caller, orchestrator, form, _partly_done(len(selection), failures), 409)
    query = form["back"] if form["back"].isprintable() else ""
    return RedirectResponse(f"{address(request)('operations')}?{query}", status_code=303)


@router.post("/operations/roadmaps")
async def many_roadmaps(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    if not (selection := _selection(form.all("roadmap"))):
        return await _answer(request, caller, orchestrator, form, NOTHING_SELECTED, 422)
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def retry(roadmap_id: str) -> object:
        return await orchestrator.retry_failed(roadmap_id, detach=True, terms=terms)

    failures = await _each(selection, retry)
    if failures:
        return await _answer(request, caller, orchestrator, form, _partly_done(len(selection), failures), 409)
    return redirect(request, "operations", notice="asked")


def _selection(identifiers: list[str]) -> list[str]:
    if len(identifiers) > MAX_ITEMS_PER_FORM:
        raise InvalidInput(f"At most {MAX_ITEMS_PER_FORM} can be selected at once.")
    return [usable_text("The selection", identifier) for identifier in identifiers]


async def _each(identifiers: Iterable[str], act: Callable[[str], Awaitable[object]]) -> list[str]:
    """Apply an action to each id, and return the messages of those that failed."""
    failures = []
    for identifier in identifiers:
        try:
            await act(identifier)
        except (Conflict, NotFound) as error:
            failures.append(without_cli_hints(error))
    return failures


def _partly_done(total: int, failures: list[str]) -> str:
    return f"{total - len(failures)} of {total} succeeded. The first failure: {failures[0]}"


async def _answer(
    request: Request, caller: Caller, orchestrator: Orchestrator, form: Form, message: str, status: int
) -> Response:
    """Return the page with the filters that the form came from, and its result."""
    query = dict(parse_qsl(form["back"]))
    filters = {name: query.get(name, "") for name in ("status", "type", "user", "roadmap")}
    return await _operations(request, caller, orchestrator, filters, message=message, status=status)
