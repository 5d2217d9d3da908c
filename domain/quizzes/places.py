"""What a question belongs to: an outcome of its concept, and the section of the lesson that answers it.

Authors name both in words. Case, marks of Markdown, punctuation, numbers of sections and a path before the heading make
no difference.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from domain.course.book import Outcome

_PATH: Final = re.compile(r"\s+(?:>|›|»|→|/)\s+")
_LIST: Final = re.compile(r"\s*[;\n,、]\s*")
_NUMBER: Final = re.compile(r"^\W*(?:(?:\d{1,2}|[a-z])(?:\.\d{1,2}){0,3}\s*[.):：、]\s*|\d{1,2}(?:\.\d{1,2}){1,3}\s+)")
_IDS: Final = re.compile(r"\W*(?:outcomes?\s*)?(o?\d{1,3}(?:\s*(?:[,;&+/]|and)\s*o?\d{1,3})*)\b", re.IGNORECASE)


def heading_index(name: str, headings: Sequence[str]) -> int | None:
    """Return the index of the heading that a question names, of the first if it names several; None for no heading."""
    readings: tuple[Callable[[str], str], ...] = (_folded, _words, _words_without_number)
    for read in readings:
        known = [read(heading) for heading in headings]
        for wanted in (name, _PATH.split(name)[-1], *_LIST.split(name)):
            if (key := read(wanted)) and key in known:
                return known.index(key)
    return None


def outcomes_named(name: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that a question names by their ids, by a text, or by both. Usually it is one."""
    for outcome in outcomes:
        if _folded(name) == _folded(outcome.outcome_id) or (name.strip() and _words(name) == _words(outcome.text)):
            return [outcome]
    named = _IDS.match(name)
    ids = {f"o{int(number)}" for number in re.findall(r"\d+", named[1])} if named else set()
    return [outcome for outcome in outcomes if _folded(outcome.outcome_id) in ids]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _words(text: str) -> str:
    """Return the letters and digits of a text, or all of it where it has none."""
    folded = _folded(text)
    return "".join(char for char in folded if char.isalnum()) or folded


def _words_without_number(text: str) -> str:
    return _words(_NUMBER.sub("", _folded(text)))
