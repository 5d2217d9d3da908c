"""Bounds on the work that rendering one Markdown text may cause.

The parser takes linear time, but some characters cost a hundred times as much as a letter. Text beyond a bound is shown
as plain text, with a note that says so.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_LENGTH: Final = 100_000
"""Characters of a tutorial that are shown; twenty times the usual length."""
MAX_LINES: Final = 4000
MAX_CELLS: Final = 6000
"""Vertical bars, each of which may end a table cell."""
MAX_MARKS: Final = 12_000
"""Sum of `_marks` over all paragraphs; a usual tutorial has some hundreds."""
MAX_NESTING: Final = 20
"""Depth of quotes, lists and brackets; the parser tries an opening bracket once for each level."""
INTERRUPTED: Final = ("paragraph", "reference", "blockquote", "list")
"""Blocks that another block ends without a blank line before it."""
LOWEST_HEADING: Final = 6
"""Markdown and HTML have six levels of headings."""

_WEIGHTS: Final = {"[": 4, "!": 1, "*": 1, "_": 1, "~": 1, "`": 1, "<": 1, "&": 1, "\\": 1, "\n": 1}
"""Character that may begin markup -> its cost relative to that of an asterisk."""


def fits(markdown: str) -> bool:
    """Return whether the blocks of a text can be parsed within bounds."""
    return markdown.count("\n") <= MAX_LINES and markdown.count("|") <= MAX_CELLS


def bounded(parser: "MarkdownIt") -> "MarkdownIt":
    """Limit the inline parsing of `parser` to MAX_MARKS, and return it.

    A paragraph beyond the limit becomes one text token with `plain` in the `meta` of its inline token, and
    `env["plain"]` is set.
    """
    parser.options["maxNesting"] = MAX_NESTING
    parser.core.ruler.at("inline", _read_paragraphs)
    return parser


def _read_paragraphs(state: Any) -> None:
    from markdown_it.token import Token

    left = MAX_MARKS
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        marks = _marks(token.content)
        if marks <= left:
            left -= marks
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.meta["plain"] = state.env["plain"] = True
            token.children.append(Token("text", "", 0, content=token.content))


def _marks(text: str) -> int:
    return sum(weight * text.count(char) for char, weight in _WEIGHTS.items())
