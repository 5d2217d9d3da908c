"""Patterns that are tried only where a text holds one of their needles.

Most texts hold none, and to look for a needle costs a hundredth of a search for a pattern of many branches.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needled:
    """A pattern and its needles in lower case: each of its matches holds one. Without needles it is always tried."""

    needles: Sequence[str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, needles: str, *patterns: str) -> "Needled":
        """Return the pattern that matches any of the patterns, in any case. `needles`: between them stands a `|`."""
        pattern = re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)
        return cls(tuple(filter(None, needles.split("|"))), pattern)

    def found_in(self, text: str, lowered: str) -> Iterator[re.Match[str]]:
        """Yield the matches in a text. `lowered`: the same in lower case."""
        if not self.needles or any(needle in lowered for needle in self.needles):
            yield from self.pattern.finditer(text)


def first_of(phrases: Sequence[Needled], text: str) -> re.Match[str] | None:
    """Return the match that begins first; None where nothing matches."""
    lowered = text.lower()
    found = (next(phrase.found_in(text, lowered), None) for phrase in phrases)
    return min((match for match in found if match), key=lambda match: match.start(), default=None)
