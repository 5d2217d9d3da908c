"""Detection of repetitive text from a model in a loop, by its compression ratio.

Rows of tables and items of lists may be alike, as in a training plan, so only long runs of them count.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

_WINDOW: Final = 2000
"""Characters that are compressed together, so that a loop at the end of a long text is detected."""
_MIN_CHARACTERS: Final = 600
_LOOPS_BELOW: Final = 0.10
"""Compressed to original size. Prose has 0.35 or more."""
_MIN_LINE_LENGTH: Final = 40
_MAX_EQUAL_LINES: Final = 4
_MAX_EQUAL_ITEMS: Final = 60
"""Equal rows or items: a plan of eight weeks has 56 days."""
_ITEM: Final = re.compile(r"\s*(?:\||[-*+]\s|\d+[.)]\s|\W{0,3}[^\W_]{1,12}(?: \d{1,3})?(?:\*\*|__)?\s?[:：–—])")
"""Rows, items, and lines with a label, such as “Monday: rest day”."""


def repetition(lines: Sequence[str]) -> str | None:
    """Return the start of a repeated text, or None."""
    prose = [line for line in lines if line.strip() and not _ITEM.match(line)]
    if looped := _packs_to_nothing("\n".join(prose)):
        return _start_of(looped)
    for line, run in groupby(" ".join(line.split()) for line in lines if line.strip()):
        if len(line) >= _MIN_LINE_LENGTH and not line.startswith("|") and len(list(run)) > _MAX_EQUAL_LINES:
            return _start_of(line)
    counts = Counter(" ".join(line.split()) for line in prose if len(line) >= _MIN_LINE_LENGTH)
    line, times = counts.most_common(1)[0] if counts else ("", 0)
    if times > _MAX_EQUAL_LINES and any(char.isalpha() for char in line):
        return _start_of(line)
    items = Counter(" ".join(line.split()) for line in lines if _ITEM.match(line) and any(map(str.isalpha, line)))
    item, times = items.most_common(1)[0] if items else ("", 0)
    return _start_of(item) if times > _MAX_EQUAL_ITEMS else None


def _packs_to_nothing(text: str) -> str | None:
    """Return the first part of the text that is redundant after the text before it."""
    if len(text) < _MIN_CHARACTERS:
        return None
    packer = zlib.compressobj(level=1)
    size = -(-len(text) // max(1, len(text) // _WINDOW))
    for start in range(0, len(text), size):
        plain = text[start : start + size].encode("utf-8", "replace")
        packed = packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH)
        if len(packed) < _LOOPS_BELOW * len(plain):
            return text[start : start + size]
    return None


def _start_of(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= 60 else words[:59] + "…"
