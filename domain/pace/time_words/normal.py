"""Normalization of digits of all scripts, wide letters, fractions and blanks."""

import re
import unicodedata
from typing import Final

_FRACTIONS: Final = {"½": ".5", "¼": ".25", "¾": ".75"}
_WIDE: Final = range(0xFF00, 0xFFF0)


def normal(text: str) -> str:
    """Return the text casefolded, in one line, with ASCII digits. Other numbers (`³`, `①`) do not become digits."""
    written = "".join(map(_char, unicodedata.normalize("NFC", text)))
    written = re.sub(r"(?<![\d.])\.(?=(?:5|25|75)\b)", "0.", written)
    written = written.replace("1 1/2 ", "1.5 ").replace("\u2019", "'").replace("\u3000", " ")
    folded = unicodedata.normalize("NFC", written.casefold())
    return re.sub(r"(?<=[^\W\d])\.$", "", " ".join(folded.split()).strip(" !。,"))


def _char(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char in _FRACTIONS:
        return _FRACTIONS[char]
    if ord(char) in _WIDE:
        return unicodedata.normalize("NFKC", char)
    return "" if unicodedata.category(char) == "Cf" else char
