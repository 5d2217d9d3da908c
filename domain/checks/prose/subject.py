"""The rule that a content is about its own concept, not about another one of the roadmap."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import log
from typing import Final

from domain.checks.expected import Expected, Subject
from domain.checks.findings import Finding, doubt
from domain.text.language import identify_language, primary_language

_WORD: Final = re.compile(r"[^\W\d_]{3,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_STEM: Final = 6
"""Letters of a word that are compared, so that `vector` and `vectors` are one term."""
_COMMON: Final = frozenset(
    [
        *("and", "the", "for", "with", "from", "that", "what", "when", "how", "into", "their", "this", "are", "your"),
        *("und", "der", "die", "das", "den", "des", "mit", "von", "für", "ein", "eine", "los", "las", "con", "del"),
        *("que", "por", "para", "una", "les", "des", "pour", "avec", "dans", "une", "com", "dos", "das", "del", "che"),
    ]
)
"""Words that are in texts about anything."""
_NAME_WEIGHT: Final = 3.0
_KEYWORD_WEIGHT: Final = 2.0
_MIN_TERMS: Final = 2
"""Terms that tell a concept from the others; with fewer nothing can be said."""
_MIN_COVERED: Final = 0.25
"""The share of another concept's terms from which a content may be about it."""
_NEAR: Final = 0.7
"""Own share over that of the other concept, below which a lesson or a list is in doubt."""
_MIN_OWN: Final = 0.12
"""Share of the own terms, below which a content is in doubt even if it is about no other concept of the roadmap."""
_MIN_TEXT: Final = 25
"""Different terms of a text from which it can be said to leave its concept out."""


def check_subject(
    text: str, expected: Expected, *, near: float = _NEAR, min_words: int = _MIN_TEXT
) -> Iterator[Finding]:
    """Yield a finding where the text covers the terms of another concept, and hardly those of its own.

    `near`: own share over that of the other concept, below which the text is in doubt. `min_words`: different words
    from which a text without any of its own terms is in doubt. Terms count by how few concepts of the roadmap have
    them.
    """
    if expected.subject is None or not expected.others or expected.language is None:
        return  # worksheets by rules are about the goal as a whole
    terms = [_terms(subject) for subject in (expected.subject, *expected.others)]
    spread = Counter(term for own in terms for term in own)
    present = _tokens(text)
    covered = [_coverage(own, present, spread, len(terms)) for own in terms]
    own, others = covered[0], covered[1:]
    if own is None:
        return
    best, other = max((share or 0.0, -index) for index, share in enumerate(others))
    enough = len(present) >= (_MIN_TEXT if own else min_words)
    if best >= _MIN_COVERED and own < near * best:
        name = expected.others[-other].name
        message = f"It is about “{name}”, which is another lesson; “{expected.subject.name}” was asked for."
        yield doubt("text.subject", message)
    elif own < _MIN_OWN and enough and _in_language(expected.subject, expected.language):
        message = f"It hardly mentions “{expected.subject.name}”, which was asked for."
        yield doubt("text.subject", message)


def _in_language(subject: Subject, language: str | None) -> bool:
    """Return whether a concept is described in the language of its contents; otherwise they share no words."""
    text = f"{subject.name}. {subject.description}"
    return language is not None and identify_language(text, expected=language) == primary_language(language)


def _coverage(own: dict[str, float], present: frozenset[str], spread: Counter[str], concepts: int) -> float | None:
    """Return the share of a concept's telling terms that the text has; None where it has too few of them."""
    weights = {term: weight * log(concepts / spread[term]) for term, weight in own.items() if spread[term] < concepts}
    if len(weights) < _MIN_TERMS:
        return None
    return sum(weight for term, weight in weights.items() if term in present) / sum(weights.values())


@lru_cache(maxsize=512)
def _terms(subject: Subject) -> dict[str, float]:
    terms: dict[str, float] = dict.fromkeys(_tokens(subject.description), 1.0)
    terms |= dict.fromkeys(_tokens(" ".join(subject.keywords)), _KEYWORD_WEIGHT)
    return terms | dict.fromkeys(_tokens(subject.name), _NAME_WEIGHT)


def _tokens(text: str) -> frozenset[str]:
    """Return the stems of the words; pairs of characters where words are not separated by spaces."""
    tokens: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        if _UNSPACED.match(word):
            tokens.update(word[at : at + 2] for at in range(len(word) - 1))
        elif word not in _COMMON:
            tokens.add(word[:_STEM])
    return frozenset(tokens)
