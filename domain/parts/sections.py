"""Sections of a lesson: what lies between two headings."""

from dataclasses import dataclass
from itertools import pairwise

from domain.checks.prose.markdown import heading_starts


@dataclass(frozen=True, slots=True)
class Section:
    part_id: str
    """Its id within this text: s1, s2, ..."""
    text: str
    """With its heading and every character up to the next one."""


def sections_of(markdown: str) -> list[Section]:
    """Split Markdown at its headings. The texts of the sections together are the Markdown, character for character.

    What precedes the first heading is a section of its own unless it is blank.
    """
    starts = heading_starts(markdown)
    if starts and not markdown[: starts[0]].strip():
        starts[0] = 0
    bounds = sorted({0, *starts, len(markdown)})
    texts = [markdown[start:end] for start, end in pairwise(bounds)]
    return [Section(f"s{number}", text) for number, text in enumerate(texts, start=1)]
