"""Reasons of failures in groups: `15 x rate limit` instead of fifteen lines that differ in a number."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from rendering.languages.translation import _
from rendering.text.text import one_line

T = TypeVar("T")

MAX_REASON_LENGTH: Final = 300
"""Characters of a reason that stands for its group."""
_VARIES: Final = re.compile(
    r"""["“«'`][^"”»'`]{1,200}["”»'`] | \bc-[\w-]+ | \b(?:Lesson\s)?[\da-f]{8,}[\w-]* | \d+(?:[.,:]\d+)* | \s+""",
    re.VERBOSE | re.IGNORECASE,
)
"""What differs in reasons of one kind: quotes, ids, numbers."""


@dataclass(frozen=True, slots=True)
class ReasonGroup(Generic[T]):
    """What failed for one reason. `reason` is that of its first member."""

    reason: str
    members: tuple[T, ...]

    @property
    def count(self) -> int:
        return len(self.members)


def grouped(members: Iterable[T], reason_of: Callable[[T], str]) -> tuple[ReasonGroup[T], ...]:
    """Return groups of one reason each, the largest first, those of one size in the order of their first members."""
    groups: dict[str, list[T]] = {}
    for member in members:
        groups.setdefault(_VARIES.sub("#", reason_of(member)[:2_000]).casefold(), []).append(member)
    largest = sorted(groups.values(), key=len, reverse=True)
    return tuple(
        ReasonGroup(one_line(reason_of(group[0]), MAX_REASON_LENGTH) or _("No reason was stored."), tuple(group))
        for group in largest
    )
