"""Comparison of the output that a lesson shows with the real one, in whatever a reader would call the same.

Blanks, line ends, quotes, memory addresses, durations, the order of dictionaries and sets, digits of floats beyond
those that are shown, and NumPy's newer way to write scalars make no difference. `...` stands for anything.
"""

import ast
import re
from collections.abc import Sequence
from typing import Final

_TOKEN: Final = re.compile(r"…|\.{3,}|(?<![\w.])[-+]?\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?|(?<!\w)[-+]?\.\d+|\w+|[^\w\s]")
_NUMBER: Final = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ELLIPSIS: Final = "..."
_CHANGES: Final = (
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "0x"),
    (re.compile(r"\b\d+(?:\.\d*)?(?:e-?\d+)?\s*(?:ns|µs|us|ms|s|sec|secs|seconds?)\b"), "TIME"),
    (re.compile(r"\bnp\.(?:float|int|uint)\d+\(([^()]*)\)"), r"\1"),
    (re.compile(r"\bnp\.(?:bool_?|str_?)\(([^()]*)\)"), r"\1"),
    (re.compile(r"[“”\"`]"), "'"),
    (re.compile(r"[−–]"), "-"),
)
_TOLERANCE: Final = 0.6
"""Of the last digit that is shown."""
_ZERO: Final = 1e-12


def agrees(shown: str, real: str) -> bool:
    """Return whether the output is the shown one."""
    if match_tokens(tokens(shown), tokens(real)):
        return True
    shown_lines, real_lines = _lines(shown), _lines(real)
    return len(shown_lines) == len(real_lines) and all(
        match_tokens(tokens(one), tokens(other)) or _same_literal(one, other)
        for one, other in zip(shown_lines, real_lines, strict=True)
    )


def resembles(shown: str, real: str) -> bool:
    """Return whether a text may have been written as this output: at least half of its words and numbers recur."""
    words = {token for token in tokens(shown) if token[0].isalnum()}
    if not words:
        return False
    real_words = {token for token in tokens(real) if token[0].isalnum()}
    numbers = any(_NUMBER.fullmatch(word) for word in words) and len(tokens(shown)) == len(tokens(real))
    return numbers or len(words & real_words) * 2 >= len(words)


def tokens(text: str) -> list[str]:
    for pattern, replacement in _CHANGES:
        text = pattern.sub(replacement, text)
    return [_ELLIPSIS if token == "…" or token.startswith("...") else token for token in _TOKEN.findall(text)]


def match_tokens(shown: Sequence[str], real: Sequence[str]) -> bool:
    """Return whether the tokens are the same; an ellipsis in `shown` stands for any number of tokens."""
    if _ELLIPSIS not in shown or _ELLIPSIS in real:
        return len(shown) == len(real) and all(map(same_token, shown, real))
    parts: list[list[str]] = [[]]
    for token in shown:
        if token == _ELLIPSIS:
            parts.append([])
        else:
            parts[-1].append(token)
    first, *middle, last = parts
    if len(first) + len(last) > len(real) or not all(map(same_token, first, real)):
        return False
    end = len(real) - len(last)
    if not all(map(same_token, last, real[end:])):
        return False
    place = len(first)
    for part in middle:
        found = next((at for at in range(place, end - len(part) + 1) if all(map(same_token, part, real[at:]))), None)
        if found is None:
            return False
        place = found + len(part)
    return True


def same_token(shown: str, real: str) -> bool:
    """Return whether two tokens are equal, numbers up to the precision in which they are shown."""
    if shown == real:
        return True
    if not (_NUMBER.fullmatch(shown) and _NUMBER.fullmatch(real)):
        return False
    first, second = float(shown), float(real)
    if abs(first) < _ZERO and abs(second) < _ZERO:
        return True
    decimals = min(_decimals(shown), _decimals(real))
    if "e" in (shown + real).lower():
        return abs(first - second) <= _TOLERANCE * 10.0**-decimals * max(abs(first), abs(second), _ZERO)
    tolerance = _TOLERANCE * 10.0**-decimals if decimals else 1e-9
    return abs(first - second) <= tolerance


def _decimals(number: str) -> int:
    return len(number.lower().partition("e")[0].partition(".")[2])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _same_literal(shown: str, real: str) -> bool:
    """Return whether two lines are equal dictionaries or sets."""
    if not (shown[0] == "{" == real[0]):
        return False
    try:
        return bool(ast.literal_eval(shown) == ast.literal_eval(real))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False
