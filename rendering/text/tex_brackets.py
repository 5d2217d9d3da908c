"""Brackets of TeX that are not closed, which the converter of formulas cannot cope with in numbers."""

import re
import unicodedata
from typing import Final

_TOKEN: Final = re.compile(r"\\(?:left|right)\s*(?:\\[A-Za-z]+|\\?[^\sA-Za-z])|\\[A-Za-z]+|\\[\s\S]|[^\\\sA-Za-z0-9]")
_OPENING: Final = re.compile(r"\\(?:l|ul|ll|L)[A-Za-z]*")
"""Any command that may be an opening bracket: `\\langle`, `\\lVert`, `\\ulcorner`; and some that are none."""
_NO_BRACKETS: Final = frozenset({
    "\\left", "\\leq", "\\le", "\\lt", "\\ll", "\\lll", "\\leqslant", "\\leqq", "\\ldots", "\\ldotp", "\\lim",
    "\\liminf", "\\limsup", "\\limits", "\\log", "\\lg", "\\ln", "\\lambda", "\\land", "\\lor", "\\lnot",
    "\\lesssim", "\\lessgtr", "\\leftarrow", "\\leftrightarrow", "\\longleftarrow", "\\longrightarrow",
    "\\longmapsto", "\\longleftrightarrow", "\\leftharpoonup", "\\leftharpoondown", "\\ltimes", "\\lhd", "\\label",
    "\\Lambda", "\\Leftarrow", "\\Leftrightarrow", "\\Longrightarrow", "\\Longleftarrow", "\\Longleftrightarrow",
    "\\ell", "\\lneq",
})  # fmt: skip
_CLOSING: Final = re.compile(
    r"\\r([rA-Za-z]*(?:paren|brack|brace|Brace|ang|angle|Angle|group|moustache|vert|Vert|ceil|floor))"
)
_CLOSES: Final = {")": "(", "]": "[", "\\}": "\\{"}
_BEGINS: Final = re.compile(r"\{|\\left(?![A-Za-z]).*|\\begin")
_ENDS: Final = re.compile(r"\}|\\right(?![A-Za-z]).*|\\end")
_SCOPE: Final = ""


def unmatched_brackets(tex: str) -> int:
    """Return how many opening brackets are not closed within their group, cell or pair of `\\left` and `\\right`."""
    unmatched = 0
    stack: list[str] = []
    for token in _TOKEN.findall(tex):
        if _BEGINS.fullmatch(token):
            stack.append(_SCOPE)
        elif (ends := _ENDS.fullmatch(token)) or token in {"&", "\\\\"}:
            while stack and stack[-1] != _SCOPE:
                stack.pop()
                unmatched += 1
            if stack and ends:
                stack.pop()
        elif _opens(token):
            stack.append(token)
        elif (opener := _opener(token)) and stack and stack[-1] != _SCOPE:
            open_here = stack[len(stack) - stack[::-1].index(_SCOPE) :] if _SCOPE in stack else stack
            within = open_here[::-1].index(opener) if opener in open_here else 0  # `[0, 1)` closes the nearest
            unmatched += within
            del stack[len(stack) - within - 1 :]
    return unmatched + sum(token != _SCOPE for token in stack)


def _opens(token: str) -> bool:
    if token in {"\\{", "\\["}:
        return True
    if token[0] == "\\":
        return _OPENING.fullmatch(token) is not None and token not in _NO_BRACKETS
    return unicodedata.category(token) in {"Ps", "Pi"}


def _opener(token: str) -> str:
    """Return the opening bracket that belongs to a closing one, or nothing if it is none."""
    if token in _CLOSES:
        return _CLOSES[token]
    closing = _CLOSING.fullmatch(token)
    return f"\\l{closing[1]}" if closing else ""
