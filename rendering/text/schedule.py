"""The weekly plan: which concepts to learn in which week, in learning order, at a given number of hours a week."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.framework import Framework
from domain.pace.deadlines import weeks_between
from domain.roadmap_export import Manuscript

MAX_CONCEPT_HOURS: Final = 1000.0
"""Hours that are planned for one concept at most; old stored structures may have any number."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a concept that is learned in one week."""

    concept_id: str
    name: str
    hours: float
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the plan. `number` counts from 1; `starts` and `ends` are None beyond the last date of the calendar."""

    number: int
    starts: date | None
    ends: date | None
    shares: tuple[Share, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class WeeklyPlan:
    """A plan from `today` on. `weeks_left` until the deadline is None without one, and 0 once it has passed."""

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
        """Hours a week that would meet the deadline; None without a deadline or without time left."""
        return self.hours / self.weeks_left if self.weeks_left else None


def schedule(
    framework: Framework,
    hours_per_week: float,
    *,
    today: date,
    deadline: date | None = None,
    done: Collection[str] = (),
) -> WeeklyPlan:
    """Return the plan for the concepts that are not `done` (ids), in weeks that are counted from `today`.

    A concept continues in the next week when a week is full. A concept without hours takes no time and is listed.
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
    return WeeklyPlan(planned, sum(week.hours for week in planned), weekly / 60, today, deadline, weeks_left)


def plan_of(manuscript: Manuscript, framework: Framework) -> WeeklyPlan | None:
    """Return the plan of a manuscript; None if it has no pace or nothing is left to learn."""
    pace = manuscript.plan
    if pace is None:
        return None
    plan = schedule(framework, pace.hours_per_week, today=pace.today, deadline=pace.deadline, done=pace.done)
    return plan if plan.weeks else None


def _minutes(hours: float) -> int:
    """Return whole minutes: sums of thousands of shares stay exact."""
    return round(60 * min(hours, MAX_CONCEPT_HOURS)) if math.isfinite(hours) and hours > 0 else 0


def _week(number: int, shares: Sequence[Share], today: date) -> Week:
    starts, ends = _day(today, 7 * (number - 1)), _day(today, 7 * number - 1)
    return Week(number, starts, ends, tuple(shares), sum(share.hours for share in shares))


def _day(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None
