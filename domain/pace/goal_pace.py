"""Hours a week and a deadline that stand in the goal itself: "learn Go in 3 months, 4 hours a week".

Read only where nothing else can be meant: a unit of time a week, and a span or a date that ends the goal after a word
for it ("in", "by"), or a span with a word for "within" behind it ("三个月内").
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

MAX_TAIL: Final = 60
"""Characters at the end of a goal in which a deadline is looked for."""
_TITLE: Final = re.compile(r"\b(?:Day|Week|Month|Year)s?\b")
"""Of a work, as in "Around the World in 80 Days"."""
_BLANKS: Final = " \t\n,;.!()，。；、！（）"


def hours_in(goal: str) -> float | None:
    """Hours a week that a goal names; None where it names none, or several."""
    found = {float(value) for match in _hours_phrases(goal) if (value := value_of(match)) is not None}
    return found.pop() if len(found) == 1 and 1 <= max(found) <= 168 else None


def deadline_in(goal: str, today: date) -> str | None:
    """The words of a goal that name its deadline, as they stand there; None where none surely do."""
    found = {words for words in (_tail(goal, today), *_inside(goal)) if words and _is_ahead(words, today)}
    return found.pop() if len(found) == 1 else None


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
    """Ends what stands before hours that are a range, or of something else."""
    return re.compile(rf"(?:{WORKING})[^,;.，。；]{{0,12}}$|(?:{OR}) ?$")


def _tail(goal: str, today: date) -> str | None:
    """The longest end of a goal that is a deadline with a word before it, behind which hours a week may stand."""
    text = _without_hours(goal).rstrip(_BLANKS)
    start = max(0, len(text) - MAX_TAIL)
    for place in range(start, len(text)):
        if place and text[place - 1].isalnum():
            continue
        words = text[place:]
        if words[0] in _BLANKS or _TITLE.search(words):
            continue
        said = normal(words)
        clear = _within() if read_span(said) else _by()
        if clear.match(said) and read_deadline(words, today) is not None:
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
    """Spans of scripts without blanks that say "within": `3个月内`, `3か月以内`, `3개월 안에`."""
    found = []
    for match in _INSIDE.finditer(goal):
        before = goal[max(0, match.start() - 12) : match.start()]
        if not _NOT_AHEAD.search(before):
            found.append(match[0])
    return found


_INSIDE: Final = re.compile(
    rf"(?<![\d.{CJK}])(?:半|\d{{1,3}}(?:\.\d)?|[{CJK}]+) ?(?:[个個]半)?"
    r"(?:[个個箇]?月|[かヶヵカケ]月|[周週]間?|[个個]?星期|天|日|年|개월|주|년|일)半?間?"
    r" ?(?:(?:之|以)?[内內]|안에|이내에?)"
)
_NOT_AHEAD: Final = re.compile(rf"(?:{PAST})[ 的の]*$|[\w.] ?(?:[-–—~～〜]|至|到|或|から|에서) ?$")
