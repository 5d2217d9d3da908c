"""Spans and dates in the middle of a goal: "in 2 Monaten Gitarre lernen", "3ヶ月で日本語を学ぶ", "三个月学会游泳".

Such words count as a deadline only if they are unambiguous: the goal has a word of learning or wishing, and next to
them is the edge of a clause, such a word, or a word that begins another clause ("with", "while").
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from typing import Final

from domain.pace.time_words import normal, read_date, read_span
from domain.pace.time_words.numbers import CJK, NUMBER
from domain.pace.time_words.tables import CLEARLY_BY, CLEARLY_WITHIN, LEARNING, OTHER_CLAUSE, UNITS

SOME_DAY: Final = date(2020, 1, 1)
"""A reference day for checks whether words name a time at all."""
MAX_PLACES: Final = 40
"""Number of places of a goal that are examined."""
_MAX_WORDS: Final = 6
_LEARNING_CJK: Final = (
    r"学|學|習|勉強|合格|なり|話せ|弾け|できる|掌握|精通|通过|考过|入门|成为|配|배우|배워|공부|익히|마스터|되|따"
)
_LAST: Final = r"(?:lernen|beherrschen|bestehen|können|werden|verstehen|studieren)[^\w]*$"
_TITLE: Final = re.compile(r"\b(?:Day|Week|Month|Year)s?\b")
"""Part of the title of a work, as in "Around the World in 80 Days"."""
_ABOUT_OTHERS: Final = r"\b(?:what|why|where|when|that|who|which|history|warum|por qué|pourquoi|perché|почему)\b"
_MONTHS_JA: Final = r"[かヶヵカケ]月|週間|日間?|年間?"
_BESIDE_CJK: Final = re.compile(
    rf"(?<![\d.{CJK}第])(?:半年|(?:\d{{1,3}}(?:\.\d)?|[{CJK}]+) ?(?:{_MONTHS_JA}))で"
    rf"|(?<![\d.{CJK}第])(?:半年|(?:\d{{1,3}}|[{CJK}]+)(?:[个個]半?月|[周週]|[个個]?星期|天|年))(?:时间)?"
    r"(?=学会|学完|学好|掌握|精通|通过|考过|拿下|入门)"
    r"|(?<![\d.])(?:\d{1,3}|[한두세네]) ?(?:개월|달|주|년) ?(?:동안|만에|안에)"
)


def spans_inside(goal: str) -> list[str]:
    """Return the words that name spans and dates, unchanged."""
    if not _learning().search(normal(goal)) and not re.search(_LEARNING_CJK, goal):
        return []
    beside = [hit[0] for hit in _BESIDE_CJK.finditer(goal)] if re.search(_LEARNING_CJK, goal) else []
    return [*beside, *_after_words(goal), *_owned(goal)]


def _after_words(goal: str) -> Iterator[str]:
    """Yield spans and dates after a word for "within" or "by"."""
    for place, hit in enumerate(_opening().finditer(goal)):
        if place == MAX_PLACES:
            return
        for end in _ends(goal, hit.end()):
            words = goal[hit.start() : end].rstrip(".")
            normalized = "" if _TITLE.search(words) else normal(words)
            is_time = (_within().match(normalized) and read_span(normalized)) or (
                _by().match(normalized) and read_date(normalized, SOME_DAY)
            )
            if is_time and _is_separate(goal[: hit.start()], goal[end:]):
                yield words
                break


def _ends(goal: str, start: int) -> list[int]:
    """Return the ends of the next words, the farthest first."""
    words = islice(re.finditer(r"[^\s,;:!?]+", goal[start : start + 60]), _MAX_WORDS)
    return [start + word.end() for word in words][::-1]


def _is_separate(before: str, after: str) -> bool:
    clause = re.split(r"[,;:.!?]\s", before)[-1] if before.strip(" ,;:.!?") else ""
    behind, ahead = normal(before[-60:]), normal(after[:60])
    if re.search(r"[\d–—/-]$", behind) or re.search(_ABOUT_OTHERS, normal(clause)):
        return False
    if not ahead or re.match(r"\s*[,;:.!?]", after) or _other_clause().match(ahead):
        return not clause or bool(_learning().search(normal(clause)))
    beside = _learning_last().search(behind) or _learning_first().match(ahead)
    return bool(beside or re.search(_LAST, normal(after)))


def _owned(goal: str) -> Iterator[str]:
    """Yield the spans of phrases like "I have 3 months to learn"."""
    for hit in _have().finditer(goal):
        if read_span(normal(hit["span"])):
            yield hit["span"]


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{CLEARLY_WITHIN}|{CLEARLY_BY})\s", re.IGNORECASE)


@cache
def _within() -> re.Pattern[str]:
    return re.compile(rf"(?:{CLEARLY_WITHIN}) ")


@cache
def _by() -> re.Pattern[str]:
    return re.compile(rf"(?:{CLEARLY_BY}) ")


@cache
def _learning() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{LEARNING})(?!\w)")


@cache
def _learning_last() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{LEARNING})(?: (?:to|a|à|как))?$")


@cache
def _learning_first() -> re.Pattern[str]:
    return re.compile(rf"(?:i |ich |je |yo |я )?(?:to )?(?:{LEARNING})(?!\w)")


@cache
def _other_clause() -> re.Pattern[str]:
    return re.compile(rf"(?:{OTHER_CLAUSE})(?!\w)")


@cache
def _have() -> re.Pattern[str]:
    number = rf"(?P<span>{NUMBER} (?:{'|'.join(UNITS.values())}))"
    owned = (
        rf"(?<!\w)(?:have|tengo|habe|ai|ho|tenho|у меня(?: есть)?) {number} (?:to|para|zeit|pour|per|на|чтобы)(?!\w)"
    )
    return re.compile(owned, re.IGNORECASE)
