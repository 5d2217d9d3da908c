"""An estimate of what a roadmap takes, made before anything is bought. It is arithmetic over averages, no promise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final, Literal

from pydantic import BaseModel

from domain.authors import AuthorKind
from domain.content_types import GENERATOR_OF
from domain.course.book import MAX_LESSON_MINUTES
from domain.vocabulary import ContentType, SecondLook, Step

USUAL_CONCEPTS: Final = 12
"""Concepts of a roadmap without a deadline."""
HOURS_PER_CONCEPT: Final = 2.0
MIN_CONCEPTS: Final = 4
CONCEPTS_PER_STAGE: Final = 6
MAX_CONCEPTS_IN_ONE_ANSWER: Final = 20
"""A larger framework is asked for stage by stage."""
_ONE_LESSON_MINUTES: Final = 60
"""A concept of about an hour or less is one lesson."""


@dataclass(frozen=True, slots=True)
class CallAverage:
    """The average of the calls of one step."""

    tokens_in: float
    tokens_out: float
    seconds: float
    tries: float = 1.1
    """Calls for each answer that counts: some are asked for again."""
    measured: bool = False


ASSUMED: Final[Mapping[str, CallAverage]] = {
    Step.INTENT_ANALYSIS: CallAverage(800, 500, 8),
    Step.CURRICULUM_DESIGN: CallAverage(1_300, 2_000, 25),
    Step.STRUCTURE_VALIDATION: CallAverage(2_500, 700, 10),
    Step.COURSE_DESIGN: CallAverage(2_500, 2_000, 25),
    Step.TUTORIAL_GENERATION: CallAverage(3_500, 3_500, 45),
    Step.RESOURCE_RECOMMENDATION: CallAverage(3_500, 700, 10),
    Step.QUIZ_GENERATION: CallAverage(6_500, 1_800, 22),
    Step.SECOND_LOOK: CallAverage(7_000, 400, 8),
}
"""Where the ledger has too few calls of the model in this step. By step."""
_OTHER: Final = CallAverage(3_500, 1_500, 20)


class LookShare(BaseModel):
    """The part of a variant that the second look takes (ROADMAP_SECOND_LOOK)."""

    calls: int
    tokens_in: int
    tokens_out: int
    minutes: float
    """By which everything is written later."""
    dollars: float | None
    """Null where the price of its model is unknown."""


class Variant(BaseModel):
    """The cost of one setting of ROADMAP_LESSONS, or of some calls."""

    lessons: int
    calls: int
    tokens_in: int
    tokens_out: int
    minutes: float
    """Until everything is written, if nothing else uses the model."""
    dollars: float | None
    """Null where the price of a model is unknown."""
    second_look: LookShare | None = None
    """Null where nothing is looked at a second time."""


class ModelPrice(BaseModel):
    model: str
    price_known: bool


class Estimate(BaseModel):
    """The approximate cost of a roadmap. Nothing was created for it."""

    concepts: int
    hours: float
    """Of study in all."""
    hours_from: Literal["deadline", "usual"]
    """`deadline`: hours a week until then; `usual`: a roadmap without a deadline."""
    author: AuthorKind
    models: list[ModelPrice]
    averages: Literal["measured", "partly measured", "assumed"]
    """Where tokens and seconds of a call come from: the ledger of this database, or assumptions."""
    lessons: Literal["short", "full"]
    """The setting of ROADMAP_LESSONS: the variant that a creation takes here."""
    second_look: SecondLook
    """The setting of ROADMAP_SECOND_LOOK; `none` where no chat model writes."""
    short: Variant
    full: Variant


@dataclass(frozen=True, slots=True)
class Size:
    """The size that a request calls for, about."""

    concepts: int
    hours: float

    @classmethod
    def of(cls, hours_per_week: float, weeks: float | None, max_concepts: int) -> "Size":
        """Return the size. `weeks` until the deadline; None: without a deadline."""
        if weeks is None:
            concepts = min(USUAL_CONCEPTS, max_concepts)
            return cls(concepts, concepts * HOURS_PER_CONCEPT)
        hours = max(1.0, hours_per_week * weeks)
        concepts = max(MIN_CONCEPTS, round(hours / HOURS_PER_CONCEPT))
        return cls(min(concepts, max_concepts), hours)

    @property
    def stages(self) -> int:
        return ceil(self.concepts / CONCEPTS_PER_STAGE)

    @property
    def lessons(self) -> int:
        """All lessons if each concept gets as many as its hours hold."""
        minutes = 60 * self.hours / self.concepts
        return self.concepts * (1 if minutes <= _ONE_LESSON_MINUTES else ceil(minutes / MAX_LESSON_MINUTES))


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Limits of the process that makes the calls."""

    concurrent_calls: int
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


def calls_of(size: Size, *, lessons: int, second_look: SecondLook) -> dict[str, int]:
    """Return the number of answers that each step needs."""
    in_parts = size.concepts > MAX_CONCEPTS_IN_ONE_ANSWER
    calls: dict[str, int] = {
        Step.INTENT_ANALYSIS: 1,
        Step.CURRICULUM_DESIGN: 1 + size.stages if in_parts else 1,
        Step.STRUCTURE_VALIDATION: 1,
        Step.COURSE_DESIGN: 1 + size.stages,
        **{GENERATOR_OF[content_type]: size.concepts for content_type in ContentType},
    }
    calls[Step.TUTORIAL_GENERATION] = lessons
    return calls | looks_at(calls, second_look)


def looks_at(calls: Mapping[str, int], second_look: SecondLook) -> dict[str, int]:
    """Return the calls that look a second time at contents: a reader of each quiz, and critics of lessons and quizzes.

    `calls` has every step that writes contents.
    """
    if second_look == "none":
        return {}
    quizzes = calls[Step.QUIZ_GENERATION]
    return {Step.SECOND_LOOK: quizzes if second_look == "quiz" else calls[Step.TUTORIAL_GENERATION] + 2 * quizzes}


def variant(
    calls: Mapping[str, int],
    averages: Mapping[str, CallAverage],
    price: Callable[[str, int, int], float | None],
    limits: CallLimits,
) -> Variant:
    """Return what these calls take. `price`: US dollars of a step's tokens in and out, None where unknown."""
    whole = _taken(calls, averages, price, limits)
    if Step.SECOND_LOOK not in calls:
        return whole
    rest = _taken({step: calls[step] for step in calls if step != Step.SECOND_LOOK}, averages, price, limits)
    look = _taken({Step.SECOND_LOOK: calls[Step.SECOND_LOOK]}, averages, price, limits)
    share = LookShare(
        calls=look.calls,
        tokens_in=look.tokens_in,
        tokens_out=look.tokens_out,
        minutes=round(max(0.0, whole.minutes - rest.minutes), 1),
        dollars=look.dollars,
    )
    return whole.model_copy(update={"second_look": share})


def _taken(
    calls: Mapping[str, int],
    averages: Mapping[str, CallAverage],
    price: Callable[[str, int, int], float | None],
    limits: CallLimits,
) -> Variant:
    average = {step: averages.get(step) or ASSUMED.get(step, _OTHER) for step in calls}
    made = {step: number * average[step].tries for step, number in calls.items()}
    tokens_in = {step: round(made[step] * average[step].tokens_in) for step in calls}
    tokens_out = {step: round(made[step] * average[step].tokens_out) for step in calls}
    costs = [price(step, tokens_in[step], tokens_out[step]) for step in calls]
    known = [cost for cost in costs if cost is not None]
    contents = {*GENERATOR_OF.values(), Step.SECOND_LOOK} & calls.keys()
    design = sum(min(number, 2) * average[step].seconds for step, number in calls.items() if step not in contents)
    work = sum(made[step] * average[step].seconds for step in contents)
    longest = sum(times * average[step].seconds for step, times in _one_after_another(calls).items())
    rate = 60 * sum(made.values()) / limits.requests_per_minute if limits.requests_per_minute else 0.0
    flow = (
        60 * (sum(tokens_in.values()) + sum(tokens_out.values())) / limits.tokens_per_minute
        if limits.tokens_per_minute
        else 0.0
    )
    seconds = max(design + max(longest, work / limits.concurrent_calls), rate, flow)
    return Variant(
        lessons=calls.get(Step.TUTORIAL_GENERATION, 0),
        calls=round(sum(made.values())),
        tokens_in=sum(tokens_in.values()),
        tokens_out=sum(tokens_out.values()),
        minutes=round(seconds / 60, 1),
        dollars=round(sum(known), 4) if len(known) == len(costs) else None,
    )


def _one_after_another(calls: Mapping[str, int]) -> dict[str, int]:
    """Return the calls that one concept waits for: its lesson and its quiz, each with those that look at it again."""
    asked: dict[str, int] = {step: 1 for step in (Step.TUTORIAL_GENERATION, Step.QUIZ_GENERATION) if step in calls}
    looks, quizzes = calls.get(Step.SECOND_LOOK, 0), calls.get(Step.QUIZ_GENERATION, 0)
    if looks:
        asked[Step.SECOND_LOOK] = 1 if looks <= quizzes else (Step.TUTORIAL_GENERATION in calls) + 2 * (quizzes > 0)
    return asked or {step: 1 for step in GENERATOR_OF.values() if step in calls}
