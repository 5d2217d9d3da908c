"""The operations page: runs of all users, processes, stale and failed contents, and bulk actions."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from backend.auth import Caller, OperatorDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.errors import without_cli_hints
from backend.inputs import terms_of
from backend.pages.support.forms import Form, read_form
from backend.pages.support.live import etag_response, live
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.templating import address, page, redirect
from backend.pages.views.concepts.feedback import instruction_of
from backend.pages.views.runs.operations import (
    ACTIONS,
    AGES,
    FILTERS,
    MAX_RUNS,
    STATUSES,
    figures_of,
    filter_of,
    reasons_of,
    refused_in_words,
    worker_line,
)
from backend.pages.views.runs.task import task_line
from backend.pages.views.status_labels import TASK_NAMES, content_name, task_name
from backend.paging import decode, encode
from domain.errors import Conflict, InvalidInput, NotFound
from domain.request import Word, usable_text
from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator
from rendering.languages.translation import N_, _, ngettext

router = pages()

PAGE: Final = 50
NOTHING_SELECTED: Final = N_("Nothing was selected: select one or more rows.")
FAILED: Final = (TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE)
MAX_FAILED: Final = 100
"""The newest failed runs, whose reasons are grouped."""
MAX_REPORTS: Final = 50
MAX_ITEMS_PER_FORM: Final = 100
"""Runs or roadmaps that one form may name."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of runs, as the address has them."""

    status: str = ""
    type: str = ""
    user: Word = ""
    roadmap: Word = ""
    age: str = ""

    def words(self) -> dict[str, str]:
        return {name: getattr(self, name).strip() for name in FILTERS}


FiltersDep = Annotated[Filters, Depends()]


@router.get("/operations")
async def operations(
    request: Request,
    caller: OperatorDep,
    orchestrator: OrchestratorDep,
    filters: FiltersDep,
    before: str = "",
    did: str = "",
    done: Annotated[int, Query(ge=0, le=MAX_RUNS)] = 0,
) -> Response:
    """`did` and `done`: what was done with how many runs, after a form."""
    result = ngettext(*ACTIONS[did].done, done) if did in ACTIONS else ""
    return await operations_page(request, caller, orchestrator, filters.words(), before=before, result=result)


@router.get("/operations/pulse")
async def operations_etag(
    _: OperatorDep, orchestrator: OrchestratorDep, filters: FiltersDep, before: str = ""
) -> Response:
    """Return a word that changes when the page with these filters would look different."""
    return etag_response(_etag(await _content(orchestrator, filters.words(), before)))


async def operations_page(
    request: Request,
    caller: Caller,
    orchestrator: Orchestrator,
    filters: dict[str, str],
    *,
    before: str = "",
    message: str = "",
    result: str = "",
    status: int = 200,
) -> Response:
    """Return the page. `message`: what a form could not do, with its `status`; `result`: what it did."""
    content = await _content(orchestrator, filters, before)
    etag = _etag(content)
    here = address(request)("operations")
    query = urlencode({name: value for name, value in filters.items() if value})
    position = urlencode({"before": before}) if before else ""
    following = content.pop("following")
    return page(
        request,
        "runs/operations.html",
        status=status,
        reader=reader_of(caller),
        here="operations",
        statuses=[(status, _(label)) for status, label in STATUSES],
        types=[(kind, task_name(kind)) for kind in TASK_NAMES],
        ages=[(age, _(words)) for age, (words, _length) in AGES.items()],
        actions=[(action, _(texts.all)) for action, texts in ACTIONS.items()],
        filters=filters,
        content_name=content_name,
        query=query,
        older=f"{here}?{query}{'&' if query else ''}before={following}" if following else "",
        newest=f"{here}?{query}" if before else "",
        message=message,
        result=result,
        **content,
        live=live(
            request,
            ("operations", "pulse"),
            etag,
            busy=True,
            path=("operations",),
            query="?" + "&".join(filter(None, [query, position])) if query or position else "",
        ),
    )


async def _content(orchestrator: Orchestrator, filters: dict[str, str], before: str) -> dict[str, Any]:
    """Return all that the page shows. `following`: the position of the next page."""
    wanted = filter_of(filters, orchestrator.now())
    tasks = await orchestrator.tasks.filtered(wanted, before=decode(before or None), limit=PAGE + 1)
    shown = tasks[:PAGE]
    costs = await orchestrator.tasks.costs([task.task_id for task in shown])
    failed = [status for status in FAILED if not wanted.statuses or status in wanted.statuses]
    unsuccessful = replace(wanted, statuses=failed) if failed and not wanted.stale else None
    ended = await orchestrator.tasks.filtered(unsuccessful, limit=MAX_FAILED) if unsuccessful else []
    processes = await orchestrator.metrics.processes()
    pressure = await orchestrator.metrics.pressure()
    return {
        "figures": figures_of(pressure, processes),
        "tasks": [task_line(task, {}, costs.get(task.task_id)) for task in shown],
        "following": encode((shown[-1].created_at, shown[-1].task_id)) if len(tasks) > PAGE else "",
        "reasons": reasons_of(ended),
        "workers": [worker_line(process) for process in processes],
        "reports": [(one, instruction_of(one)) for one in await orchestrator.feedback.all_reports(limit=MAX_REPORTS)],
        "broken": await orchestrator.roadmaps.broken(),
    }


def _etag(content: dict[str, Any]) -> str:
    return sha256(repr(content).encode()).hexdigest()


@router.post("/operations/tasks")
async def many_tasks(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    if not (selection := _selection(form.all("task"))):
        return await _answer(request, caller, orchestrator, form, _(NOTHING_SELECTED), 422)
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def resume(task_id: str) -> object:
        return await orchestrator.resume(task_id, detach=True, terms=terms)

    async def cancel(task_id: str) -> object:
        return await orchestrator.cancel(task_id, "Cancelled by an operator.", terms=terms)

    failures = await _each(selection, cancel if form["do"] == "cancel" else resume)
    if failures:
        return await _answer(request, caller, orchestrator, form, _partly_done(len(selection), failures))
    query = form["back"] if form["back"].isprintable() else ""
    return RedirectResponse(f"{address(request)('operations')}?{query}", status_code=303)


@router.post("/operations/roadmaps")
async def many_roadmaps(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    if not (selection := _selection(form.all("roadmap"))):
        return await _answer(request, caller, orchestrator, form, _(NOTHING_SELECTED), 422)
    terms = terms_of(request, caller, settings, owner=caller.writes)

    async def retry(roadmap_id: str) -> object:
        return await orchestrator.retry_failed(roadmap_id, detach=True, terms=terms)

    failures = await _each(selection, retry)
    if failures:
        return await _answer(request, caller, orchestrator, form, _partly_done(len(selection), failures))
    return redirect(request, "operations", notice="asked")


def _selection(identifiers: list[str]) -> list[str]:
    if len(identifiers) > MAX_ITEMS_PER_FORM:
        raise InvalidInput(_("At most {limit} can be selected at once.", limit=MAX_ITEMS_PER_FORM))
    return [usable_text(_("The selection"), identifier) for identifier in identifiers]


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
    """Return the result of an action that not all of a selection allowed; none of it is an error of its reader."""
    done = _("{number} of {total} succeeded.", number=total - len(failures), total=total)
    return f"{done} {refused_in_words(failures)}"


async def _answer(
    request: Request, caller: Caller, orchestrator: Orchestrator, form: Form, message: str, status: int = 200
) -> Response:
    """Return the page with the filters that the form came from, and its result."""
    query = dict(parse_qsl(form["back"]))
    filters = {name: query.get(name, "") for name in FILTERS}
    return await operations_page(request, caller, orchestrator, filters, message=message, status=status)
