"""The home page, with the form for a new roadmap and the roadmaps of the user, and the bin."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, get_args
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError

from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.inputs import terms_of, zone_of
from backend.pages.support.forms import read_form
from backend.pages.support.live import etag_response, live
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.templating import address, page, redirect
from backend.pages.views.roadmaps.roadmap_list import RoadmapCard, roadmap_card
from backend.pages.views.roadmaps.shelf import MAX_SORTED, NEWEST, ORDERS, WHOLE_SHELF, Shelf, shelf_of
from backend.pages.views.runs.task import TaskLine, task_line
from backend.paging import decode, encode
from domain.course.estimate import Estimate
from domain.errors import InvalidInput
from domain.request import LearningRequest, Level, Preferences, check_languages
from domain.vocabulary import TaskStatus
from nodes.offline.recordings import example_goals
from orchestrator import Orchestrator
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.learners.learning import GoOn
from rendering.languages.translation import N_, _
from rendering.text.estimate_text import estimate_lines
from rendering.text.text import no_model_note

router = pages()

PAGE: Final = 24
MAX_REVIEWS: Final = 20
FIELDS: Final = (
    "learning_goal",
    "current_level",
    "available_hours_per_week",
    "career_background",
    "primary_language",
    "target_deadline",
)
ADVICE: Final = {
    "learning_goal": N_("Describe in at most 2000 characters what you want to learn."),
    "current_level": N_("Choose one of the levels."),
    "available_hours_per_week": N_("Enter a number from 1 to 168."),
    "career_background": N_("At most 4000 characters."),
    "primary_language": N_("Enter a language code like en, zh or pt-BR."),
    "target_deadline": N_("At most 200 characters."),
}
_LEVELS: Final = (N_("Beginner"), N_("Intermediate"), N_("Advanced"))
BLANK: Final[Mapping[str, Any]] = {
    **dict.fromkeys(FIELDS, ""),
    "current_level": "beginner",
    "review": False,
    "opened": False,
}


@router.get("/")
async def home(
    request: Request,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    before: str = "",
    q: str = "",
    order: str = "",
) -> Response:
    return await _home(request, caller, orchestrator, shelf=shelf_of(before, q, order))


@router.post("/")
async def create(request: Request, caller: CallerDep, orchestrator: OrchestratorDep, settings: SettingsDep) -> Response:
    form = await read_form(request)
    fields = {name: form[name] for name in FIELDS}
    review = form["review"] == "yes"
    values = {**BLANK, **fields, "review": review, "opened": any(fields[name] for name in FIELDS[3:])}
    try:
        preferences = Preferences.model_validate({name: text for name, text in fields.items() if text})
        check_languages(preferences.model_dump())
    except InvalidInput:
        errors = {"primary_language": _(ADVICE["primary_language"])}
        return await _home(request, caller, orchestrator, form=values, errors=errors)
    except ValidationError as error:
        invalid = {str(problem["loc"][0]) if problem["loc"] else "form" for problem in error.errors()}
        errors = {name: _(ADVICE.get(name, N_("This value is not valid."))) for name in invalid}
        return await _home(request, caller, orchestrator, form=values, errors=errors)
    learning_request = LearningRequest(preferences=preferences, user_id=caller.user_id)
    terms = terms_of(request, caller, settings, owner=None, time_zone=zone_of(form["time_zone"]))
    review_request = ReviewRequest() if review else None
    try:
        if form["estimate"]:
            estimate = await orchestrator.estimate(learning_request, terms=terms)
            return await _home(request, caller, orchestrator, form=values, estimate=estimate)
        task = await orchestrator.create(learning_request, review=review_request, detach=True, terms=terms)
    except InvalidInput as error:  # a deadline in the past
        errors = {"target_deadline": in_reader_words(str(error))}
        return await _home(request, caller, orchestrator, form=values, errors=errors)
    return redirect(request, "roadmaps", str(task.roadmap_id))


async def _home(
    request: Request,
    caller: CallerDep,
    orchestrator: Orchestrator,
    *,
    shelf: Shelf = WHOLE_SHELF,
    form: Mapping[str, Any] = BLANK,
    errors: Mapping[str, str] | None = None,
    estimate: Estimate | None = None,
) -> Response:
    cards, older = await _roadmap_page(request, caller, orchestrator, shelf)
    reviews = await _reviews(caller, orchestrator)
    to_learn = await _to_learn(caller, orchestrator)
    at = address(request)
    return page(
        request,
        "home.html",
        status=422 if errors else 200,
        reader=reader_of(caller),
        here="home",
        levels=get_args(Level),
        form=form,
        errors=errors or {},
        estimate=list(estimate_lines(estimate)) if estimate else [],
        cards=cards,
        by_rules=request.app.state.settings.model is None,
        BY_RULES=no_model_note(await asyncio.to_thread(example_goals)),
        reviews=reviews,
        older=older,
        newest=at("") + replace(shelf, before="").query if shelf.before else "",
        shelf=shelf,
        orders=[(key, _(name)) for key, name in ORDERS.items()],
        go_on=to_learn.go_on,
        due=to_learn.due,
        live=_live(request, _etag(cards, reviews, older, to_learn), cards, shelf.query),
    )


@dataclass(frozen=True, slots=True)
class _ToLearn:
    """What a learner may do next."""

    go_on: GoOn | None = None
    due: int = 0
    """Questions to repeat today."""


_NOTHING: Final = _ToLearn()


async def _to_learn(caller: CallerDep, orchestrator: Orchestrator) -> _ToLearn:
    due = await orchestrator.repetition.count(caller.user_id, owner=caller.reads)
    return _ToLearn(await orchestrator.learning.go_on(caller.user_id), due)


def _live(request: Request, etag: str, cards: Sequence[RoadmapCard], query: str) -> dict[str, str]:
    return live(request, ("pulse",), etag, busy=any(card.is_changing for card in cards), query=query)


async def _reviews(caller: CallerDep, orchestrator: Orchestrator) -> list[TaskLine]:
    """Return plans of other users that the reader may review; the reader's own are in the list."""
    if caller.reviews is not None:
        return []
    tasks = await orchestrator.tasks.page(statuses=[TaskStatus.HUMAN_REVIEW_PENDING], limit=MAX_REVIEWS)
    return [task_line(task, {}) for task in tasks if task.user_id != caller.user_id]


@router.get("/pulse")
async def home_etag(
    request: Request,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    before: str = "",
    q: str = "",
    order: str = "",
    binned: bool = False,
) -> Response:
    """Return an ETag that changes whenever the list, or that of the bin, would look different."""
    shelf = Shelf(before) if binned else shelf_of(before, q, order)
    cards, older = await _roadmap_page(request, caller, orchestrator, shelf, binned=binned)
    reviews = [] if binned else await _reviews(caller, orchestrator)
    to_learn = _NOTHING if binned else await _to_learn(caller, orchestrator)
    return etag_response(_etag(cards, reviews, older, to_learn))


@router.get("/bin")
async def bin_of(request: Request, caller: CallerDep, orchestrator: OrchestratorDep, before: str = "") -> Response:
    cards, older = await _roadmap_page(request, caller, orchestrator, Shelf(before), binned=True)
    return page(
        request,
        "roadmaps/bin.html",
        reader=reader_of(caller),
        here="bin",
        cards=cards,
        older=older,
        newest=address(request)("bin") if before else "",
        live=_live(request, _etag(cards, [], older), cards, f"?binned=true&before={quote(before)}"),
    )


async def _roadmap_page(
    request: Request, caller: CallerDep, orchestrator: Orchestrator, shelf: Shelf, *, binned: bool = False
) -> tuple[list[RoadmapCard], str]:
    """Return a page of the reader's own roadmaps, and the address of the next page."""
    size = PAGE if shelf.order == NEWEST else MAX_SORTED
    rows = await orchestrator.roadmaps.summaries(
        owner=caller.user_id,
        binned=binned,
        words=shelf.words,
        order=shelf.order,
        before=decode(shelf.before or None) if shelf.order == NEWEST else None,
        limit=size + 1,
    )
    shown = rows[:size]
    done = await orchestrator.learning.done(caller.user_id, [row.roadmap_id for row in shown])
    learned = {roadmap_id: len(concepts) for roadmap_id, concepts in done.items()}
    older = ""
    if len(rows) > size and shelf.order == NEWEST:
        following = replace(shelf, before=encode((shown[-1].created_at, shown[-1].roadmap_id)))
        older = address(request)("bin" if binned else "") + following.query
    return [roadmap_card(row, learned) for row in shown], older


def _etag(cards: Sequence[RoadmapCard], reviews: Sequence[TaskLine], older: str, to_learn: _ToLearn = _NOTHING) -> str:
    shown = (cards, [(task.task_id, task.state) for task in reviews], older, to_learn)
    return sha256(repr(shown).encode()).hexdigest()[:16]
