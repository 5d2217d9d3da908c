"""Checks of the practice in a lesson: exercises, folded solutions, and text for its minutes.

They are doubts about a lesson that a course book has planned, whose author was told so, and hints about any other.
"""

import re
from collections.abc import Iterator
from typing import Final

from domain.checks.expected import Expected
from domain.checks.findings import Finding, doubt, hint
from domain.checks.prose.markdown import MarkdownOutline

MIN_WORDS_PER_MINUTE: Final = 12
"""A slow reader who also does the exercises takes in several times as many."""
_FOLD: Final = re.compile(r"<details\b|^\s*:::+\s*\{?\.?(?:solution|answer|spoiler|details)", re.IGNORECASE)


def check_practice(lesson: MarkdownOutline, exercises: int | None, words: int, expected: Expected) -> Iterator[Finding]:
    """Yield what is missing. `exercises`: how many were recognised; None in a language in which none is."""
    finding = hint if expected.planned_minutes is None else doubt
    minutes = expected.planned_minutes or round(60 * expected.hours)
    needed = max(1, minutes // 60)
    folds = sum(1 for line in lesson.prose if _FOLD.search(line))
    if exercises is not None and 0 < max(exercises, folds) < needed:
        yield finding(
            "tutorial.practice", f"There is practice for less than {minutes} minutes: it needs {needed} exercises."
        )
    if exercises != 0 and folds < needed:
        yield finding(
            "tutorial.solution",
            f"{folds} of at least {needed} exercises have a solution that is folded in <details> with a <summary>.",
        )
    if words < (least := MIN_WORDS_PER_MINUTE * minutes):
        yield finding("tutorial.length", f"The content has {words} words; {minutes} minutes hold at least {least}.")
