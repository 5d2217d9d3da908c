"""Render tutorials as safe HTML: CommonMark and tables, without HTML of the author or anything loaded from other hosts.

Two independent defences: the parser passes no HTML through and allows links with known schemes only, and an allow-list
sanitiser cleans its output. The output has no inline styles, so a page can forbid them by its policy.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Final, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rendering.pages.bounds import LOWEST_HEADING, MAX_LENGTH, NOT_LAID_OUT, PARTLY_LAID_OUT, bounded, fits
from rendering.pages.highlighting import Highlighter, classes
from rendering.text.text import clean, one_line

_MAX_CUT: Final = 2000
"""Characters to drop at most at the end of a text that is too long, to end it with a whole line."""

TAGS: Final = frozenset({
    "a", "blockquote", "br", "code", "details", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
SCHEMES: Final = frozenset({"http", "https", "mailto"})
_LINK: Final = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s]|#)[^\s]*", re.IGNORECASE)
_NOT_IN_AN_ID: Final = re.compile(r"[^\w]+")
_FOLD: Final = re.compile(r"<p>&lt;details&gt;\s*&lt;summary&gt;([^\n]*?)&lt;/summary&gt;</p>")
_FOLD_END: Final = "<p>&lt;/details&gt;</p>"
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#.-]{1,30}")
_BOXES: Final = {"[ ] ": "☐", "[x] ": "☑"}
_ALIGNED: Final = {"text-align:right": "right", "text-align:center": "center"}


class Heading(NamedTuple):
    """An entry of a table of contents; `level` is that of its HTML element."""

    level: int
    identifier: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered document. `html` is safe to insert into a page."""

    html: str
    headings: tuple[Heading, ...]


def rendered(markdown: str, *, prefix: str, below: int = 1) -> Rendered:
    """Render a document below a heading of level `below`. The ids of its headings begin with `prefix`.

    The work is bounded (rendering/pages/bounds.py): text that is too complex is shown as plain text.
    """
    text = clean(markdown.replace("\r\n", "\n").replace("\r", "\n"))
    is_cut = len(text) > MAX_LENGTH
    if is_cut:
        line_end = text.rfind("\n", MAX_LENGTH - _MAX_CUT, MAX_LENGTH)
        text = text[: line_end if line_end > 0 else MAX_LENGTH]
    headings: list[Heading] = []
    if fits(text):
        html, headings = _laid_out(text, prefix, below)
    else:
        html = f'<p><em>{NOT_LAID_OUT}</em></p>\n<pre class="code"><code>{escape(text)}</code></pre>\n'
    if is_cut:
        html += "<p><em>[…]</em></p>\n"
    return Rendered(clean(_cleaner().clean(html)), tuple(headings))  # again: `&#x202E;` was no character before


def _laid_out(text: str, prefix: str, below: int) -> tuple[str, list[Heading]]:
    parser = _parser()
    env: dict[str, Any] = {"highlighter": Highlighter()}
    tokens = parser.parse(text, env)
    headings = _place_headings(tokens, prefix, below)
    _draw_boxes(tokens)
    _point_links(tokens, prefix)
    html = _unfolded(parser.renderer.render(tokens, parser.options, env))
    return (f"<p><em>{PARTLY_LAID_OUT}</em></p>\n{html}" if env.get("plain") else html), headings


def _unfolded(html: str) -> str:
    """Let folded solutions through, the only HTML of authors: a bare `<details>` with a `<summary>`."""
    return _FOLD.sub(r"<details><summary>\1</summary>", html).replace(_FOLD_END, "</details>")


def is_safe_link(url: str) -> bool:
    """Return whether a link may have this target: a site, a mail address, or a heading of the same document."""
    return _LINK.fullmatch(url) is not None


@cache
def _parser() -> MarkdownIt:
    """Return the parser. It is never changed, so threads can share it."""
    parser = bounded(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))
    parser.validateLink = is_safe_link  # type: ignore[method-assign]  # markdown-it has a deny-list, this is an allow-list
    for rule in (_fence, _code_block, _image):
        parser.add_render_rule(rule.__name__.removeprefix("_"), rule)
    return parser


@cache
def _cleaner() -> nh3.Cleaner:
    attributes = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"dir", "data-language"}, "code": {"dir"}}
    attributes |= {f"h{level}": {"id"} for level in range(1, LOWEST_HEADING + 1)}
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=attributes,
        attribute_filter=_checked,
        allowed_classes={"span": classes(), "pre": {"code"}, "td": {"right", "center"}, "th": {"right", "center"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )


def _checked(_tag: str, attribute: str, value: str) -> str | None:
    return None if attribute == "href" and not is_safe_link(value) else value


def _place_headings(tokens: Sequence[Token], prefix: str, below: int) -> list[Heading]:
    """Move all headings below level `below` and give each a unique id."""
    openings = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    shift = below + 1 - min((int(tokens[index].tag[1]) for index in openings), default=1)
    headings: list[Heading] = []
    used: dict[str, int] = {}
    for index in openings:
        level = min(max(int(tokens[index].tag[1]) + shift, 1), LOWEST_HEADING)
        text = one_line(_plain(tokens[index + 1].children or []))
        name = _NOT_IN_AN_ID.sub("-", text.casefold()).strip("-")[:60] or "part"
        used[name] = used.get(name, 0) + 1
        identifier = f"{prefix}{name}" if used[name] == 1 else f"{prefix}{name}--{used[name]}"
        tokens[index].tag = tokens[index + 2].tag = f"h{level}"
        tokens[index].attrSet("id", identifier)
        headings.append(Heading(level, identifier, text))
    return headings


def _plain(children: Sequence[Token]) -> str:
    return "".join(
        _plain(child.children or []) or child.content if child.type == "image" else child.content or " "
        for child in children
        if child.nesting == 0
    )


def _draw_boxes(tokens: Sequence[Token]) -> None:
    """Replace `[ ]` and `[x]` at the beginning of a list item by a box character."""
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type) == ("list_item_open", "paragraph_open") and inline.children:
            first = inline.children[0]
            if first.type == "text" and (box := _BOXES.get(first.content[:4].lower())):
                first.content = f"{box} {first.content[4:]}"


def _point_links(tokens: Sequence[Token], prefix: str) -> None:
    """Point links within the document to its prefixed ids, and replace the alignment styles of cells by classes."""
    for token in tokens:
        style = token.attrs.pop("style", None)
        if style in _ALIGNED:
            token.attrSet("class", _ALIGNED[str(style)])
        for child in token.children or []:
            href = child.attrGet("href")
            if child.type == "link_open" and isinstance(href, str) and href.startswith("#"):
                child.attrSet("href", f"#{prefix}{href[1:].casefold()}" if len(href) > 1 else "#")


def _fence(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    words = tokens[index].info.split(maxsplit=1)
    language = words[0] if words and _LANGUAGE.fullmatch(words[0]) else ""
    return _code(tokens[index].content, language, env)


def _code_block(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    return _code(tokens[index].content, "", env)


def _code(code: str, language: str, env: dict[str, Any]) -> str:
    inside = env["highlighter"].html(code, language)
    attribute = f' data-language="{language}"' if language else ""
    return f'<pre class="code" dir="ltr"{attribute}><code>{inside}</code></pre>\n'


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    """Render the description of an image instead of the image: loading it would tell its host who reads."""
    return f"<em>{escape(renderer.renderInlineAsText(tokens[index].children, options, env))}</em>"
