"""One action on all runs that match a filter: the page that asks for a confirmation, and doing it in batches.

Each run is changed by the command that changes a single one, with its locks and its checks. The pages of runs are read
by their position in time, so that runs that leave the filter on the way shift nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from backend.auth import OperatorDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.errors import without_cli_hints
from backend.inputs import terms_of
from backend.pages.operations import FiltersDep, operations_page
from backend.pages.support.forms import number, read_form
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.runs.operations import (
    ACTIONS,
    FILTERS,
    MAX_RUNS,
    Action,
    filter_of,
    filters_in_words,
    refused_in_words,
)
from backend.pages.views.runs.task import task_line
from domain.errors import Conflict, InvalidInput, LimitReached, NotFound
from domain.request import usable_text
from domain.vocabulary import ACTIVE, TaskStatus
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.queries.status import TaskView
from rendering.languages.translation import N_, _, ngettext
from repository.runs.task_pages import TaskFilter

router = pages()

NOTHING_POSSIBLE: Final = N_("No run that matches can be changed like this any more.")
INVALID_FORM: Final = N_("The form is not valid: reload the page and try again.")
MAX_NAMED: Final = 10
"""Runs that are named before they are changed."""
BATCH: Final = 50
AT_ONCE: Final = 4
"""Runs of a batch that are changed side by side: a cancelled one waits until its worker knows it."""
_ENDED_BADLY: Final = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})
_APPLIES_TO: Final[dict[Action, frozenset[TaskStatus]]] = {
    "cancel": ACTIVE,
    "resume": _ENDED_BADLY,
    "retry": _ENDED_BADLY,
}


@router.get("/operations/matching")
async def matching(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, filters: FiltersDep, do: str = ""
) -> Response:
    """Ask whether an action on all runs of a filter is meant, and say how many these are."""
    action, words = _action(do), filters.words()
    wanted = filter_of(words, orchestrator.now())
    first: list[TaskView] = []
    for part in possible(wanted, action):
        first += await orchestrator.tasks.filtered(part, limit=MAX_NAMED)
    # By the database's clock, which dates the runs: those that are requested from now on are not meant.
    until = max((task.created_at for task in first), default=orchestrator.now())
    total = await count_possible(orchestrator, replace(wanted, until=until), action)
    return page(
        request,
        "runs/matching.html",
        reader=reader_of(caller),
        here="operations",
        action=action,
        label=_(ACTIONS[action].all),
        button=ngettext(*ACTIONS[action].number, min(total, MAX_RUNS)),
        number=min(total, MAX_RUNS),
        more=total > MAX_RUNS,
        described=filters_in_words(words),
        filters=words,
        query=urlencode({name: value for name, value in words.items() if value}),
        until=until.isoformat(),
        tasks=[task_line(task, {}) for task in first[:MAX_NAMED]],
    )


@router.post("/operations/matching")
async def act_on_matching(
    request: Request, caller: OperatorDep, orchestrator: OrchestratorDep, settings: SettingsDep
) -> Response:
    form = await read_form(request)
    action, until = _action(form["do"]), _moment(form["until"])
    words = {name: usable_text(_("The filter"), form[name]) if form[name] else "" for name in FILTERS}
    wanted = replace(filter_of(words, orchestrator.now()), until=until)
    confirmed = number(form["number"], _(INVALID_FORM))
    if not confirmed or not await count_possible(orchestrator, wanted, action):
        return await operations_page(request, caller, orchestrator, words, message=_(NOTHING_POSSIBLE), status=409)
    terms = terms_of(request, caller, settings, owner=caller.writes)
    limit = min(confirmed, MAX_RUNS)
    outcome = await act_on_all(orchestrator, wanted, action, terms, limit=limit)
    if outcome.refused or not outcome.done:
        said = f"{ngettext(*ACTIONS[action].done, outcome.done)} {refused_in_words(outcome.refused)}"
        return await operations_page(request, caller, orchestrator, words, message=said.strip())
    query = {name: value for name, value in words.items() if value}
    return redirect(request, "operations", **query, did=action, done=str(outcome.done))


def _action(text: str) -> Action:
    """Return the action of an address or a form. Raises InvalidInput."""
    match text:
        case "cancel" | "resume" | "retry":
            return text
        case _:
            raise InvalidInput(_("Choose what to do: cancel, resume or retry."))


def _moment(text: str) -> datetime:
    """Return the moment in a form, in UTC. Raises InvalidInput."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(_(INVALID_FORM)) from None


@dataclass(slots=True)
class BulkOutcome:
    """The result of an action on many runs."""

    done: int = 0
    refused: list[str] = field(default_factory=list)
    """Why, for each that was refused."""


def possible(tasks: TaskFilter, action: Action) -> list[TaskFilter]:
    """Return the parts of a filter that an action can apply to."""
    statuses = [status for status in sorted(_APPLIES_TO[action]) if not tasks.statuses or status in tasks.statuses]
    if tasks.stale:
        return [] if action == "retry" else [tasks]
    parts = [replace(tasks, statuses=statuses)] if statuses else []
    dead = action == "resume" and (not tasks.statuses or TaskStatus.PROCESSING in tasks.statuses)
    return [*parts, replace(tasks, statuses=[TaskStatus.PROCESSING], stale=True)] if dead else parts


async def count_possible(orchestrator: Orchestrator, tasks: TaskFilter, action: Action) -> int:
    """Return the number of runs that an action would be tried on, at most one more than MAX_RUNS."""
    parts = possible(tasks, action)
    return min(sum([await orchestrator.tasks.count(part, limit=MAX_RUNS + 1) for part in parts]), MAX_RUNS + 1)


async def act_on_all(
    orchestrator: Orchestrator, tasks: TaskFilter, action: Action, terms: Terms, *, limit: int
) -> BulkOutcome:
    """Apply an action to the newest `limit` runs of a filter, and return what became of it."""
    outcome, seen = BulkOutcome(), set[str]()
    turns = asyncio.Semaphore(AT_ONCE)

    async def act(task: TaskView) -> None:
        async with turns:
            try:
                changed = await _apply(orchestrator, task, action, terms)
                outcome.done += changed
            except (Conflict, NotFound, LimitReached, InvalidInput) as error:
                outcome.refused.append(without_cli_hints(error))

    async for batch in _batches(orchestrator, possible(tasks, action), limit):
        targets = {_target(task, action): task for task in reversed(batch)}
        await asyncio.gather(*(act(task) for target, task in targets.items() if target not in seen))
        seen |= targets.keys()
    return outcome


def _target(task: TaskView, action: Action) -> str:
    """Return the id of what is acted on: a retry is one run over all that failed in a roadmap."""
    return task.roadmap_id or "" if action == "retry" else task.task_id


async def _apply(orchestrator: Orchestrator, task: TaskView, action: Action, terms: Terms) -> int:
    """Apply an action to one run, and return whether it changed anything."""
    match action:
        case "cancel":
            await orchestrator.cancel(task.task_id, "Cancelled by an operator.", terms=terms)
        case "resume":
            await orchestrator.resume(task.task_id, detach=True, terms=terms)
        case "retry":
            made = await orchestrator.retry_failed(task.roadmap_id or "", detach=True, terms=terms)
            return int(made is not None)
    return 1


async def _batches(orchestrator: Orchestrator, parts: list[TaskFilter], limit: int) -> AsyncIterator[list[TaskView]]:
    for part in parts:
        before = None
        while limit > 0:
            batch = await orchestrator.tasks.filtered(part, before=before, limit=min(BATCH, limit))
            if not batch:
                break
            limit -= len(batch)
            before = batch[-1].created_at, batch[-1].task_id
            yield batch
