"""Spans: "in 3 months", "十二周", "anderthalb Jahre", "a year and a half"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from domain.pace.time_words.numbers import NUMBER, value_of
from domain.pace.time_words.tables import (
    AFTERWARDS,
    ALONE,
    AND_A_HALF,
    CLEARLY_A_SPAN,
    HALF,
    ONLY_IN_SPANS,
    UNITS,
    WITHIN,
)

_CJK: Final = r"\u3005-\u9fff\uac00-\ud7a3"
GAP: Final = rf"(?:[ -]+|(?<=[{_CJK}\d'])|(?<=пол)|(?=[{_CJK}]))"
"""The gap between two words; optional beside digits and in scripts without blanks."""
_UNIT: Final = "|".join(UNITS.values())
_DAY: Final = ONLY_IN_SPANS["day"]
_JOINT: Final = rf"(?: ?(?:,|and|und|y|et|ed?|и|零|又|와|과) ?|{GAP})"
_BEFORE: Final = rf"(?:(?P<within>{WITHIN}){GAP})?"
_AFTER: Final = rf"(?:{GAP}?(?P<after>{AFTERWARDS}))?"


def _one(place: int, units: str) -> str:
    """Return a pattern for a number and its unit, in groups named after their position."""
    return (
        rf"(?:(?P<half{place}>{HALF}){GAP}(?P<halfunit{place}>{_UNIT})"
        rf"|(?P<number{place}>{NUMBER})(?P<mid{place}> ?[个個]半|{GAP}(?:{AND_A_HALF}))?{GAP}(?P<unit{place}>{units})"
        rf"(?P<end{place}>{GAP}(?:{AND_A_HALF}))?)"
    )


@cache
def _grammar() -> re.Pattern[str]:
    """Return the grammar, compiled at first use, since that takes 0.1 s."""
    return re.compile(_BEFORE + _one(1, f"{_UNIT}|{_DAY}") + rf"(?:{_JOINT}{_one(2, _UNIT)})?" + _AFTER)


_BARE: Final = re.compile(rf"(?:{ALONE}) (?P<unit>{_UNIT})")
_CLEARLY: Final = re.compile(CLEARLY_A_SPAN)
_DAYS_OF_A_MONTH: Final = re.compile(_DAY)
_SIZES: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_KINDS: Final = tuple((name, re.compile(forms)) for name, forms in UNITS.items())


@dataclass(frozen=True, slots=True)
class Span:
    """A span of calendar months plus days."""

    months: int
    days: int

    def after(self, start: date) -> date:
        """Return the day at the end of the span; `date.max` beyond the calendar."""
        months = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(months, 12)
        if year > date.max.year:
            return date.max
        day = min(start.day, monthrange(year, month + 1)[1])
        try:
            return date(year, month + 1, day) + timedelta(days=self.days)
        except OverflowError:
            return date.max


def read_span(text: str) -> Span | None:
    """Return the span that a whole normalized text names; None if it names none or an empty one."""
    if bare := _BARE.fullmatch(text):
        return _span(1.0, _kind(bare["unit"]))
    match = _grammar().fullmatch(text)
    if match is None:
        return None
    if _DAYS_OF_A_MONTH.fullmatch(match["unit1"] or "") and not _is_clear(match):
        return None
    first, second = _part(match, 1), _part(match, 2)
    if first is None:
        return None
    if not (match["half2"] or match["number2"]):
        return _span(*first)
    if second is None or _SIZES[second[1]] >= _SIZES[first[1]]:
        return None
    one, two = _span(*first), _span(*second)
    return None if one is None or two is None else Span(one.months + two.months, one.days + two.days)


def _is_clear(match: re.Match[str]) -> bool:
    """ "30日" may be a day of the month; "30日間" and "30日以内" are not."""
    return match["unit1"].endswith(("間", "간")) or bool(match["after"] and _CLEARLY.fullmatch(match["after"]))


def _part(match: re.Match[str], place: int) -> tuple[float, str] | None:
    if match[f"half{place}"]:
        return 0.5, _kind(match[f"halfunit{place}"])
    if not match[f"number{place}"]:
        return None
    value = value_of(match[f"number{place}"])
    mid, end = match[f"mid{place}"], match[f"end{place}"]
    if value is None or (mid and end):
        return None
    if value >= 1000 and match[f"unit{place}"][0] in "年년":  # a year of the calendar
        return None
    return value + (0.5 if mid or end else 0.0), _kind(match[f"unit{place}"])


def _kind(unit: str) -> str:
    if unit == "月":  # as in 半月
        return "month"
    return next((name for name, forms in _KINDS if forms.fullmatch(unit)), "day")


def _span(number: float, kind: str) -> Span | None:
    """Return a span, None for an empty one."""
    if number <= 0:
        return None
    if kind in ("month", "year"):
        months = number * (12 if kind == "year" else 1)
        return Span(int(months), round((months - int(months)) * 30))
    return Span(0, max(1, round(number * _SIZES[kind])))
