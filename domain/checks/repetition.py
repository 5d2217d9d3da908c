"""Detection of repetitive text from a model in a loop, by its compression ratio."""

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

_WINDOW: Final = 2000
"""Characters that are compressed together, so that a loop at the end of a long text is detected."""
_MIN_CHARACTERS: Final = 600
_LOOPS_BELOW: Final = 0.10
"""Compressed to original size. Prose has 0.35 or more, tables and lists 0.2."""
_MIN_LINE_LENGTH: Final = 40
_MAX_EQUAL_LINES: Final = 4


def repetition(lines: Sequence[str]) -> str | None:
    """Return the start of a repeated text, or None."""
    if looped := _packs_to_nothing("\n".join(line for line in lines if line.strip())):
        return _start_of(looped)
    counts = Counter(" ".join(line.split()) for line in lines if len(line) >= _MIN_LINE_LENGTH)
    line, times = counts.most_common(1)[0] if counts else ("", 0)
    return _start_of(line) if times > _MAX_EQUAL_LINES and any(char.isalpha() for char in line) else None


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


def _start_of(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"
