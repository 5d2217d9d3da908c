"""Dates: "2027-06-15", "3. März 2027", "6月底", "by March", "end of next year"."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Final

from domain.pace.time_words.numbers import CJK, numeral, year_of
from domain.pace.time_words.spans import GAP
from domain.pace.time_words.tables import (
    ARTICLES,
    BEFORE,
    BEFORE_AFTER,
    BY,
    BY_AFTER,
    END,
    END_AFTER,
    MONTHS,
    NEXT,
    PERIODS,
    THIS,
)

Period = tuple[date, date]
"""First and last day of the named period: a day, or a whole month, week or year."""
Read = Callable[[re.Match[str], date], Period | None]

_YEAR: Final = rf"(?P<year>\d{{4}}|[{CJK}]{{4}})"
_MONTH: Final = r"(?P<month>[^\W\d_]{3,})"
_MONTHS: Final = {name: number for number, forms in enumerate(MONTHS, 1) for name in forms.split("|")}
_DAY: Final = r"(?P<day>\d{1,2})"
_ORDINAL: Final = r"(?:st|nd|rd|th|\.|º|°|er|-?го)?"
_OF: Final = r"(?: (?:of|de|del|do|di|d'))?"
_CLOSE_YEAR: Final = rf"(?:,? ?{_OF} {_YEAR}(?: ?(?:года?|г\.?))?)"
_SMALL: Final = rf"(?:\d{{1,2}}|[{CJK}]{{1,3}})"
_CJK_YEAR: Final = (
    rf"(?:(?P<this>今年|本年|올해) ?の?|(?P<next>明年|来年|來年|내년) ?の?|(?P<overnext>后年|後年|再来年|내후년) ?の?"
    rf"|(?P<year>\d{{4}}|[{CJK}]{{4}}) ?[年년] ?の?)"
)


def read_date(text: str, today: date) -> date | None:
    """Return the last day of the period that a normalized text names; None if it is uncertain.

    A month means its last day, "before" the day before; without a year it is the next one.
    """
    for pattern, before in _frames():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        ending = bool(match["end"] or match["endafter"])
        period = read_period(match["core"].strip(), today, whole=ending)
        if period is None:
            continue
        first, last = period
        if before and not ending:
            return first - timedelta(days=1) if first > date.min else None
        return last
    return None


def read_period(core: str, today: date, *, whole: bool = False) -> Period | None:
    """Return the period that a text names. `whole`: only months, weeks and years."""
    for pattern, read in [*_cores(), *_with_an_end()] if whole else _cores():
        match = pattern.fullmatch(core)
        if match is None:
            continue
        try:
            period = read(match, today)
        except (ValueError, OverflowError):  # June 31, month 13, or after the last date
            return None
        if period is not None and not (whole and period[0] == period[1]):
            return period
    return None


@cache
def _frames() -> tuple[tuple[re.Pattern[str], bool], ...]:
    by = rf"(?:(?:{BY}){GAP}){{1,3}}"
    core = rf"(?:(?P<end>{END}){GAP})?(?P<core>.+?)(?:{GAP}?(?P<endafter>{END_AFTER}))?"
    return (
        (re.compile(core), False),
        (re.compile(by + core), False),
        (re.compile(rf"{core}{GAP}?(?:{BEFORE_AFTER})"), True),
        (re.compile(rf"(?:{by})?{core}{GAP}?(?:{BY_AFTER})"), False),
        (re.compile(rf"(?:{BEFORE}){GAP}{core}"), True),
    )


def _day(year: int, month: int, day: int) -> Period:
    return date(year, month, day), date(year, month, day)


def _month(year: int, month: int) -> Period:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _coming(month: int, day: int | None, today: date) -> Period | None:
    """Return the next such month or day: of this year if it is not over."""
    for year in range(today.year, min(today.year + 9, date.max.year)):
        try:
            period = _month(year, month) if day is None else _day(year, month, day)
        except ValueError:  # February 29
            if (month, day) != (2, 29):
                raise
            continue
        if period[1] >= today:
            return period
    return None


def _number(text: str) -> int:
    value = int(text) if text.isdecimal() else numeral(text)
    if value is None:
        raise ValueError(text)
    return value


def _iso(match: re.Match[str], _today: date) -> Period | None:
    year, month = int(match["year"]), int(match["month"])
    return _month(year, month) if match["day"] is None else _day(year, month, int(match["day"]))


def _dotted(match: re.Match[str], today: date) -> Period | None:
    day, month = int(match["day"]), int(match["month"])
    return _day(int(match["year"]), month, day) if match["year"] else _coming(month, day, today)


def _slashed(match: re.Match[str], _today: date) -> Period | None:
    """Read `03/25/2027`; ambiguous if both numbers could be the month."""
    one, two = int(match["one"]), int(match["two"])
    if one <= 12 and two <= 12 and one != two:
        return None
    month, day = (one, two) if two > 12 else (two, one)
    return _day(int(match["year"]), month, day)


def _worded(match: re.Match[str], today: date) -> Period | None:
    month = _MONTHS.get(match["month"])
    if month is None:
        return None
    groups = match.groupdict()
    day = int(groups["day"]) if groups.get("day") else None
    if groups.get("year"):
        year = year_of(groups["year"])
    elif groups.get("nextyear"):
        year = today.year + 1
    elif groups.get("thisyear"):
        year = today.year
    else:
        return _coming(month, day, today)
    if year is None:
        return None
    return _month(year, month) if day is None else _day(year, month, day)


def _cjk(match: re.Match[str], today: date) -> Period | None:
    year = _cjk_year(match, today)
    month = _number(match["m"]) if match["m"] else None
    day = _number(match["d"]) if match["d"] else None
    if month is None:
        return None if year is None else (date(year, 1, 1), date(year, 12, 31))
    if year is None:
        return _coming(month, day, today)
    return _month(year, month) if day is None else _day(year, month, day)


def _cjk_year(match: re.Match[str], today: date) -> int | None:
    for name, ahead in (("this", 0), ("next", 1), ("overnext", 2)):
        if match[name]:
            return today.year + ahead
    return year_of(match["year"]) if match["year"] else None


def _quarter(match: re.Match[str], _today: date) -> Period | None:
    year, quarter = int(match["year"]), int(match["quarter"])
    return date(year, 3 * quarter - 2, 1), _month(year, 3 * quarter)[1]


def _year(match: re.Match[str], _today: date) -> Period | None:
    year = int(match["year"])
    return date(year, 1, 1), date(year, 12, 31)


def _the_day(_match: re.Match[str], today: date) -> Period | None:
    return today, today


def _tomorrow(_match: re.Match[str], today: date) -> Period | None:
    return today + timedelta(days=1), today + timedelta(days=1)


def _period(ahead: int, kind: str) -> Read:
    def read(_match: re.Match[str], today: date) -> Period | None:
        if kind == "year":
            return date(today.year + ahead, 1, 1), date(today.year + ahead, 12, 31)
        if kind == "month":
            years, month = divmod(today.month - 1 + ahead, 12)
            return _month(today.year + years, month + 1)
        monday = today + timedelta(days=7 * ahead - today.weekday())
        return monday, monday + timedelta(days=6)

    return read


@cache
def _cores() -> list[tuple[re.Pattern[str], Read]]:
    """Return the patterns in order of priority: the first that matches and can be read wins."""
    patterns: list[tuple[str, Read]] = [
        (r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?", _iso),
        (r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\.(?: ?(?P<year>\d{4}))?", _dotted),
        (r"(?P<one>\d{1,2})([/-])(?P<two>\d{1,2})\2(?P<year>\d{4})", _slashed),
        (rf"(?:the )?{_DAY}{_ORDINAL}{_OF} {_MONTH}\.?{_CLOSE_YEAR}?", _worded),
        (rf"{_DAY}-{_MONTH}-{_YEAR}", _worded),
        (rf"{_MONTH}\.? (?:the )?{_DAY}{_ORDINAL}(?:,? {_YEAR})?", _worded),
        (rf"(?:(?:mes de|mese di|mois de|month of) )?{_MONTH}\.?{_CLOSE_YEAR}?", _worded),
        (rf"{_MONTH}{_OF} (?:(?P<nextyear>{_next('year')})|(?P<thisyear>{_this('year')}))", _worded),
        (rf"{_CJK_YEAR}? ?(?P<m>{_SMALL}) ?[月월](?: ?(?P<d>{_SMALL}) ?[日号號일])?", _cjk),
        (rf"{_CJK_YEAR}年?(?P<m>(?!))?(?P<d>(?!))?", _cjk),
        (
            r"(?P<this>今年|本年|올해)|(?P<next>明年|来年|來年|내년)|(?P<overnext>后年|後年|再来年)|(?P<year>(?!))(?P<m>)(?P<d>)",
            _cjk,
        ),
        (r"q(?P<quarter>[1-4])[ ,/-]*(?P<year>\d{4})", _quarter),
        (r"(?P<year>\d{4})[ -]?q(?P<quarter>[1-4])", _quarter),
        ("today|heute|hoy|aujourd'hui|oggi|hoje|сегодня|今天|今日|오늘", _the_day),
        ("tomorrow|morgen|mañana|demain|domani|amanhã|завтра|明天|明日|내일", _tomorrow),
    ]
    for kind in PERIODS:
        patterns += [(_this(kind), _period(0, kind)), (_next(kind), _period(1, kind))]
    return [(re.compile(pattern), read) for pattern, read in patterns]


@cache
def _with_an_end() -> list[tuple[re.Pattern[str], Read]]:
    """Return patterns that need a word for "end" to name a day: "2027", "the year"."""
    bare = [(rf"(?:(?:{ARTICLES}){GAP}?)?(?:{forms})", _period(0, kind)) for kind, forms in PERIODS.items()]
    return [(re.compile(pattern), read) for pattern, read in [(_YEAR, _year), *bare]]


def _this(kind: str) -> str:
    return rf"(?:{THIS}){GAP}?(?:{PERIODS[kind]})"


def _next(kind: str) -> str:
    after = "(?:prochaine?|que viene|que vem|próxim[oa]|prossim[oa]|suivante?)"
    return rf"(?:{NEXT}){GAP}?(?:{PERIODS[kind]})|(?:{PERIODS[kind]}) {after}"
