"""Markdown of an author without what would act in another program than ours: its HTML, links that a browser obeys, and
pictures, which would tell their host who reads.

On a page they are text (markdown.py); in a document that is handed on they have to be text for every reader, and a
picture from outside is a link.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from rendering.pages.bounds import bounded

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TEXT: Final = {"<": "&lt;", "[": "&#91;"}
"""What opens HTML and links -> the same as text."""
_OPENS_HTML: Final = re.compile(r"<(?=[A-Za-z/!?])")
_OPENS_PICTURE: Final = re.compile(r"!+\[(\])?")
_PICTURE: Final = "picture"
"""The text of a link to a picture that has no words of its own."""
_INVISIBLE_REFERENCE: Final = re.compile(
    r"&#(?:x0*(?:202[a-e89]|206[6-9a-f]|[01]?[0-9a-f]|7f)|0*(?:823[2-8]|829[4-9]|830[0-3]|[0-9]|[12][0-9]|3[01]|127));",
    re.IGNORECASE,
)
"""A character that no document may hold (rendering/text/text.py), written as a number. Tab and newline lose nothing."""

Edits = dict[int, str]
"""Place in a paragraph -> what its character is replaced by."""


def harmless(markdown: str) -> str:
    """The document with its HTML, its dangerous links and its pictures as text and links."""
    lines = _INVISIBLE_REFERENCE.sub(lambda found: f"&amp;{found[0][1:]}", markdown).split("\n")
    for with_tables in (False, True):  # a reader that knows tables ends code at the edge of a cell
        _make_harmless(lines, with_tables)
    return "\n".join(lines)


def _make_harmless(lines: list[str], with_tables: bool) -> None:
    noted: dict[str, Edits] = {}
    tokens = _parser(with_tables).parse("\n".join(lines), {"noted": noted})
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
    """Without those that no reader needs: `a < b` and `[ ] to do` stay as they are."""
    links_end = max(content.rfind("]("), content.rfind("]:"))
    return {place: text for place, text in edits.items() if text not in _LOOSE or _opens(content, place, links_end)}


_LOOSE: Final = frozenset(_TEXT.values())


def _opens(content: str, place: int, links_end: int) -> bool:
    """Whether another reader could see a tag or a link begin here."""
    if content[place] == "[":
        return place < links_end
    following = content[place + 1 : place + 2]
    return content[place] != "<" or following.isalpha() or following in {"/", "!", "?"}


def _edited(lines: list[str], content: str, edits: Edits) -> list[str]:
    """Lines of a paragraph, and what the parser read of them: without their indents and marks."""
    rows = content.split("\n")
    if len(rows) > len(lines) or any(row not in line for row, line in zip(rows, lines, strict=False)):
        return [_all_as_text(line) for line in lines]  # where is not known, so all of it
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
    """A row of a table, one cell of which needs edits: two cells may read the same, so all of the row is edited."""
    if _TEXT["["] in edits.values():
        return _all_as_text(line)
    line = _OPENS_HTML.sub(_TEXT["<"], line)
    return _OPENS_PICTURE.sub(lambda found: f"[{_PICTURE}]" if found[1] else "[", line)


@cache
def _parser(with_tables: bool) -> "MarkdownIt":
    """Notes in its `env`, by paragraph, what has to be edited. Never changed after it was made."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import image

    parser = bounded(MarkdownIt("commonmark", {"html": False}))
    if with_tables:
        parser.enable("table")
    parser.inline.ruler.before("html_inline", "loose", _note)
    parser.inline.ruler.at("image", partial(_note_picture, image))
    return parser


def _note(state: Any, _silent: bool) -> bool:
    """A `<` or `[` that is no code, link or address."""
    if text := _TEXT.get(state.src[state.pos]):
        state.env["noted"].setdefault(state.src, {})[state.pos] = text
    return False


def _note_picture(image: Any, state: Any, silent: bool) -> bool:
    """A picture becomes a link; within a link, where there can be no other, its words."""
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
    edits = {place: "" for place in range(start, end) if source.startswith("![", place)}  # pictures within words, too
    empty = label_end == start + 2
    if state.linkLevel > 0:
        edits |= dict.fromkeys((start, start + 1, *range(label_end, end)), "")
        return edits | ({start: _PICTURE} if empty else {})
    if source.startswith(":", end):  # without its mark it would define a reference
        return edits | {start + 1: _TEXT["["], start: "!"}
    if source[start - 1 : start] == "!":
        edits[start] = " "
    return edits | ({start + 1: f"[{_PICTURE}"} if empty else {})
