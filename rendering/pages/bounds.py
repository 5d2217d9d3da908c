"""Bounds on the work that one Markdown text may cause, however it was made.

The parser's work grows with the text and no faster, but some characters cost a hundred times what a letter does. What
is beyond a bound is left as plain text, and said to be.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_LENGTH: Final = 100_000
"""Characters of a tutorial that are shown, some twenty times a usual one."""
MAX_LINES: Final = 4000
MAX_CELLS: Final = 6000
"""Bars, each of which may end the cell of a table."""
MAX_MARKS: Final = 12_000
"""What `_marks` may come to over all paragraphs; a usual tutorial has some hundreds."""
MAX_NESTING: Final = 20
"""Depth of quotes, lists and brackets; what opens a bracket is tried once for each level."""
NOT_LAID_OUT: Final = "This text is too intricate to be laid out, so it stands here as it was written."
PARTLY_LAID_OUT: Final = "Parts of this text are too intricate to be laid out, and stand here as they were written."

_WEIGHTS: Final = {"[": 4, "!": 1, "*": 1, "_": 1, "~": 1, "`": 1, "<": 1, "&": 1, "\\": 1, "\n": 1}
"""Character that begins something -> its cost beside that of an asterisk."""


def fits(markdown: str) -> bool:
    """Return whether the blocks of a text can be told apart within bounds."""
    return markdown.count("\n") <= MAX_LINES and markdown.count("|") <= MAX_CELLS


def bounded(parser: "MarkdownIt") -> "MarkdownIt":
    """Return the parser, which from now on reads paragraphs only as far as MAX_MARKS goes.

    A paragraph beyond it is one text token, with `plain` in the `meta` of its inline token; `env["plain"]` is set then.
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
