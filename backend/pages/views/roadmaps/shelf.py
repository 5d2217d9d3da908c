"""Which roadmaps the home page lists, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from orchestrator.queries.search import MAX_QUERY_LENGTH
from rendering.languages.translation import N_
from repository.roadmaps.summaries import ListOrder

NEWEST: Final = "newest"
ORDERS: Final[Mapping[ListOrder, str]] = {
    NEWEST: N_("Newest first"),
    "used": N_("Last learned first"),
    "title": N_("By title"),
}
MAX_SORTED: Final = 200
"""Roadmaps of a list that is not in the order of their creation: it has one page."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of the list."""

    before: str = ""
    """Cursor of the page."""
    words: str = ""
    """Only roadmaps with these words in their title."""
    order: ListOrder = NEWEST

    @property
    def query(self) -> str:
        """Query of an address that names the same part; empty for the whole list."""
        named = {"before": self.before, "q": self.words, "order": "" if self.order == NEWEST else self.order}
        given = urlencode({name: value for name, value in named.items() if value})
        return f"?{given}" if given else ""


WHOLE_SHELF: Final = Shelf()


def shelf_of(before: str, words: str, order: str) -> Shelf:
    """Return the part of the list that an address names; what cannot be searched or sorted by is left out."""
    usable = " ".join(words.replace("\x00", " ").split())[:MAX_QUERY_LENGTH]
    return Shelf(before, usable, next((known for known in ORDERS if known == order), NEWEST))
