"""Words broken into lines without a font at hand: letters are counted by how wide they usually are."""

import unicodedata
from collections.abc import Iterator

from rendering.text.text import one_line


def wrapped(text: str, letters: int, lines: int) -> tuple[str, ...]:
    """At most `lines` lines of about `letters` average Latin letters; what does not fit ends in an ellipsis."""
    found: list[str] = []
    for word in _pieces(one_line(text, 400), letters):
        joined = f"{found[-1]} {word}" if found else word
        if found and width(joined) <= letters:
            found[-1] = joined
        else:
            found.append(word)
        if len(found) > lines:
            return (*found[: lines - 1], _cut(f"{found[lines - 1]} {word}", letters))
    return tuple(found)


def width(text: str) -> float:
    """In average Latin letters; East Asian ones count two, marks that stand above others none."""
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
    """Words; one that is longer than a line in pieces, as scripts without spaces need it."""
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
