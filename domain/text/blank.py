"""Text that shows nothing: blanks, zero-width characters, and letters whose glyph is empty."""

import unicodedata
from typing import Final

_EMPTY_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Unicode counts them as letters, marks or symbols; what a reader sees is nothing."""
_IGNORABLE: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xFFF0, 0xFFFC), range(0xE0000, 0xE1000))
"""Variation selectors, tags, and the blocks that are reserved for their like."""
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def is_blank(text: str) -> bool:
    """Return whether nobody would see anything of `text`. Joiners between letters are part of what is seen."""
    return all(is_invisible(char) for char in text)


def is_invisible(char: str) -> bool:
    """Return whether a character shows nothing by itself; a blank is one too."""
    if unicodedata.category(char) in _INVISIBLE_CATEGORIES or char in _EMPTY_LETTERS:
        return True
    return any(ord(char) in block for block in _IGNORABLE)
