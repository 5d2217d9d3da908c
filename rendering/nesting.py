"""Markdown within Markdown: plain text that stays plain, and documents that fit below a heading of another."""

import re
from typing import Final

from rendering.harmless import harmless
from rendering.words import clean, one_line

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~$])")
_STARTS_A_BLOCK: Final = re.compile(r"^(\d+)([.)])|^([-+=:])")
LOWEST: Final = 6
"""Markdown has six levels of headings."""


def escaped(text: str) -> str:
    """Text in one line that means itself, wherever it stands."""
    line = _SPECIAL.sub(r"\\\1", one_line(text)).replace("&", "&amp;")
    return _STARTS_A_BLOCK.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", line)


def demoted(markdown: str, *, below: int) -> str:
    """The document with its headings moved below level `below`; code, quotes and lists stay as they are.

    What it leaves open ends with it, and nothing in it acts in the program that shows it.
    """
    from markdown_it import MarkdownIt

    lines = _ended(harmless(clean(markdown))).split("\n")
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    found = [
        (token, tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map is not None
    ]
    shift = below + 1 - min((int(token.tag[1]) for token, _ in found), default=1)
    for token, words in reversed(found):
        first, end = token.map or (0, 0)
        level = min(int(token.tag[1]) + max(shift, 0), LOWEST)
        lines[first:end] = [f"{'#' * level} {' '.join(words.split())}"]
    return "\n".join(lines).strip("\n")


def _ended(markdown: str) -> str:
    """Code that is never closed would take all that follows for its own."""
    from markdown_it import MarkdownIt

    last = MarkdownIt("commonmark").parse(f"{markdown}\n\nwhat follows")[-1]
    return f"{markdown}\n{last.markup}" if last.type == "fence" else markdown
