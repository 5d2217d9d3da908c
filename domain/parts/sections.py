"""Sections of a lesson: what lies between two headings."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from domain.checks.prose.markdown import heading_starts

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""As CommonMark has it; `str.splitlines` knows others too."""
_MARK: Final = re.compile(r"\s*#{1,6}[ \t]+(.*)")


@dataclass(frozen=True, slots=True)
class Section:
    part_id: str
    """Its id within this text: s1, s2, ..."""
    text: str
    """With its heading and every character up to the next one."""
    start: int
    """Where it begins in the text, in characters."""

    @property
    def heading(self) -> str:
        """The text of its heading, in Markdown; empty for what precedes the first heading."""
        mark = _MARK.match(self.text)
        return mark[1].strip().rstrip("#").rstrip() if mark else ""


def sections_of(markdown: str) -> list[Section]:
    """Split Markdown at its headings. The texts of the sections together are the Markdown, character for character.

    What precedes the first heading is a section of its own unless it is blank.
    """
    starts = heading_starts(markdown)
    if starts and not markdown[: starts[0]].strip():
        starts[0] = 0
    bounds = sorted({0, *starts, len(markdown)})
    return [
        Section(f"s{number}", markdown[start:end], start)
        for number, (start, end) in enumerate(pairwise(bounds), start=1)
    ]


class Places:
    """Finds the section that a place of a lesson is in."""

    def __init__(self, markdown: str) -> None:
        self._markdown = markdown
        self._sections = sections_of(markdown)
        self._starts = [section.start for section in self._sections]

    def at(self, position: int) -> str | None:
        """Return the id of the section with this character; None in a text without any."""
        return self._sections[max(0, bisect_right(self._starts, position) - 1)].part_id if self._sections else None

    def of(self, words: str) -> str | None:
        """Return the id of the first section with these words; None if they are not in the text as they stand."""
        position = self._markdown.find(words) if words else -1
        return None if position < 0 else self.at(position)

    def on(self, line: int) -> str | None:
        """Return the id of the section with a line, counted from 0."""
        ends = [0, *(end.end() for end in _LINE_END.finditer(self._markdown))]
        return self.at(ends[line]) if line < len(ends) else None


def heading_lines(markdown: str) -> dict[str, int]:
    """Return the line on which the heading of each section stands, from 0, by the id of the section."""
    lines: dict[str, int] = {}
    for section in sections_of(markdown):
        if section.heading:
            start = section.start + len(section.text) - len(section.text.lstrip())
            lines[section.part_id] = len(_LINE_END.findall(markdown, 0, start))
    return lines
