"""The allow-list of rendered text: the elements, attributes, classes and addresses that may reach a page.

Authors cannot write most of these: the parser passes no HTML through. MathML comes from the converter of formulas only.
"""

import re
from functools import cache
from typing import Final

import nh3

from rendering.pages.bounds import LOWEST_HEADING
from rendering.pages.folds import BOX_CLASSES
from rendering.pages.formulas import FORMULA_CLASSES
from rendering.pages.highlighting import classes

MATHML: Final = frozenset({
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace", "msqrt",
    "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
})  # fmt: skip
TAGS: Final = MATHML | {
    "a", "blockquote", "br", "code", "details", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "kbd", "li",
    "ol", "p", "pre", "s", "section", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip
SCHEMES: Final = frozenset({"http", "https", "mailto"})
_LINK: Final = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s]|#)[^\s]*", re.IGNORECASE)
_MATHML_ATTRIBUTES: Final = frozenset({
    "accent", "accentunder", "columnalign", "depth", "dir", "display", "displaystyle", "form", "height", "largeop",
    "linethickness", "lspace", "mathcolor", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rspace",
    "scriptlevel", "stretchy", "symmetric", "voffset", "width",
})  # fmt: skip
_NOT_IN_MATHML: Final = re.compile(r"[^\w#.% +-]")
_CLASSES: Final[dict[str, set[str]]] = {
    "pre": {"code"},
    "td": {"right", "center"},
    "th": {"right", "center"},
    "p": {"remark", "run", *BOX_CLASSES},
    "div": {"formula", *BOX_CLASSES},
    "section": {"footnotes"},
    "sup": {"footnote"},
}


def is_safe_link(url: str) -> bool:
    """Return whether a link may have this target: a site, a mail address, or a heading of the same document."""
    return _LINK.fullmatch(url) is not None


@cache
def cleaner() -> nh3.Cleaner:
    """Return the sanitiser. It never changes, so threads can share it."""
    attributes = {tag: set(_MATHML_ATTRIBUTES) for tag in MATHML}
    attributes |= {
        "a": {"href", "title", "id"},
        "ol": {"start"},
        "pre": {"dir", "data-language", "data-label"},
        "code": {"dir"},
    }
    attributes |= {f"h{level}": {"id"} for level in range(1, LOWEST_HEADING + 1)}
    attributes |= {"p": {"title"}, "li": {"id"}, "div": {"dir"}, "span": {"dir"}}
    allowed = {tag: set(FORMULA_CLASSES) for tag in MATHML} | _CLASSES
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=attributes,
        attribute_filter=_checked,
        allowed_classes={**allowed, "span": {"formula", "source", "label", "picture", *classes()}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )


def _checked(tag: str, attribute: str, value: str) -> str | None:
    if tag in MATHML and attribute != "class":
        return None if _NOT_IN_MATHML.search(value) else value
    return None if attribute == "href" and not is_safe_link(value) else value
