"""Invisible text: blanks, zero-width characters, and letters with an empty glyph."""

import unicodedata
from typing import Final

_EMPTY_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks or symbols according to Unicode, but without a visible glyph."""
_IGNORABLE: Final = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xFFF0, 0xFFFC), range(0xE0000, 0xE1000))
"""Variation selectors, tags, and the blocks reserved for similar characters."""
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def is_blank(text: str) -> bool:
    """Return whether `text` has no visible character."""
    return all(is_invisible(char) for char in text)


def is_invisible(char: str) -> bool:
    """Return whether a character is invisible on its own, as blanks are."""
    if unicodedata.category(char) in _INVISIBLE_CATEGORIES or char in _EMPTY_LETTERS:
        return True
    return any(ord(char) in block for block in _IGNORABLE)
