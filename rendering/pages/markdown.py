"""Render Markdown as models write it as safe HTML, without HTML of the author or anything loaded from other hosts.

CommonMark, tables, formulas in TeX, folded solutions, notes, footnotes and bare addresses. Two independent defences:
the parser passes no HTML through and allows links with known schemes only, and an allow-list sanitiser cleans its
output.
The output has no inline styles, so a page can forbid them by its policy.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any, Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rendering.pages.bounds import LOWEST_HEADING, MAX_LENGTH, fits
from rendering.pages.formulas import formula_html, shown_bars, with_hidden_bars
from rendering.pages.highlighting import Highlighter
from rendering.pages.html_sanitizer import SCHEMES, TAGS, cleaner, is_safe_link
from rendering.pages.parser import document_parser, short_parser
from rendering.pages.remarks import Remarks
from rendering.text.labels import labels_of
from rendering.text.text import clean, one_line

__all__ = ["SCHEMES", "TAGS", "Heading", "Rendered", "is_safe_link", "rendered", "rendered_short"]

_MAX_CUT: Final = 2000
"""Characters to drop at most at the end of a text that is too long, to end it with a whole line."""
_NOT_IN_AN_ID: Final = re.compile(r"[^\w]+")
_TAG: Final = re.compile(r"<[^>]*>")
_PARAGRAPH: Final = re.compile(r"<p>((?:(?!</?p>).)*)</p>\n?", re.DOTALL)
_BOXES: Final = {"[ ] ": "☐", "[x] ": "☑"}
_ALIGNED: Final = {"text-align:right": "right", "text-align:center": "center"}


class Heading(NamedTuple):
    """An entry of a table of contents; `level` is that of its HTML element.

    `html` is its text with formulas, safe to insert into a page; empty if it has none.
    """

    level: int
    identifier: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered text. `html` is safe to insert into a page."""

    html: str
    headings: tuple[Heading, ...]

    @property
    def has_formulas(self) -> bool:
        return "<math" in self.html  # what an author writes like this is escaped


def rendered(
    markdown: str, *, prefix: str, below: int = 1, language: str = "en", remarks: Remarks | None = None
) -> Rendered:
    """Render a document below a heading of level `below`. The ids of its headings and footnotes begin with `prefix`.

    `language`: of the words that are added to it. `remarks`: shown within it; None for a text without any.

    The work is bounded (rendering/pages/bounds.py): text that is too complex is shown as plain text.
    """
    text, is_cut = _bounded(markdown)
    headings: list[Heading] = []
    labels = labels_of(language)
    if fits(text):
        html, headings = _laid_out(text, prefix, below, labels, remarks)
    else:
        html = (
            f'<p><em>{escape(labels["not_laid_out"])}</em></p>\n<pre class="code"><code>{escape(text)}</code></pre>\n'
        )
    if is_cut:
        html += "<p><em>[…]</em></p>\n"
    return Rendered(clean(cleaner().clean(html)), tuple(headings))  # again: `&#x202E;` was no character before


def rendered_short(markdown: str, *, links: bool = True, language: str = "en") -> Rendered:
    """Render a question, an option, an explanation or a note.

    One line becomes inline HTML, in which `#` and `1.` mean nothing; several lines become blocks without headings.
    Without `links` the text can stand within a link.
    """
    text, is_cut = _bounded(markdown.strip("\n"))
    parser = short_parser(links=links)
    env: dict[str, Any] = {"highlighter": Highlighter(), "short": True, "prefix": "", "labels": labels_of(language)}
    if fits(text):
        hidden = with_hidden_bars(text)
        tokens = parser.parse(hidden, env) if "\n" in text.strip() else parser.parseInline(hidden.strip(), env)
        html = cleaner().clean(_html(parser, tokens, env))
    else:
        html = escape(text)
    if paragraph := _PARAGRAPH.fullmatch(html):
        html = paragraph[1]
    if not unescape(_TAG.sub("", html)).strip():  # an answer such as `&nbsp;`
        html = escape(text.strip())
    return Rendered(clean(html) + (" […]" if is_cut else ""), ())


def _bounded(markdown: str) -> tuple[str, bool]:
    """Return the text that is rendered, and whether it was cut."""
    text = clean(markdown.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) <= MAX_LENGTH:
        return text, False
    line_end = text.rfind("\n", MAX_LENGTH - _MAX_CUT, MAX_LENGTH)
    return text[: line_end if line_end > 0 else MAX_LENGTH], True


def _laid_out(
    text: str, prefix: str, below: int, labels: Mapping[str, str], remarks: Remarks | None
) -> tuple[str, list[Heading]]:
    parser = document_parser()
    env: dict[str, Any] = {"highlighter": Highlighter(), "prefix": prefix, "labels": labels, "remarks": remarks}
    tokens = parser.parse(with_hidden_bars(text), env)
    headings = _place_headings(tokens, prefix, below)
    _point_links(tokens, prefix)
    html = _html(parser, tokens, env)
    if env.get("plain"):
        html = f"<p><em>{escape(labels['partly_laid_out'])}</em></p>\n{html}"
    return html, headings


def _html(parser: MarkdownIt, tokens: Sequence[Token], env: dict[str, Any]) -> str:
    _draw_boxes(tokens)
    _mark_pictures_in_links(tokens)
    for token in _all(tokens):
        token.content = shown_bars(token.content)
        style = token.attrs.pop("style", None)
        if style in _ALIGNED:
            token.attrSet("class", _ALIGNED[str(style)])
    return shown_bars(parser.renderer.render(tokens, parser.options, env))


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _place_headings(tokens: Sequence[Token], prefix: str, below: int) -> list[Heading]:
    """Move all headings below level `below` and give each a unique id."""
    openings = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    shift = below + 1 - min((int(tokens[index].tag[1]) for index in openings), default=1)
    headings: list[Heading] = []
    used: dict[str, int] = {}
    for index in openings:
        level = min(max(int(tokens[index].tag[1]) + shift, 1), LOWEST_HEADING)
        children = tokens[index + 1].children or []
        text = one_line(shown_bars(_plain(children)))
        name = _NOT_IN_AN_ID.sub("-", text.casefold()).strip("-")[:60] or "part"
        used[name] = used.get(name, 0) + 1
        identifier = f"{prefix}{name}" if used[name] == 1 else f"{prefix}{name}--{used[name]}"
        tokens[index].tag = tokens[index + 2].tag = f"h{level}"
        tokens[index].attrSet("id", identifier)
        headings.append(Heading(level, identifier, text, _with_formulas(children)))
    return headings


def _plain(children: Sequence[Token]) -> str:
    return "".join(
        _plain(child.children or []) or child.content if child.type == "image" else child.content or " "
        for child in children
        if child.nesting == 0 and child.type != "footnote_ref"
    )


def _with_formulas(children: Sequence[Token]) -> str:
    """Return the text of a heading with its formulas, or nothing if it has none."""
    if not any(child.type == "formula" for child in children):
        return ""
    pieces = (
        (child.type == "formula" and formula_html(shown_bars(child.content), displayed=False))
        or escape(_plain([child]))
        for child in children
    )
    return clean(cleaner().clean("".join(pieces)))


def _draw_boxes(tokens: Sequence[Token]) -> None:
    """Replace `[ ]` and `[x]` at the beginning of a list item by a box character."""
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (item.type, paragraph.type) == ("list_item_open", "paragraph_open") and inline.children:
            first = inline.children[0]
            if first.type == "text" and (box := _BOXES.get(first.content[:4].lower())):
                first.content = f"{box} {first.content[4:]}"


def _mark_pictures_in_links(tokens: Sequence[Token]) -> None:
    """A picture within a link is named without its own link."""
    for token in tokens:
        depth = 0
        for child in token.children or []:
            depth += (child.type == "link_open") - (child.type == "link_close")
            child.meta["in_link"] = depth > 0


def _point_links(tokens: Sequence[Token], prefix: str) -> None:
    """Point links within the document to its prefixed ids."""
    for child in _all(tokens):
        href = child.attrGet("href")
        if child.type == "link_open" and isinstance(href, str) and href.startswith("#"):
            child.attrSet("href", f"#{prefix}{href[1:].casefold()}" if len(href) > 1 else "#")
