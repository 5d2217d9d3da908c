"""Deadlines and paces in words."""

from collections.abc import Iterator
from datetime import date

from domain.pace.deadlines import weeks_between
from domain.pace.pace import Pace
from rendering.languages.translation import _
from rendering.text.text import counted, hours, one_line


def span_of(weeks: float) -> str:
    """Return `13 weeks`, or days if there are fewer than two weeks."""
    return counted(round(7 * weeks), "day") if weeks < 2 else counted(round(weeks), "week")


def until(deadline: date, today: date) -> str:
    """Return `by 2027-02-28, 13 weeks`."""
    return _("by {day}, {span}", day=deadline, span=span_of(weeks_between(today, deadline)))


def misunderstood(words: str) -> str:
    """Return a note on a deadline that could not be parsed, and how to write one."""
    return _(
        "“{words}” is ignored; write a date like 2027-06-30 or a period like “3 months”", words=one_line(words, 60)
    )


def understood(pace: Pace) -> Iterator[str]:
    """Yield how the deadline and the hours of a request were understood; nothing if it named none."""
    facts = [f"{hours(pace.hours_per_week)} a week"] if "hours_per_week" in pace.from_goal else []
    if pace.deadline is not None:
        facts.append(until(pace.deadline, pace.asked_on))
    if facts:
        source = ", from your goal" if pace.from_goal else ""
        counted_from = f" (from {pace.asked_on} in {pace.time_zone})" if pace.deadline else ""
        yield f"understood: {', '.join(facts)}{counted_from}{source}"
    if pace.is_misunderstood:
        yield f"deadline not understood: {misunderstood(pace.deadline_words or '')}"
