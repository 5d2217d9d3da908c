"""Deadlines: the date that a learner's words name, read once, on the day of the request.

The whole text must be understood: "in 3 months or so" is no date. Conventions: a month or year means its last day ("by
March": the 31st), "before" means the day before, and a month or day without a year means the next one. "03/04/2027" is
ambiguous, and so is no date.
"""

from datetime import date
from typing import Final

from domain.pace.time_words import normal, read_date, read_span

MAX_DEADLINE_LENGTH: Final = 200
"""Maximum length of a deadline in characters."""
MAX_YEARS: Final = 50
"""Maximum number of years until a deadline."""


def read_deadline(words: str | None, today: date) -> date | None:
    """Return the date that `words` name on the day `today`; None if it is uncertain.

    The date may be in the past; `date.max` means beyond the calendar.
    """
    if words is None or len(words) > MAX_DEADLINE_LENGTH or not (text := normal(words)):
        return None
    span = read_span(text)
    return span.after(today) if span is not None else read_date(text, today)


def weeks_between(start: date, end: date) -> float:
    """Return the weeks from `start` to `end` as a fraction, 0 if `end` is earlier."""
    return max((end - start).days, 0) / 7


def too_far(deadline: date, today: date) -> bool:
    """Return whether a deadline is more than MAX_YEARS away."""
    return deadline.year - today.year > MAX_YEARS
