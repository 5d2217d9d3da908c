"""Has a model got stuck? Text that says the same again and again packs into next to nothing."""

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

_WINDOW: Final = 2000
"""Characters looked at together: a loop at the end of a long text must not hide behind what comes before."""
_SHORTEST: Final = 600
_LOOPS_BELOW: Final = 0.10
"""Packed to plain size. Prose packs to 0.35 and more, tables and lists to 0.2."""
_LONG_LINE: Final = 40
_MOST_EQUAL_LINES: Final = 4


def repetition(lines: Sequence[str]) -> str | None:
    """What is repeated, or None."""
    text = "\n".join(line for line in lines if line.strip())
    starts = range(0, max(1, len(text) - _WINDOW + 1), _WINDOW)
    for start in {*starts, max(0, len(text) - _WINDOW)}:
        window = text[start : start + _WINDOW]
        if len(window) >= _SHORTEST:
            plain = window.encode("utf-8", "replace")
            if len(zlib.compress(plain)) < _LOOPS_BELOW * len(plain):
                return _start_of(window)
    counts = Counter(" ".join(line.split()) for line in lines if len(line) >= _LONG_LINE)
    line, times = counts.most_common(1)[0] if counts else ("", 0)
    return _start_of(line) if times > _MOST_EQUAL_LINES and any(char.isalpha() for char in line) else None


def _start_of(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"
