"""Make an author's Markdown safe for other programs to show.

On our pages the renderer sees to it (rendering/pages/markdown.py). An exported document may be opened by any program:
in it, HTML and links with dangerous schemes become text, and images become links, since loading an image would tell its
host who reads. All else stays as it was written: formulas, code, and the tags that our pages show, like `<details>`.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from rendering.pages.bounds import MAX_NESTING, bounded
from rendering.pages.folds import EMPHASIS_TAG
from rendering.pages.formulas import formulas, formulas_in
from rendering.text.text import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TEXT: Final = {"<": "&lt;", "[": "&#91;"}
"""Character that opens HTML or a link -> the same character as a reference, which is plain text."""
_LOOSE: Final = frozenset(_TEXT.values())
_OPENS_HTML: Final = re.compile(r"<(?=[A-Za-z/!?])")
_OPENS_PICTURE: Final = re.compile(r"!+\[(\])?")
_BRACKET: Final = "&#x5b;"
"""An opening bracket as a reference, where it must be one whatever follows."""
_PICTURE: Final = "picture"
"""The text of a link to an image without a description."""
_ALLOWED_HTML: Final = re.compile(r"<(?:/?(?:details|summary|kbd|sub|sup)|details open|br ?/?)>", re.IGNORECASE)
_UNSAFE_TARGET: Final = re.compile(r"\](?:\(|:)\s*<?(?!https?://|mailto:|#|[^\s:&()<]*[\s)>]|$)", re.IGNORECASE)
"""What makes a link of the bracket before it that our parser did not accept, because of its scheme."""
_LINK_IN_TEX: Final = re.compile(r"(?<=\])\(")
_LESS_THAN: Final = re.compile(r"<(?=[A-Za-z/!?])")
_MAX_PASSES: Final = 3
_REFERENCE: Final = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
"""A numeric character reference: `&#x202E;`, `&#8238;`."""
_MAX_REFERENCE_DIGITS: Final = 7
"""Digits of a reference without leading zeros; CommonMark reads no longer ones."""

Edits = dict[int, str]
"""Index in a paragraph -> replacement of the character there."""


def harmless(markdown: str) -> str:
    """Return the document with HTML and dangerous links as text, and images as links."""
    text = _REFERENCE.sub(_visible_reference, markdown)
    if "<" not in text and "[" not in text:
        return text  # neither HTML nor a link
    lines = text.split("\n")
    variants = (False, True) if "|" in text or "[^" in text else (False,)  # without them tables and notes cannot be
    for _ in range(_MAX_PASSES):
        for with_tables in variants:  # a reader with tables ends inline code at the edge of a cell
            _make_harmless(lines, with_tables)
        if not _ended_html_blocks(lines):
            break
    _escape_html_blocks(lines)
    return "\n".join(lines)


def _ended_html_blocks(lines: list[str]) -> bool:
    """End the HTML block of another reader, by a blank line, before a line in which it would read tags of code.

    Return whether there was one. `<details>` begins such a block, which ends at the next blank line.
    """
    found = False
    for first, end in reversed(_html_blocks(lines)):
        unsafe = next((line for line in range(first, end) if _has_other_html(lines[line])), first)
        if unsafe > first:
            lines.insert(unsafe, "")
            found = True
    return found


def _escape_html_blocks(lines: list[str]) -> None:
    for first, end in _html_blocks(lines):
        for line in range(first, end):
            if _has_other_html(lines[line]):
                lines[line] = _OPENS_HTML.sub(
                    lambda tag: tag[0] if _is_allowed_html(tag.string, tag.start()) else _TEXT["<"], lines[line]
                )


def _html_blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Return the lines that a reader which lets HTML through takes as blocks of it, as pairs (first, end).

    Blocks are left out where no line has HTML that would have to be escaped.
    """
    if not any("<" in line and _has_other_html(line) for line in lines):
        return []
    tokens = _html_parser().parse("\n".join(lines))
    blocks = (token.map for token in tokens if token.type == "html_block" and token.map)
    return [(first, end) for first, end in blocks]


@cache
def _html_parser() -> "MarkdownIt":
    """Return the parser of a reader that lets HTML through. It is shared and never changed."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).disable(["inline", "text_join"])


def _has_other_html(line: str) -> bool:
    return any(not _is_allowed_html(line, tag.start()) for tag in _OPENS_HTML.finditer(line))


def _visible_reference(reference: re.Match[str]) -> str:
    """Return a reference to a character that `clean` removes as text, and any other as it is."""
    digits = (reference[1] or reference[2]).lstrip("0") or "0"
    code = int(digits, 16 if reference[1] else 10) if len(digits) <= _MAX_REFERENCE_DIGITS else sys.maxunicode + 1
    if code > sys.maxunicode or (clean(chr(code)) and chr(code) not in "\t\n"):
        return reference[0]
    return f"&amp;{reference[0][1:]}"


def _make_harmless(lines: list[str], with_tables: bool) -> None:
    noted: dict[str, Edits] = {}
    tokens = _parser(with_tables).parse("\n".join(lines), {"noted": noted})
    for formula in tokens:
        if formula.type == "formula_block" and formula.map is not None:
            first, end = formula.map
            lines[first:end] = map(_tex_as_tex, lines[first:end])
    for before, token in pairwise(tokens):
        if token.type != "inline" or token.map is None:
            continue
        first, end = token.map
        if token.meta.get("plain"):
            lines[first:end] = map(_all_as_text, lines[first:end])
        elif edits := _needed(token.content, noted.get(token.content, {})):
            in_cell = before.type in ("td_open", "th_open")
            lines[first:end] = (
                [_cell_as_text(line, edits) for line in lines[first:end]]
                if in_cell
                else _edited(lines[first:end], token.content, edits)
            )


def _needed(content: str, edits: Mapping[int, str]) -> Edits:
    """Return the edits without unnecessary ones: `a < b`, `<br>` and `[ ] to do` stay as they are."""
    links_end = max((target.start() for target in _UNSAFE_TARGET.finditer(content)), default=-1)
    needed = {place: text for place, text in edits.items() if text not in _LOOSE or _opens(content, place, links_end)}
    for start, formula in formulas_in(content):
        needed |= _tex_edits(content, start, formula.end)
    return needed


def _tex_edits(content: str, start: int, end: int) -> Edits:
    """Return what keeps a formula from being read as a tag or a link, without changing its meaning."""
    edits: Edits = {}
    for sign in _LESS_THAN.finditer(content, start, end):
        if ">" in content[sign.end() :] or content[: sign.start()].rstrip(" \t").endswith(("\n", "$", "[")):
            edits[sign.start()] = "\\lt "
    edits |= {link.start(): " (" for link in _LINK_IN_TEX.finditer(content, start, end)}
    return edits


def _tex_as_tex(line: str) -> str:
    if ">" in line or line.lstrip(" >$[\\").startswith("<"):
        line = _LESS_THAN.sub(r"\\lt ", line)
    return _LINK_IN_TEX.sub(" (", line)


def _opens(content: str, place: int, links_end: int) -> bool:
    """Return whether another program could see a tag or a link begin here."""
    if content[place] == "[":
        return place < links_end
    if content[place] != "<":
        return True
    return bool(_OPENS_HTML.match(content, place)) and not _is_allowed_html(content, place)


def _is_allowed_html(content: str, place: int) -> bool:
    if _ALLOWED_HTML.match(content, place):
        return True
    opening = content.rfind("<summary>", 0, place)  # where pages leave emphasis out
    closed = content.rfind("</summary>", 0, place)
    return opening > closed and EMPHASIS_TAG.match(content, place) is not None


def _edited(lines: list[str], content: str, edits: Edits) -> list[str]:
    """Apply the edits of `content` to the lines of its paragraph.

    `content` is the paragraph as the parser reads it: without indents and the marks of quotes and lists.
    """
    rows = content.split("\n")
    if len(rows) > len(lines) or any(row not in line for row, line in zip(rows, lines, strict=False)):
        return [_all_as_text(line) for line in lines]  # positions are unknown, so escape everything
    begins = list(accumulate((len(row) + 1 for row in rows), initial=0))
    indents = [line.index(row) for row, line in zip(rows, lines, strict=False)]
    written = [list(line) for line in lines]
    for place, text in edits.items():
        number = bisect_right(begins, place) - 1
        if content[place] != "\n":
            written[number][indents[number] + place - begins[number]] = text
    return ["".join(chars) for chars in written]


def _all_as_text(line: str) -> str:
    return "".join(_TEXT.get(char, char) for char in line)


def _cell_as_text(line: str, edits: Edits) -> str:
    """Escape a whole table row in which one cell needs edits: two cells may have the same content."""
    if {_TEXT["["], _BRACKET} & set(edits.values()):
        return _all_as_text(line)
    line = _OPENS_HTML.sub(_TEXT["<"], line)
    return _OPENS_PICTURE.sub(lambda opening: f"[{_PICTURE}]" if opening[1] else "[", line)


@cache
def _parser(with_tables: bool) -> "MarkdownIt":
    """Return a parser that collects the edits of each paragraph in its `env`. It is shared and never changed."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import image
    from mdit_py_plugins.footnote import footnote_plugin

    parser = bounded(MarkdownIt("commonmark", {"html": False}))
    formulas(parser)
    if with_tables:
        parser.enable("table")
        footnote_plugin(parser, inline=False)  # what is indented below a footnote is no code
    parser.inline.ruler.before("html_inline", "loose", _note)
    parser.inline.ruler.at("image", partial(_note_picture, image))
    return parser


def _note(state: Any, _silent: bool) -> bool:
    """Note a `<` or `[` that is not part of code, a link or an address."""
    if text := _TEXT.get(state.src[state.pos]):
        state.env["noted"].setdefault(state.src, {})[state.pos] = text
    return False


def _note_picture(image: Any, state: Any, silent: bool) -> bool:
    """Turn an image into a link, or into its description within a link, where no other link can be."""
    start = state.pos
    if not image(state, silent):
        return False
    if not silent:
        edits: Edits = state.env["noted"].setdefault(state.src, {})
        edits.update(_link_instead(state, start, state.pos))
    return True


def _link_instead(state: Any, start: int, end: int) -> Edits:
    source = state.src
    label_end = state.md.helpers.parseLinkLabel(state, start + 1, False)
    edits = {place: "" for place in range(start, end) if source.startswith("![", place)}  # nested images, too
    empty = label_end == start + 2
    if state.linkLevel > 0:
        edits |= dict.fromkeys((start, start + 1, *range(label_end, end)), "")
        return edits | ({start: _PICTURE} if empty else {})
    if source.startswith(":", end):  # without `!` this would define a link reference
        return edits | {start + 1: _BRACKET, start: "!"}
    if source[start - 1 : start] == "!":
        edits[start] = " "
    return edits | ({start + 1: f"[{_PICTURE}"} if empty else {})
