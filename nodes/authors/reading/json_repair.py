"""Parse JSON, and what is nearly JSON: what a person would read as the one value that was meant.

Mended are comments, trailing and missing commas, names without quotes, single quotes, constants of Python and
JavaScript, quotes inside texts, and the last brace. What breaks off in the middle is never completed.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from nodes.authors.reading.gate import MAX_NESTING
from nodes.authors.reading.tex import mend_escapes

MAX_DIGITS: Final = 18
"""Longer integers are read as floats, which are not exact and not slow."""


class Unreadable(ValueError):
    """The text is no JSON. `position`: how far it was read."""

    def __init__(self, position: int, *, breaks_off: bool = False) -> None:
        super().__init__(f"no JSON at {position}")
        self.position = position
        self.breaks_off = breaks_off
        """Whether the text ends in the middle of a value."""


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


_STRICT: Final = json.JSONDecoder(strict=False, parse_int=_integer, parse_constant=lambda _: None)
"""Models leave line breaks inside strings, and write NaN for a missing number."""


def parse(text: str, start: int = 0) -> tuple[Any, int]:
    """Return the value that begins at `start`, and where it ends. Raises Unreadable."""
    try:
        return _STRICT.raw_decode(text, start)
    except (ValueError, RecursionError):
        parser = _Parser(text)
        return parser.value(start, 0), parser.end


def json_in(text: str) -> Any:
    """Return the object or list that a text holds, else the text."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[", '"{', '"[', '"\\')):
        return text
    mended = mend_escapes(stripped)
    try:
        value, end = parse(mended)
    except Unreadable:
        return text
    return text if mended[end:].strip() else value


_BLANK: Final = re.compile(r"(?:\s+|//[^\n]*|/\*[^*]{0,2000}\*/)*")
_STRING: Final = re.compile(r"\\.|[\"'“”’‘`]", re.DOTALL)
_NAME: Final = re.compile(r"[\w$@-][\w$@. -]{0,60}?(?=\s*[:：])")
_BARE: Final = re.compile(r"[^\s,，:\[\]{}\"'“”`][^,，:\[\]{}\"“”`\n]{0,200}")
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`"}
_LONG_QUOTES: Final = ('"""', "'''")
_ADDED: Final = re.compile(r"\s{0,100}\+\s{0,100}(?=[\"'])")
_NEXT_NAME: Final = r"(?:\"[^\"\n]{0,100}\"|'[^'\n]{0,100}'|“[^”\n]{0,100}”|[\w-]{1,60})\s{0,50}[:：]"
_AFTER_NAME: Final = re.compile(r"\s{0,1000}[:：]")
_AFTER_VALUE: Final = {
    "{": re.compile(
        rf"\s*(?:[}}\]]|[,，]\s*(?:{_NEXT_NAME}|[}}\]/]|\.\.\.|…|$)|\+\s*[\"']|{_NEXT_NAME}|//|/\*|`{{3}}|</|$)"
    ),
    "[": re.compile(r"\s*(?:[\]}]|\+\s*[\"']|[,，]\s*(?:[\"'“{\[\]\d\-/]|true|false|null|$)|\n\s*[\"'“{]|//|/\*|$)"),
    "": re.compile(""),
}
"""Characters after the closing quote of a value in an object or a list; any other quote is part of the text."""
_CONSTANTS: Final[dict[str, Any]] = {
    "true": True, "false": False, "null": None, "none": None, "nan": None, "undefined": None, "infinity": None,
    "-infinity": None,
}  # fmt: skip


class _Parser:
    """One pass over a text. `end` is where the last value ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0

    def value(self, start: int, depth: int, inside: str = "") -> Any:
        start = self._blank(start)
        if depth > MAX_NESTING:
            raise Unreadable(start)
        match self.text[start : start + 1]:
            case "":
                raise Unreadable(start, breaks_off=True)
            case "{":
                return self._object(start + 1, depth)
            case "[":
                return self._list(start + 1, depth)
            case quote if quote in _QUOTES:
                return self._text(start, _AFTER_VALUE[inside])
            case _:
                return self._bare(start)

    def _blank(self, start: int) -> int:
        found = _BLANK.match(self.text, start)
        return found.end() if found else start

    def _object(self, start: int, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        comma = True
        while True:
            start = self._blank(start)
            match self.text[start : start + 1]:
                case "}":
                    self.end = start + 1
                    return items
                case "," | "，" | "…" | ".":  # dots stand for nothing, or the shape misses something
                    start, comma = start + 1, True
                    continue
                case "]" if depth:  # a brace is missing
                    self.end = start
                    return items
                case "" | "`" | "<" if not depth and items and not comma:  # only the last brace is missing
                    self.end = start
                    return items
            name = self._name(start)
            start = self._blank(self.end)
            if self.text[start : start + 1] not in {":", "："}:
                raise Unreadable(start, breaks_off=start >= len(self.text))
            items[name] = self.value(start + 1, depth + 1, "{")
            start, comma = self.end, False

    def _name(self, start: int) -> str:
        if self.text[start : start + 1] in _QUOTES:
            return self._string(start, _AFTER_NAME)
        found = _NAME.match(self.text, start)
        if found is None:
            raise Unreadable(start, breaks_off=start >= len(self.text))
        self.end = found.end()
        return found[0]

    def _list(self, start: int, depth: int) -> list[Any]:
        items: list[Any] = []
        while True:
            start = self._blank(start)
            match self.text[start : start + 1]:
                case "]":
                    self.end = start + 1
                    return items
                case "," | "，":
                    start += 1
                    continue
                case "}" if depth:  # a bracket is missing
                    self.end = start
                    return items
            items.append(self.value(start, depth + 1, "["))
            start = self.end

    def _text(self, start: int, after: re.Pattern[str]) -> str:
        """Return a text, also one in three quotes or one that is added to others."""
        quotes = self.text[start : start + 3]
        if quotes in _LONG_QUOTES and (end := self.text.find(quotes, start + 3)) >= 0:
            self.end = end + 3
            return _decoded(self.text[start + 3 : end])
        parts = [self._string(start, after)]
        while (added := _ADDED.match(self.text, self.end)) is not None:
            parts.append(self._string(added.end(), after))
        return "".join(parts)

    def _string(self, start: int, after: re.Pattern[str]) -> str:
        opening = self.text[start]
        closing = _QUOTES[opening]
        for found in _STRING.finditer(self.text, start + 1):
            if found[0] in {closing, '"' if opening == "“" else closing} and after.match(self.text, found.end()):
                self.end = found.end()
                return _decoded(self.text[start + 1 : found.start()])
        raise Unreadable(len(self.text), breaks_off=True)

    def _bare(self, start: int) -> Any:
        found = _BARE.match(self.text, start)
        if found is None:
            raise Unreadable(start)
        self.end = found.end()
        word = found[0].strip()
        if word.lower() in _CONSTANTS:
            return _CONSTANTS[word.lower()]
        try:
            return _STRICT.decode(word)
        except (ValueError, RecursionError):
            return word


def _decoded(raw: str) -> str:
    if "\\" not in raw:
        return raw
    escaped = re.sub(r'\\.|"', lambda found: '\\"' if found[0] == '"' else found[0], raw, flags=re.DOTALL)
    try:
        text: str = json.loads(f'"{escaped}"', strict=False)
    except ValueError:  # an escape that is none
        return raw
    return text


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a text, and where it begins."""

    value: Any
    start: int


_OPENING: Final = re.compile(r"""[{\[]|"(?=(?:\\{1,9}")?\s{0,9}[{\[]\s{0,9}(?:\\|[{\[]))""")
"""Also of a string that holds an object: JSON that was encoded twice."""
MAX_ATTEMPTS: Final = 400
MAX_WORK_FACTOR: Final = 3
"""How many times the length of a text is read in all attempts to find JSON in it."""


def values_in(text: str) -> tuple[list[Found], int | None]:
    """Return the JSON objects and lists of a text, and where one begins that breaks off, None without any."""
    found: list[Found] = []
    breaks_off: int | None = None
    position, work = 0, MAX_WORK_FACTOR * len(text) + 10_000
    for _ in range(MAX_ATTEMPTS):
        opening = _OPENING.search(text, position)
        if opening is None or work <= 0:
            break
        start = opening.start()
        try:
            value, position = parse(text, start)
            found.append(Found(value, start))
        except Unreadable as error:
            work -= 2 * (error.position - start) + 100
            position = start + 1
            if error.breaks_off and breaks_off is None:
                breaks_off = start
    return found, breaks_off
