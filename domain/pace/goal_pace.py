"""Hours a week and a deadline in the goal itself: "learn Go in 3 months, 4 hours a week".

Only unambiguous phrases are read: a unit of time per week; a span or date at the end of the goal after a preposition
("in", "by"); or a span that is followed by a word for "within" ("三个月内").
"""

import re
from datetime import date
from functools import cache
from typing import Final

from domain.pace.deadlines import read_deadline, too_far
from domain.pace.time_words import normal
from domain.pace.time_words.numbers import CJK, NUMBER, value_of
from domain.pace.time_words.spans import GAP, read_span
from domain.pace.time_words.tables import A_WEEK, CLEARLY_BY, CLEARLY_WITHIN, HOURS, OR, PAST, WEEKLY, WORKING

MAX_TAIL_LENGTH: Final = 60
"""Number of characters at the end of a goal that are searched for a deadline."""
_TITLE: Final = re.compile(r"\b(?:Day|Week|Month|Year)s?\b")
"""A capitalized unit is part of a title, as in "Around the World in 80 Days"."""
_BLANKS: Final = " \t\n,;.!()，。；、！（）"


def hours_in(goal: str) -> float | None:
    """Return the hours a week that a goal names; None if it names none or several."""
    values = {float(value) for match in _hours_phrases(goal) if (value := value_of(match)) is not None}
    return values.pop() if len(values) == 1 and 1 <= max(values) <= 168 else None


def deadline_in(goal: str, today: date) -> str | None:
    """Return the words of a goal that name its deadline, unchanged; None if that is uncertain."""
    phrases = {words for words in (_tail(goal, today), *_inside(goal)) if words and _is_ahead(words, today)}
    return phrases.pop() if len(phrases) == 1 else None


def _is_ahead(words: str, today: date) -> bool:
    day = read_deadline(words, today)
    return day is not None and day > today and not too_far(day, today)


def _hours_phrases(goal: str) -> list[str]:
    text = normal(goal)
    phrases = []
    for pattern in _hours_patterns():
        for match in pattern.finditer(text):
            if _misleading().search(text[max(0, match.start() - 30) : match.start()]):
                return []
            phrases.append(match["number"])
    return phrases


@cache
def _hours_patterns() -> tuple[re.Pattern[str], ...]:
    number = rf"(?P<number>{NUMBER})"
    purpose = "(?: ?of (?:study|learning|practice|work))?"
    return (
        re.compile(
            rf"(?<![\w.,:/-]){number}[ -]?(?:{HOURS}){purpose} ?(?:{A_WEEK})(?![^\W{CJK}]*\w? ?(?:job|contract))"
        ),
        re.compile(rf"(?<![a-zа-я])(?:{WEEKLY}) ?(?:学习|练习|學習)? ?{number} ?(?:{HOURS})"),
    )


@cache
def _misleading() -> re.Pattern[str]:
    """Return the pattern of text before hours that are the end of a range, or that mean something else."""
    return re.compile(rf"(?:{WORKING})[^,;.，。；]{{0,12}}$|(?:{OR}) ?$")


def _tail(goal: str, today: date) -> str | None:
    """Return the longest end of a goal, apart from hours a week, that is a deadline with a preposition."""
    text = _without_hours(goal).rstrip(_BLANKS)
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


def _without_hours(goal: str) -> str:
    for pattern in _hours_patterns():
        goal = re.sub(rf"(?:{pattern.pattern})\W*$", "", goal, flags=re.IGNORECASE)
    return goal


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
