"""A plain table whose columns stand in line, also where characters are two cells wide."""

import unicodedata
from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first columns lean left, numbers to the right; the last row is a sum."""
    widths = [max(cells(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    lines = [_line(row, widths) for row in [heads, *rows]]
    rule = "-" * (sum(widths) + 2 * len(widths) - 2)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        f"{cell}{' ' * (width - cells(cell))}" if place < 3 else f"{' ' * (width - cells(cell))}{cell}"
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def cells(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)
