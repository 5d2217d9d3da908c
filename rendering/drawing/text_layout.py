"""Line breaking without font metrics: each letter counts with its usual width."""

import unicodedata
from collections.abc import Iterator

from rendering.text.text import one_line


def wrapped(text: str, letters: int, lines: int) -> tuple[str, ...]:
    """Break text into at most `lines` lines of about `letters` average Latin letters, with an ellipsis."""
    rows: list[str] = []
    for word in _pieces(one_line(text, 400), letters):
        joined = f"{rows[-1]} {word}" if rows else word
        if rows and width(joined) <= letters:
            rows[-1] = joined
        else:
            rows.append(word)
        if len(rows) > lines:
            return (*rows[: lines - 1], _cut(f"{rows[lines - 1]} {word}", letters))
    return tuple(rows)


def width(text: str) -> float:
    """Return the width of text in average Latin letters; East Asian letters count about two, combining marks zero."""
    return sum(_width(char) for char in text)


def _width(char: str) -> float:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.9
    if char in "MWmw@%" or char.isupper():
        return 1.3
    return 0.6 if char in "iljtfrI.,:;'|! " else 1.05


def _pieces(text: str, letters: int) -> Iterator[str]:
    """Yield the words, those longer than a line in pieces. Scripts without spaces need that."""
    for word in text.split():
        piece = ""
        for char in word:
            if piece and width(piece + char) > letters:
                yield piece
                piece = ""
            piece += char
        yield piece


def _cut(text: str, letters: int) -> str:
    while text and width(text) > letters - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"
