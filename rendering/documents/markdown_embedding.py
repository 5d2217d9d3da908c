"""Markdown within Markdown: plain text that stays plain, and documents that fit below a heading of another."""

import re
from typing import TYPE_CHECKING, Final

from rendering.documents.sanitize import harmless
from rendering.pages.bounds import MAX_NESTING, NOT_LAID_OUT, fits
from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from markdown_it.token import Token

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
    text = clean(markdown)
    if not fits(text):
        return _as_it_was_written(text)
    lines = _ended(harmless(text)).split("\n")
    tokens = _blocks("\n".join(lines))
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
    last = _blocks(f"{markdown}\n\nwhat follows")[-1]
    return f"{markdown}\n{last.markup}" if last.type == "fence" else markdown


def _blocks(markdown: str) -> "list[Token]":
    """Headings, code and paragraphs; what stands in them is not read."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).disable(["inline", "text_join"]).parse(markdown)


def _as_it_was_written(text: str) -> str:
    """The text as one piece of code, which no reader takes for anything else."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"*{NOT_LAID_OUT}*\n\n{fence}text\n{text}\n{fence}"
