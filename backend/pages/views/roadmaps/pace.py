"""The pace of a roadmap in one line."""

from dataclasses import dataclass
from datetime import datetime

from domain.pace.pace import Pace, today_in
from rendering.languages.translation import _
from rendering.text.pace_text import misunderstood, until
from rendering.text.text import hours


@dataclass(frozen=True, slots=True)
class PaceLine:
    """`ignored` is a note on a deadline that was not understood. Both are empty if there is nothing to show."""

    says: str
    ignored: str


def pace_line(pace: Pace | None, now: datetime) -> PaceLine:
    if pace is None:
        return PaceLine("", "")
    ignored = misunderstood(pace.deadline_words or "") if pace.is_misunderstood else ""
    facts = [_("{hours} a week", hours=hours(pace.hours_per_week))] if pace.deadline or pace.from_goal else []
    if pace.deadline is not None:
        today = today_in(pace.time_zone, now)
        is_past = pace.deadline < today
        passed = _("the deadline, {day}, has passed", day=pace.deadline)
        facts.append(passed if is_past else until(pace.deadline, today))
    source = _(", read from your goal") if pace.from_goal else ""
    return PaceLine(_(", ").join(facts) + source, ignored)
