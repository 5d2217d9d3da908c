"""A weekly plan: what to learn when, in learning order, with so many hours a week."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from domain.deadlines import weeks_until
from domain.framework import Framework

LONGEST: Final = 1000.0
"""Hours of one concept that are planned; stored structures of old may say anything."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of a concept is learned in one week."""

    concept_id: str
    name: str
    hours: float
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Week:
    """`number` counts from 1."""

    number: int
    shares: tuple[Share, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """`deadline` is the weeks there are, where the learner named a span that can be read."""

    weeks: tuple[Week, ...]
    hours: float
    hours_per_week: float
    deadline: float | None

    @property
    def is_too_long(self) -> bool:
        return self.deadline is not None and len(self.weeks) > self.deadline

    @property
    def hours_needed(self) -> float:
        """Hours a week that would keep the deadline; those planned where there is none."""
        return self.hours / self.deadline if self.deadline else self.hours_per_week


def schedule(
    framework: Framework, hours_per_week: float, *, deadline: str | None = None, done: Collection[str] = ()
) -> Schedule:
    """The plan for what is not `done` (concept ids). `deadline` in the learner's words ("in 3 months").

    A concept goes on in the next week where a week is full; one without hours costs nothing and stands all the same.
    """
    weekly = max(_minutes(hours_per_week), 60)
    weeks: list[list[Share]] = [[]]
    left = weekly
    for concept in framework.concepts():
        if concept.concept_id in done:
            continue
        missing = _minutes(concept.estimated_hours)
        begins = True
        while begins or missing:
            if not left:
                weeks.append([])
                left = weekly
            now = min(missing, left)
            missing -= now
            left -= now
            name = concept.name or concept.concept_id
            weeks[-1].append(Share(concept.concept_id, name, now / 60, begins, ends=not missing))
            begins = False
    planned = tuple(_week(number, shares) for number, shares in enumerate(weeks, start=1) if shares)
    return Schedule(planned, sum(week.hours for week in planned), weekly / 60, weeks_until(deadline))


def _minutes(hours: float) -> int:
    """Whole minutes, so that thousands of shares add up."""
    return round(60 * min(hours, LONGEST)) if math.isfinite(hours) and hours > 0 else 0


def _week(number: int, shares: Sequence[Share]) -> Week:
    return Week(number, tuple(shares), sum(share.hours for share in shares))
