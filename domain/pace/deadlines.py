"""Deadlines: what a learner's words name becomes a date once, on the day they are said, and stays that date.

All of the words must be understood, or none are: "in 3 months or so" names no day. Conventions that the words leave
open: a month or a year means its last day ("by March": the 31st), `before` something the day before it, a month or day
without a year the next one to come. "03/04/2027" may be two days, and so is none.
"""

from datetime import date
from typing import Final

from domain.pace.time_words import normal, read_date, read_span

MAX_WORDS: Final = 200
"""Characters of a deadline."""
MAX_YEARS: Final = 50
"""How far away a deadline may be."""


def read_deadline(words: str | None, today: date) -> date | None:
    """The day that `words` name, said on the day `today`; None where they name none for sure.

    It may be past, and `date.max` stands for all that no calendar reaches.
    """
    if words is None or len(words) > MAX_WORDS or not (text := normal(words)):
        return None
    span = read_span(text)
    return span.after(today) if span is not None else read_date(text, today)


def weeks_between(start: date, end: date) -> float:
    """Weeks from one day to another, parts of them included; none where the end is past."""
    return max((end - start).days, 0) / 7


def too_far(deadline: date, today: date) -> bool:
    return deadline.year - today.year > MAX_YEARS
