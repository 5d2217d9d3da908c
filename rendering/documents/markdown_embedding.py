"""Embed text in Markdown: plain text that stays plain, and documents below a heading of another document."""

import re
from typing import TYPE_CHECKING, Final

from rendering.documents.sanitize import harmless
from rendering.pages.bounds import LOWEST_HEADING, MAX_NESTING, NOT_LAID_OUT, fits
from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from markdown_it.token import Token

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~$])")
_STARTS_A_BLOCK: Final = re.compile(r"^(\d+)([.)])|^([-+=:])")


def escaped(text: str) -> str:
    """Return text as one line without any Markdown meaning, wherever it is put."""
    line = _SPECIAL.sub(r"\\\1", one_line(text)).replace("&", "&amp;")
    return _STARTS_A_BLOCK.sub(lambda start: f"{start[1]}\\{start[2]}" if start[1] else f"\\{start[3]}", line)


def demoted(markdown: str, *, below: int) -> str:
    """Return a document with its headings moved below level `below`. Code, quotes and lists stay as they are.

    An open code block is closed at its end. HTML and dangerous links become text (sanitize.py).
    """
    text = clean(markdown)
    if not fits(text):
        return _as_code_block(text)
    lines = _closed(harmless(text)).split("\n")
    tokens = _blocks("\n".join(lines))
    headings = [
        (token, tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map is not None
    ]
    shift = below + 1 - min((int(token.tag[1]) for token, _ in headings), default=1)
    for token, words in reversed(headings):
        first, end = token.map or (0, 0)
        level = min(int(token.tag[1]) + max(shift, 0), LOWEST_HEADING)
        lines[first:end] = [f"{'#' * level} {' '.join(words.split())}"]
    return "\n".join(lines).strip("\n")


def _closed(markdown: str) -> str:
    """Close a code block that is still open: it would swallow the text that follows."""
    last = _blocks(f"{markdown}\n\nnext paragraph")[-1]
    return f"{markdown}\n{last.markup}" if last.type == "fence" else markdown


def _blocks(markdown: str) -> "list[Token]":
    """Parse the blocks only: headings, code and paragraphs, without the inline markup in them."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).disable(["inline", "text_join"]).parse(markdown)


def _as_code_block(text: str) -> str:
    """Return the text as one code block, which every reader shows unchanged."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"*{NOT_LAID_OUT}*\n\n{fence}text\n{text}\n{fence}"
