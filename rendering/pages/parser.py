"""The parser of Markdown as models write it, and how it renders code, pictures and footnotes."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from rendering.pages.bounds import bounded
from rendering.pages.folds import folds
from rendering.pages.formulas import formula_html, formulas
from rendering.pages.html_sanitizer import is_safe_link
from rendering.pages.inline_rules import inline_rules
from rendering.pages.remarks import Remarks

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#.-]{1,30}")
_NOT_IN_SHORT: Final = ["heading", "lheading", "hr", "reference"]
"""Blocks that a question or an option does not have: `#` may be an answer there."""
_LINKS: Final = ["link", "autolink", "address"]


@cache
def document_parser() -> MarkdownIt:
    """Return the parser of a document. It never changes, so threads can share it."""
    parser = _parser()
    parser.use(footnote_plugin, inline=False)
    for rule in (_footnote_ref, _footnote_block_open, _footnote_block_close, _footnote_open, _footnote_anchor):
        parser.add_render_rule(rule.__name__.removeprefix("_"), rule)
    return parser


@cache
def short_parser(*, links: bool) -> MarkdownIt:
    """Return the parser of a short text. Its line breaks are kept; without `links` it can stand within a link."""
    parser = _parser().disable(_NOT_IN_SHORT if links else [*_NOT_IN_SHORT, *_LINKS])
    parser.options["breaks"] = True
    return parser


def _parser() -> MarkdownIt:
    parser = bounded(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))
    parser.options["alerts"] = True
    parser.validateLink = is_safe_link  # type: ignore[method-assign]  # markdown-it has a deny-list, this is an allow-list
    for extension in (formulas, folds, inline_rules):
        extension(parser)
    for rule in (_fence, _heading_close, _code_block, _image):
        parser.add_render_rule(rule.__name__.removeprefix("_"), rule)
    return parser


def _fence(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    remarks: Remarks | None = env.get("remarks")
    mark = "" if remarks is None else remarks.on_code(tokens[index], env["labels"])
    words = tokens[index].info.split(maxsplit=1)
    name = words[0].strip("{}.,") if words else ""  # ```{python} of notebooks
    language = name if _LANGUAGE.fullmatch(name) else ""
    if language == "math" and (html := formula_html(tokens[index].content.strip(), displayed=True)):
        return f'<div class="formula" dir="ltr">{html}</div>\n'
    return _code(tokens[index].content, language, env) + mark


def _heading_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    remarks: Remarks | None = env.get("remarks")
    written = str(renderer.renderToken(tokens, index, options, env))
    return written if remarks is None else written + remarks.on_heading(tokens[index - 2], env["labels"])


def _code_block(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    return _code(tokens[index].content, "", env)


def _code(code: str, language: str, env: dict[str, Any]) -> str:
    inside = env["highlighter"].html(code, language)
    attribute = f' data-language="{language}"' if language else ""
    if language == "mermaid":
        attribute += f' data-label="{escape(env["labels"]["diagram"])}"'
    return f'<pre class="code" dir="ltr"{attribute}><code>{inside}</code></pre>\n'


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    """Name an image instead of showing it: loading it would tell its host who reads."""
    words = escape(renderer.renderInlineAsText(tokens[index].children, options, env))
    address = str(tokens[index].attrGet("src") or "")
    if not address or tokens[index].meta.get("in_link"):
        return f"<em>{words or escape(env['labels']['picture'])}</em>"
    link = f'<a href="{escape(address)}">{escape(address)}</a>'
    name = escape(env["labels"]["picture"])
    return f'<span class="picture">{name}: <em>{words}</em> ({link})</span>' if words else f"{name}: {link}"


def _footnote_ref(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    note, again = tokens[index].meta["id"] + 1, tokens[index].meta.get("subId", 0)
    reference = f"{env['prefix']}fnref{note}{f'-{again}' if again else ''}"
    return f'<sup class="footnote"><a href="#{env["prefix"]}fn{note}" id="{reference}">[{note}]</a></sup>'


def _footnote_block_open(*_: Any) -> str:
    return '<section class="footnotes">\n<ol>\n'


def _footnote_block_close(*_: Any) -> str:
    return "</ol>\n</section>\n"


def _footnote_open(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    return f'<li id="{env["prefix"]}fn{tokens[index].meta["id"] + 1}">'


def _footnote_anchor(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: dict[str, Any]) -> str:
    note, again = tokens[index].meta["id"] + 1, tokens[index].meta.get("subId", 0)
    return f' <a href="#{env["prefix"]}fnref{note}{f"-{again}" if again else ""}">↩\ufe0e</a>'
