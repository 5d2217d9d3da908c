"""Estimates: what a roadmap takes, before anything is bought or created."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.authors import RULES, AuthorKind
from domain.content_types import GENERATOR_OF
from domain.course.estimate import (
    CallAverage,
    CallLimits,
    Estimate,
    ModelPrice,
    Size,
    Variant,
    calls_of,
    looks_at,
    variant,
)
from domain.errors import InvalidInput
from domain.pace.pace import DEFAULT_ZONE, read_pace, read_zone
from domain.request import LearningRequest, Preferences, check_languages, check_words
from domain.vocabulary import SecondLook, Step
from orchestrator.resources import OrchestratorResources
from orchestrator.settings import Settings
from repository.ledger.averages import step_averages

if TYPE_CHECKING:
    from nodes.authors.chat_models.models import Names
    from nodes.authors.prices import Prices
    from nodes.offline.recordings import RecordedCourse


async def estimate_creation(
    resources: OrchestratorResources, request: LearningRequest, time_zone: str | None = None
) -> Estimate:
    """Return what the creation of a roadmap takes. Creates nothing. Raises InvalidInput as the creation does."""
    check_words("learning_goal", request.preferences.learning_goal)
    check_languages(request.preferences.model_dump())
    zone = time_zone or DEFAULT_ZONE
    today = resources.clock().astimezone(read_zone(zone)).date()
    preferences, pace = await asyncio.to_thread(read_pace, request.preferences, today, zone)
    size = Size.of(preferences.available_hours_per_week, pace.weeks, resources.settings.max_concepts)
    writers = await asyncio.to_thread(_writers, resources)
    recording = await asyncio.to_thread(_recording, resources, preferences, pace.weeks)
    if recording is not None:
        size, writers = Size(len(recording.concepts), recording.hours), replace(writers, author="recording")
    averages = await _averages(resources, writers)
    has_deadline = pace.weeks is not None
    return await asyncio.to_thread(_estimate, resources.settings, size, writers, averages, has_deadline=has_deadline)


@dataclass(frozen=True, slots=True)
class _Writers:
    """The models that write here, and their prices."""

    by_step: Mapping[str, str]
    author: AuthorKind
    prices: "Prices | None"
    """None where no price is known."""

    @property
    def is_by_rules(self) -> bool:
        """Whether no model is asked."""
        return self.author != "model"


def _recording(
    resources: OrchestratorResources, preferences: Preferences, weeks: float | None
) -> "RecordedCourse | None":
    """Return the course that a run for this goal plays; None where it plays none."""
    from nodes.offline.playback import course_for

    if resources.settings.model is not None or (resources.can_run and resources.author.kind != "rules"):
        return None
    return course_for(preferences, resources.settings.max_concepts, weeks)


def _writers(resources: OrchestratorResources) -> _Writers:
    """Return which model each step asks. Loads integrations: it may take seconds."""
    from nodes.authors.briefs import AuthorRole
    from nodes.authors.chat_models.models import Names

    settings = resources.settings
    steps = list(Step)
    if settings.model is None:
        name = resources.author.name if resources.can_run else RULES
        return _Writers(dict.fromkeys(steps, name), "rules" if name == RULES else "model", None)
    names = Names(
        settings.model, settings.model_curriculum, settings.model_content, settings.model_review,
        settings.model_fallback,
    )  # fmt: skip
    role_of = {Step.INTENT_ANALYSIS: AuthorRole.INTENT, Step.STRUCTURE_VALIDATION: AuthorRole.STRUCTURE_REVIEW}
    role_of[Step.SECOND_LOOK] = AuthorRole.CRITIQUE
    contents = {step: AuthorRole(content_type.value) for content_type, step in GENERATOR_OF.items()}
    roles = {**dict.fromkeys(steps, AuthorRole.FRAMEWORK), **role_of, **contents}
    return _Writers({step: names.of(role)[0] for step, role in roles.items()}, "model", _prices(settings, names))


def _prices(settings: Settings, names: "Names") -> "Prices":
    """Return the prices of models. A server without their keys prices them by their names."""
    from nodes.authors.chat_models.models import check
    from nodes.authors.prices import Prices

    addresses: dict[str, str | None] = {}
    for name in names.all():
        try:
            addresses[name] = check(name, dict(settings.model_parameters))
        except InvalidInput:
            addresses[name] = None
    return Prices(settings.model_prices, addresses)


async def _averages(resources: OrchestratorResources, writers: _Writers) -> dict[str, CallAverage]:
    if writers.is_by_rules:
        latency = resources.settings.offline_latency
        return dict.fromkeys(writers.by_step, CallAverage(0, 0, latency, tries=1.0, measured=True))
    models = sorted(set(writers.by_step.values()))
    rows = await resources.database.persist(lambda session: step_averages(session, models))
    return {
        row.step: CallAverage(row.tokens_in, row.tokens_out, row.seconds, row.tries, measured=True)
        for row in rows
        if writers.by_step.get(row.step) == row.model
    }


async def estimate_calls(resources: OrchestratorResources, calls: Mapping[str, int]) -> Variant:
    """Return what these calls take, by step, with second looks; `calls` has every step that writes contents."""
    writers = await asyncio.to_thread(_writers, resources)
    averages = await _averages(resources, writers)
    settings = resources.settings
    looks = looks_at(calls, _second_look(settings, writers))
    calls = {step: number for step, number in {**calls, **looks}.items() if number}
    return await asyncio.to_thread(lambda: variant(calls, averages, _price_by(writers), _limits(settings)))


def _price_by(writers: _Writers) -> Callable[[str, int, int], float | None]:
    """Return the function that prices the tokens of a step, see `variant`."""
    from nodes.authors.usage import TokenCounts

    def price(step: str, tokens_in: int, tokens_out: int) -> float | None:
        if writers.is_by_rules:
            return 0.0
        if writers.prices is None:
            return None
        return writers.prices.usage(writers.by_step[step], TokenCounts(tokens_in, tokens_out)).cost

    return price


def _second_look(settings: Settings, writers: _Writers) -> SecondLook:
    return "none" if writers.is_by_rules else settings.second_look


def _limits(settings: Settings) -> CallLimits:
    return CallLimits(settings.max_concurrent_calls, settings.requests_per_minute, settings.tokens_per_minute)


def _estimate(
    settings: Settings, size: Size, writers: _Writers, averages: Mapping[str, CallAverage], *, has_deadline: bool
) -> Estimate:
    price, limits = _price_by(writers), _limits(settings)
    second_look = _second_look(settings, writers)
    short = calls_of(size, lessons=size.concepts, second_look=second_look)
    # Rules write one worksheet for a concept.
    lessons = size.concepts if writers.is_by_rules else size.lessons
    full = calls_of(size, lessons=lessons, second_look=second_look)
    measured = [step in averages for step in short]
    return Estimate(
        concepts=size.concepts,
        hours=round(size.hours, 1),
        hours_from="deadline" if has_deadline else "usual",
        author=writers.author,
        models=[
            ModelPrice(
                model=model, price_known=writers.is_by_rules or bool(writers.prices and writers.prices.knows(model))
            )
            for model in sorted({writers.by_step[step] for step in short})
        ],
        averages="measured" if all(measured) else "partly measured" if any(measured) else "assumed",
        lessons=settings.lessons,
        second_look=second_look,
        short=variant(short, averages, price, limits),
        full=variant(full, averages, price, limits),
    )
