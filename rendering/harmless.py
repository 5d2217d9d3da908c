"""Markdown of an author without what would act in another program than ours: its HTML, and links that a browser obeys.

On a page they are text (markdown.py); in a document that is handed on they have to be text for every reader.
"""

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TEXT: Final = {"<": "&lt;", "[": "&#91;"}
"""What opens HTML and links -> the same as text."""


def harmless(markdown: str) -> str:
    """The document with its HTML and its dangerous links as the text that they are on a page."""
    lines = markdown.split("\n")
    loose: dict[str, set[int]] = {}
    for token in _parser().parse(markdown, {"loose": loose}):
        if token.type == "inline" and token.map is not None and (places := loose.get(token.content)):
            first, end = token.map
            lines[first:end] = _as_text(lines[first:end], token.content, places)
    return "\n".join(lines)


def _as_text(lines: list[str], content: str, places: set[int]) -> list[str]:
    """Lines of a paragraph, and what the parser read of them: without their indents and marks."""
    links_end = max(content.rfind("]("), content.rfind("]:"))
    rows = content.split("\n")
    if len(rows) > len(lines) or any(row not in line for row, line in zip(rows, lines, strict=False)):
        return ["".join(_TEXT.get(char, char) for char in line) for line in lines]  # where is not known, so all of it
    begins = list(accumulate((len(row) + 1 for row in rows), initial=0))
    indents = [line.index(row) for row, line in zip(rows, lines, strict=False)]
    written = [list(line) for line in lines]
    for place in places:
        if _opens(content, place, links_end):
            number = bisect_right(begins, place) - 1
            written[number][indents[number] + place - begins[number]] = _TEXT[content[place]]
    return ["".join(chars) for chars in written]


def _opens(content: str, place: int, links_end: int) -> bool:
    """Whether another reader could see a tag or a link begin here; `a < b` and `[ ] to do` stay as they are."""
    if content[place] == "[":
        return place < links_end
    following = content[place + 1 : place + 2]
    return following.isalpha() or following in {"/", "!", "?"}


@cache
def _parser() -> "MarkdownIt":
    """Notes in its `env`, by paragraph, where a `<` or `[` stands that is no code, link or address."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    parser.inline.ruler.before("html_inline", "loose", _note)
    return parser


def _note(state: Any, _silent: bool) -> bool:
    if state.src[state.pos] in _TEXT:
        state.env["loose"].setdefault(state.src, set()).add(state.pos)
    return False
