"""Markdown within Markdown: plain text that stays plain, and documents that fit below a heading of another."""

import re
from typing import Final

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

    What it leaves open ends with it.
    """
    from markdown_it import MarkdownIt

    lines = _ended(clean(markdown)).split("\n")
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
    """Code or HTML that is never closed would take all that follows for its own."""
    from markdown_it import MarkdownIt

    lines = markdown.split("\n")
    for _ in range(2):  # open HTML that is text now may hold open code
        last = MarkdownIt("commonmark").parse("\n".join([*lines, "", "what follows"]))[-1]
        if last.type == "fence":
            lines.append(last.markup)
        elif last.type == "html_block" and last.map is not None:
            first = last.map[0]
            lines[first:] = [line.replace("<", "&lt;") for line in lines[first:]]
    return "\n".join(lines)
