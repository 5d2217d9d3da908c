"""Inline markup beyond CommonMark: `<kbd>`, `<sub>`, `<sup>` and `<br>`, bare addresses, and names like `__init__`."""

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_MAX_TAG_LENGTH: Final = 200
"""Characters between `<sub>` and `</sub>` at most."""
_OPENING: Final = re.compile(r"<(kbd|sub|sup)>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"""https?://[^\s<>"'`|\\^{}\[\]，。；：、！？（）「」『』《》【】…]+""", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:^|[^0-9A-Za-z])(https?)\Z", re.IGNORECASE)
_DUNDER: Final = re.compile(r"__[a-z0-9]+(?:_[a-z0-9]+)*__(?!\w)")
"""A name of Python, which is no bold word."""


def inline_rules(parser: "MarkdownIt") -> None:
    """Teach `parser` the inline rules of this module."""
    parser.inline.ruler.before("html_inline", "tag", _tag)
    parser.inline.ruler.before("emphasis", "dunder", _dunder)
    parser.inline.ruler.push("address", _address)


def _tag(state: Any, silent: bool) -> bool:
    source, start = state.src, state.pos
    if source[start] != "<":
        return False
    if line_break := _BREAK.match(source, start, state.posMax):
        return _line_break(state, line_break.end(), silent)
    opening = _OPENING.match(source, start, state.posMax)
    if opening is None:
        return False
    closing = f"</{opening[1]}>"
    end = source.find(closing, opening.end(), min(opening.end() + _MAX_TAG_LENGTH, state.posMax))
    if end <= opening.end():
        return False
    if not silent:
        limit, state.pos, state.posMax = state.posMax, opening.end(), end
        state.push("tag_open", opening[1].lower(), 1)
        state.md.inline.tokenize(state)
        state.push("tag_close", opening[1].lower(), -1)
        state.posMax = limit
    state.pos = end + len(closing)
    return True


def _line_break(state: Any, end: int, silent: bool) -> bool:
    if state.env.get("short") and not (state.src[: state.pos].strip() and state.src[end:].strip()):
        return False  # an answer to "Which element breaks a line?"
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = end
    return True


def _dunder(state: Any, silent: bool) -> bool:
    before = state.src[state.pos - 1 : state.pos] if state.pos else ""
    name = _DUNDER.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "_" else None
    if name is None or before.isalnum() or before == "_":
        return False
    if not silent:
        state.pending += name[0]
    state.pos = name.end()
    return True


def _address(state: Any, silent: bool) -> bool:
    """Link a bare address. The text before its colon has been read already."""
    if silent or state.linkLevel > 0 or state.src[state.pos] != ":":
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    start = state.pos - len(scheme[1]) if scheme else 0
    address = _ADDRESS.match(state.src, start, state.posMax) if scheme else None
    if scheme is None or address is None:
        return False
    url = _without_punctuation(address[0])
    target = state.md.normalizeLink(url)
    if not state.md.validateLink(target):
        return False
    state.pending = state.pending[: -len(scheme[1])]
    state.push("link_open", "a", 1).attrs = {"href": target}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def _without_punctuation(url: str) -> str:
    """Return an address without what ends the sentence around it, and without a bracket that it does not open."""
    while url[-1] in "?!.,:;*_~'" or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url
