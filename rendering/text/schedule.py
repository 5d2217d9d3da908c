"""A weekly plan: what to learn when, in learning order, with so many hours a week."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.framework import Framework
from domain.pace.deadlines import weeks_between
from domain.roadmap_export import Manuscript

MAX_CONCEPT_HOURS: Final = 1000.0
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
    """`number` counts from 1; `starts` and `ends` are its days, None beyond the calendar."""

    number: int
    starts: date | None
    ends: date | None
    shares: tuple[Share, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """From `today` on. `weeks_left` until the deadline: None without one, 0 once it is past."""

    weeks: tuple[Week, ...]
    hours: float
    hours_per_week: float
    today: date
    deadline: date | None
    weeks_left: float | None

    @property
    def is_too_long(self) -> bool:
        return self.weeks_left is not None and self.hours > self.weeks_left * self.hours_per_week

    @property
    def hours_needed(self) -> float | None:
        """Hours a week that would keep the deadline; None where there is none, or no time is left."""
        return self.hours / self.weeks_left if self.weeks_left else None


def schedule(
    framework: Framework,
    hours_per_week: float,
    *,
    today: date,
    deadline: date | None = None,
    done: Collection[str] = (),
) -> Schedule:
    """The plan for what is not `done` (concept ids), in weeks that are counted from `today`.

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
    planned = tuple(_week(number, shares, today) for number, shares in enumerate(weeks, start=1) if shares)
    weeks_left = None if deadline is None else weeks_between(today, deadline)
    return Schedule(planned, sum(week.hours for week in planned), weekly / 60, today, deadline, weeks_left)


def plan_of(manuscript: Manuscript, framework: Framework) -> Schedule | None:
    """None where a manuscript brings no pace, or nothing is left to learn."""
    asked = manuscript.plan
    if asked is None:
        return None
    plan = schedule(framework, asked.hours_per_week, today=asked.today, deadline=asked.deadline, done=asked.done)
    return plan if plan.weeks else None


def _minutes(hours: float) -> int:
    """Whole minutes, so that thousands of shares add up."""
    return round(60 * min(hours, MAX_CONCEPT_HOURS)) if math.isfinite(hours) and hours > 0 else 0


def _week(number: int, shares: Sequence[Share], today: date) -> Week:
    starts, ends = _day(today, 7 * (number - 1)), _day(today, 7 * number - 1)
    return Week(number, starts, ends, tuple(shares), sum(share.hours for share in shares))


def _day(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None
