"""Hours a week and a deadline in the goal itself: "learn Go in 3 months, 4 hours a week".

Only unambiguous words are read: hours or minutes per week or per day; a span or a date at the end of the goal, after a
word such as "in" or "by"; the same inside the goal, next to words of learning or of another clause
(domain/pace/goal_spans.py); or a span followed by a word for "within" ("三个月内").
"""

import re
from datetime import date
from functools import cache
from typing import Final

from domain.pace.deadlines import read_deadline, too_far
from domain.pace.goal_spans import SOME_DAY, spans_inside
from domain.pace.time_words import normal, read_date
from domain.pace.time_words.numbers import CJK, NUMBER, value_of
from domain.pace.time_words.spans import GAP, read_span
from domain.pace.time_words.tables import (
    A_DAY,
    A_WEEK,
    CLEARLY_BY,
    CLEARLY_WITHIN,
    DAILY,
    HOURS,
    MINUTES,
    OR,
    PAST,
    WEEKLY,
    WORKING,
)

MAX_TAIL_LENGTH: Final = 60
"""Number of characters at the end of a goal that are searched for a deadline."""
_TITLE: Final = re.compile(r"\b(?:Day|Week|Month|Year)s?\b")
"""Part of the title of a work, as in "Around the World in 80 Days"."""
MAX_HOURS_A_DAY: Final = 6
"""More hours a day are more likely hours of sleep or work."""
_ABOUT: Final = (
    r"(?<!\w)(?:in|à raison de|a razón de|with|at|about|around|mit|con|avec|com|etwa|circa|unos|environ|по|около) "
)
_DAILY: Final = (7.0, 7 / 60)
_BLANKS: Final = " \t\n,;.!()，。；、！（）"


def hours_in(goal: str) -> float | None:
    """Return the hours a week that a goal names (hours a day times seven); None if it names none or several."""
    values = _hours_phrases(goal)
    return values.pop() if len(values) == 1 and 1 <= max(values) <= 168 else None


def deadline_in(goal: str, today: date) -> str | None:
    """Return the words of a goal that name its deadline, unchanged; None if there are none or they are ambiguous."""
    text = _hours_blanked(goal)
    phrases = (_tail(goal, today), *_inside(goal), *spans_inside(text))
    deadlines = {words for words in phrases if words and _is_ahead(words, today)}
    days = {read_deadline(words, today) for words in deadlines}
    return max(deadlines, key=len) if len(days) == 1 else None


def without_times(goal: str) -> str:
    """Return a goal without its hours and deadlines, including deadlines in the past."""
    text = _without_start(_hours_blanked(goal))
    for words in (_tail(text, SOME_DAY), *_inside(text), *spans_inside(text)):
        if words and (words != text.strip(_BLANKS)):
            text = re.sub(rf"(?:[ ,，、]*[在用于]?){re.escape(words)}[にで]?(?:[,，、](?=.))?", " ", text, count=1)
    return " ".join(text.split()) if any(map(str.isalnum, text)) else goal


_START: Final = re.compile(
    r"(?:ab|(?:starting )?from|starting|à partir de|a partir de|desde) (?P<date>(?:[\w.]+ ){1,3}\d{4}),? (?=\w)",
    re.IGNORECASE,
)
"""A start date at the beginning of a goal, which is not a deadline: "ab März 2027 Gitarre"."""


def _without_start(goal: str) -> str:
    start = _START.match(goal)
    day = read_date(normal(start["date"]), SOME_DAY) if start else None
    return goal[start.end() :] if start and day and day >= SOME_DAY else goal


def _is_ahead(words: str, today: date) -> bool:
    day = read_deadline(words, today)
    return day is not None and day > today and not too_far(day, today)


def _hours_phrases(goal: str) -> set[float]:
    text = normal(goal)
    values = set()
    for pattern, times in _hours_patterns():
        for match in pattern.finditer(text):
            if _misleading().search(text[max(0, match.start() - 30) : match.start()]):
                return set()
            if _is_working().match(text[match.end() : match.end() + 30]):
                return set()
            if (value := value_of(match["number"])) is not None:
                values.add(round(value * times, 1))
                if times in _DAILY and value * times > 7 * MAX_HOURS_A_DAY:
                    return set()
    return values


def _hours_blanked(goal: str) -> str:
    """Replace hours by a comma, which ends the words before them."""
    for pattern, _ in _hours_patterns():
        goal = re.sub(rf"(?:{_ABOUT})?(?:{pattern.pattern})的?", ",", goal, flags=re.IGNORECASE)
    return goal


@cache
def _hours_patterns() -> tuple[tuple[re.Pattern[str], float], ...]:
    """Return patterns of hours or minutes, each with the factor that turns its number into hours a week."""
    number = rf"(?P<number>{NUMBER})"
    purpose = "(?: ?of (?:study|learning|practice|work))?"
    no_job = rf"(?![^\W{CJK}]*\w? ?(?:job|contract))"
    compiled = []
    for units, size in ((HOURS, 1.0), (MINUTES, 1 / 60)):
        for behind, before, days in ((A_WEEK, WEEKLY, 1), (A_DAY, DAILY, 7)):
            patterns = (
                rf"(?<![\w.,:/-]){number}[ -]?(?:{units}){purpose} ?(?:{behind})(?!\w){no_job}",
                rf"(?<![a-zа-я])(?:{before}) ?(?:学习|练习|學習|学|花|用)? ?{number} ?(?:{units})(?![a-zа-я])",
            )
            compiled += [(re.compile(pattern), days * size) for pattern in patterns]
    return tuple(compiled)


@cache
def _is_working() -> re.Pattern[str]:
    return re.compile(rf" ?(?:{WORKING})")


@cache
def _misleading() -> re.Pattern[str]:
    """Return the pattern of text before hours that are the end of a range, or that mean something else."""
    return re.compile(rf"(?:{WORKING})[^,;.，。；]{{0,12}}$|(?:{OR}) ?$")


def _tail(goal: str, today: date) -> str | None:
    """Return the longest end of a goal that is a deadline after a preposition; hours a week may follow it."""
    text = _hours_blanked(goal).rstrip(_BLANKS)
    start = max(0, len(text) - MAX_TAIL_LENGTH)
    for position in range(start, len(text)):
        if position and text[position - 1].isalnum():
            continue
        words = text[position:]
        if words[0] in _BLANKS or _TITLE.search(words):
            continue
        normalized = normal(words)
        preposition = _within() if read_span(normalized) else _by()
        if preposition.match(normalized) and read_deadline(words, today) is not None:
            return words
    return None


@cache
def _within() -> re.Pattern[str]:
    return re.compile(rf"(?:{CLEARLY_WITHIN}){GAP}\S")


@cache
def _by() -> re.Pattern[str]:
    return re.compile(rf"(?:{CLEARLY_BY}){GAP}\S")


def _inside(goal: str) -> list[str]:
    """Return the spans with a word for "within" in scripts without blanks: `3个月内`, `3か月以内`, `3개월 안에`."""
    spans = []
    for match in _INSIDE.finditer(goal):
        before = goal[max(0, match.start() - 12) : match.start()]
        if not _NOT_AHEAD.search(before):
            spans.append(match[0])
    return spans


_INSIDE: Final = re.compile(
    rf"(?<![\d.{CJK}])(?:半|\d{{1,3}}(?:\.\d)?|[{CJK}]+) ?(?:[个個]半)?"
    r"(?:[个個箇]?月|[かヶヵカケ]月|[周週]間?|[个個]?星期|天|日|年|개월|주|년|일)半?間?"
    r" ?(?:(?:之|以)?[内內]|안에|이내에?)"
)
_NOT_AHEAD: Final = re.compile(rf"(?:{PAST})[ 的の]*$|[\w.] ?(?:[-–—~～〜]|至|到|或|から|에서) ?$")
