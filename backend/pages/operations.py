"""Operations: what runs for everybody, who runs it, what nobody will finish; and putting it right in bulk."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from backend.auth import OperatorDep
from backend.inputs import terms_of
from backend.pages.answers import error_page, pages, reader_of
from backend.pages.forms import read_form
from backend.pages.live import live
from backend.pages.templating import address, page, see
from backend.pages.views.operations import figures_of, worker_line
from backend.pages.views.status_labels import STATUS_NAMES, TASK_NAMES
from backend.pages.views.task import task_line
from backend.paging import decode, encode
from backend.resources import OrchestratorDep, SettingsDep
from domain.errors import Conflict, InvalidInput, NotFound
from domain.request import Word, usable_text
from domain.vocabulary import TaskStatus, TaskType

router = pages()

PAGE: Final = 50
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
    found = await orchestrator.tasks.page(
        roadmap_id=roadmap.strip() or None,
        user_id=user.strip() or None,
        statuses=[one for one in TaskStatus if one == status],
        task_types=[one for one in TaskType if one == type],
        before=decode(before or None),
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    wanted = {"status": status, "type": type, "user": user.strip(), "roadmap": roadmap.strip()}
    query = urlencode({name: value for name, value in wanted.items() if value})
    here = address(request)("operations")
    following = encode((shown[-1].created_at, shown[-1].task_id)) if len(found) > PAGE else ""
    processes = await orchestrator.metrics.processes()
    return page(
        request,
        "operations.html",
        reader=reader_of(caller),
        here="operations",
        figures=figures_of(await orchestrator.metrics.pressure(), processes),
        statuses=STATUS_NAMES.items(),
        types=TASK_NAMES.items(),
        wanted=wanted,
        query=query,
        tasks=[task_line(task, {}) for task in shown],
        older=f"{here}?{query}{'&' if query else ''}before={following}" if following else "",
        newest=f"{here}?{query}" if before else "",
        workers=[worker_line(process) for process in processes],
        broken=await orchestrator.roadmaps.broken(),
        live=live(request, ("operations", "pulse"), ""),
    )


@router.get("/operations/pulse")
async def pulse(_: OperatorDep) -> Response:
    """Leases run on by themselves, so there is always something new."""
    return Response(datetime.now(UTC).isoformat(), media_type="text/plain")


@router.post("/operations/tasks")
async def many_tasks(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    chosen = _chosen(form.all("task"))
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def resume(task_id: str) -> object:
        return await orchestrator.resume(task_id, detach=True, terms=terms)

    async def cancel(task_id: str) -> object:
        return await orchestrator.cancel(task_id, "Cancelled by an operator.", terms=terms)

    refused = await _each(chosen, cancel if form["do"] == "cancel" else resume)
    if refused:
        return _told(request, len(chosen), refused)
    query = form["back"] if form["back"].isprintable() else ""
    return RedirectResponse(f"{address(request)('operations')}?{query}", status_code=303)


@router.post("/operations/roadmaps")
async def many_roadmaps(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    chosen = _chosen(form.all("roadmap"))
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def retry(roadmap_id: str) -> object:
        return await orchestrator.retry_failed(roadmap_id, detach=True, terms=terms)

    refused = await _each(chosen, retry)
    if refused:
        return _told(request, len(chosen), refused)
    return see(request, "operations", said="asked")


def _chosen(identifiers: list[str]) -> list[str]:
    if not identifiers:
        raise InvalidInput("Nothing was chosen: mark the lines that it is about.")
    if len(identifiers) > MAX_ITEMS_PER_FORM:
        raise InvalidInput(f"At most {MAX_ITEMS_PER_FORM} can be chosen at once.")
    return [usable_text("What was chosen", identifier) for identifier in identifiers]


async def _each(identifiers: Iterable[str], act: Callable[[str], Awaitable[object]]) -> list[str]:
    """One after the other; why some of them were refused, each in a line."""
    refused = []
    for identifier in identifiers:
        try:
            await act(identifier)
        except (Conflict, NotFound) as error:
            refused.append(str(error))
    return refused


def _told(request: Request, chosen: int, refused: list[str]) -> Response:
    said = f"{chosen - len(refused)} of {chosen} were done. The first that was refused: {refused[0]}"
    return error_page(request, 409, said)
