"""One form for what can be written in several: digits of all scripts, wide letters, fractions, blanks."""

import re
import unicodedata
from typing import Final

_FRACTIONS: Final = {"½": ".5", "¼": ".25", "¾": ".75"}
_WIDE: Final = range(0xFF00, 0xFFF0)


def normal(text: str) -> str:
    """Casefolded, in one line, with ASCII digits. What is no decimal digit (`³`, `①`) never becomes one."""
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
