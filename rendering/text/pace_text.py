"""Deadlines and paces in words."""

from collections.abc import Iterator
from datetime import date

from domain.pace.deadlines import weeks_between
from domain.pace.pace import Pace
from rendering.text.text import counted, hours, one_line


def span_of(weeks: float) -> str:
    """`13 weeks`, in days where there are few."""
    return counted(round(7 * weeks), "day") if weeks < 2 else counted(round(weeks), "week")


def until(deadline: date, today: date) -> str:
    """`by 2027-02-28, 13 weeks`."""
    return f"by {deadline}, {span_of(weeks_between(today, deadline))}"


def misunderstood(words: str) -> str:
    return f"“{one_line(words, 60)}” is ignored; give a date as 2027-06-30, or a span as “3 months”"


def understood(pace: Pace) -> Iterator[str]:
    """What was made of the words of a request, for who asked; nothing where there were none."""
    said = [f"{hours(pace.hours_per_week)} a week"] if "hours_per_week" in pace.from_goal else []
    if pace.deadline is not None:
        said.append(until(pace.deadline, pace.asked_on))
    if said:
        source = ", from your goal" if pace.from_goal else ""
        counted_from = f" (from {pace.asked_on} in {pace.time_zone})" if pace.deadline else ""
        yield f"understood: {', '.join(said)}{counted_from}{source}"
    if pace.is_misunderstood:
        yield f"deadline not understood: {misunderstood(pace.deadline_words or '')}"
