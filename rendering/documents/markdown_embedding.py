"""Embed text in Markdown: plain text that stays plain, texts in Markdown, and documents below a heading of another."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from rendering.documents.safe_markdown import harmless
from rendering.pages.bounds import LOWEST_HEADING, MAX_NESTING, fits
from rendering.pages.folds import folds
from rendering.pages.formulas import formulas
from rendering.text.labels import labels_of
from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~$])")
_STARTS_A_BLOCK: Final = re.compile(r"^(\d+)([.)])|^([-+=:])")
_MARKS_A_BLOCK: Final = re.compile(r"^(\d{1,9})?(?=([.)#>*+=~|-]|`{3}|:{3}))")
_MARKS_A_HEADING: Final = re.compile(r"^( {0,3})(?=#{1,6}(?:\s|$)|=+\s*$|-+\s*$)")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_FOLLOWING: Final = "next paragraph"
_FOLLOWING_TOKENS: Final = 3
"""Its opening, its text and its end."""
_FOLD_ENDS: Final = frozenset({"details_close", "alert_close"})


def escaped(text: str) -> str:
    """Return text as one line without any Markdown meaning, wherever it is put."""
    line = _SPECIAL.sub(r"\\\1", one_line(text)).replace("&", "&amp;")
    return _STARTS_A_BLOCK.sub(lambda start: f"{start[1]}\\{start[2]}" if start[1] else f"\\{start[3]}", line)


def embedded(markdown: str) -> list[str]:
    """Return a question, an option, an explanation or a note in Markdown, as lines to put into a list item.

    As on the pages, one line holds no blocks, and several lines no headings. HTML becomes text (sanitize.py).
    """
    text = clean(markdown).strip("\n")
    if "\n" not in text.strip():
        line = harmless(text.strip())
        return [_MARKS_A_BLOCK.sub(r"\1\\", line) if _MARKS_A_BLOCK.match(line) else line]
    if not fits(text):
        return [escaped(text)]
    lines, fence = _closed(harmless(text))[0].split("\n"), ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence:
            lines[number] = _MARKS_A_HEADING.sub(r"\1\\", line)
    return lines


def label(markdown: str) -> str:
    """Return a title in Markdown as one line for a heading or the text of a link; as plain text where it has links."""
    line = harmless(one_line(markdown))
    closed = line.count("[") == line.count("]") == 0 and line.count("`") % 2 == 0
    return line if closed and "://" not in line else escaped(markdown)


def demoted(markdown: str, *, below: int) -> str:
    """Return a document with its headings moved below level `below`. All else stays as it was written.

    What is open at its end, a code block or a fold, is closed. HTML and dangerous links become text (sanitize.py).
    """
    text = clean(markdown)
    if not fits(text):
        return _as_code_block(text)
    closed, tokens = _closed(harmless(text))
    lines = closed.split("\n")
    ours = _outside_of_quotes_and_lists(tokens)
    headings = [
        (token, tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.map is not None and index in ours
    ]
    shift = below + 1 - min((int(token.tag[1]) for token, _ in headings), default=1)
    for token, words in reversed(headings):
        first, end = token.map or (0, 0)
        level = min(int(token.tag[1]) + max(shift, 0), LOWEST_HEADING)
        lines[first:end] = [f"{'#' * level} {' '.join(words.split())}"]
    return "\n".join(lines).strip("\n")


def _closed(markdown: str) -> "tuple[str, list[Token]]":
    """Close a code block and the folds that are still open: they would swallow the text that follows.

    Return the text and its blocks.
    """
    ends: list[str] = []
    tokens = _blocks(f"{markdown}\n\n{_FOLLOWING}")
    for token in reversed(tokens):
        if token.type == "fence":
            ends.append(token.markup)
        elif token.type in _FOLD_ENDS and not token.markup:  # left open
            ends.append(token.info)
            continue
        break
    if ends:
        closed = "\n".join([markdown, *reversed(ends)])
        return closed, _blocks(closed)
    return markdown, tokens[:-_FOLLOWING_TOKENS]


def _outside_of_quotes_and_lists(tokens: "list[Token]") -> set[int]:
    """Return the indexes of the tokens that are in no quote and no list, but possibly in a fold."""
    depth, places = 0, set()
    for index, token in enumerate(tokens):
        if token.type.startswith(("blockquote_", "bullet_list_", "ordered_list_")):
            depth += token.nesting
        elif depth == 0:
            places.add(index)
    return places


def _blocks(markdown: str) -> "list[Token]":
    """Parse the blocks only: headings, code and paragraphs, without the inline markup in them."""
    return _block_parser().parse(markdown)


@cache
def _block_parser() -> "MarkdownIt":
    """Return the parser of blocks. It is shared and never changed."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).disable(["inline", "text_join"])
    formulas(parser)
    folds(parser)
    return parser


def _as_code_block(text: str) -> str:
    """Return the text as one code block, which every reader shows unchanged."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"*{labels_of('en')['not_laid_out']}*\n\n{fence}text\n{text}\n{fence}"
