"""The whole answer, as the readers of its values know it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from nodes.authors.reading.gate import MAX_NESTING

MAX_PARTS: Final = 5000
"""Parts of one level that are searched for names."""


@dataclass(slots=True)
class Scope:
    """What readers know beside the value: the whole answer."""

    answer: Any
    _names: frozenset[str] | None = field(default=None, init=False)

    @property
    def names(self) -> Collection[str]:
        """All names in the answer: a list of names that was written as text is split between them."""
        if self._names is None:
            self._names = frozenset(_names_in(self.answer))
        return self._names


def _names_in(answer: Any) -> list[str]:
    names: list[str] = []
    level = [answer]
    for _ in range(MAX_NESTING):
        parts = [part for part in level if isinstance(part, dict)]
        names += [name for part in parts if isinstance(name := part.get("name"), str)]
        level = [item for part in level for item in (part.values() if isinstance(part, dict) else part)
                 if isinstance(item, dict | list)][:MAX_PARTS]  # fmt: skip
    return names
