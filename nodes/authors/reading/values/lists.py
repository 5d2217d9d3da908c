"""Read lists of texts that came as one text, as objects, or as an object with their letters."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

_BULLET: Final = re.compile(r"\s*(?:[-*•·–—]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])\s+")
_NONE: Final = frozenset({"", "none", "n/a", "na", "-", "—", "nil", "null", "[]", "无", "keine", "aucun", "ninguno"})
_TEXT_NAMES: Final = (
    "text",
    "value",
    "label",
    "option",
    "name",
    "title",
    "content",
    "answer",
    "statement",
    "description",
)
MAX_PHRASE_LENGTH: Final = 120
"""Characters of a text that is joined to others by a comma; longer ones are paragraphs."""
MAX_ITEM_LENGTH: Final = 60
"""Characters between two commas of a list; longer ones are clauses of a sentence."""


def is_none(item: Any, names: Collection[str]) -> bool:
    """Return whether an item says that there is none."""
    return isinstance(item, str) and item.strip().casefold() in _NONE and item not in names


def split_texts(text: str, names: Collection[str]) -> list[str]:
    """Return the items of a list that was written as text: by lines, bullets, semicolons or commas.

    `names`: texts that may hold a comma of their own.
    """
    text = text.strip()
    if text.casefold() in _NONE:
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 or _BULLET.match(text):
        return [_BULLET.sub("", line, count=1).strip() for line in lines]
    if text in names:
        return [text]
    for separator in ("•", "|", ";", "；", "、", ",", "，"):
        parts = [part.strip().strip("\"'") for part in text.split(separator)]
        if len(parts) > 1:
            parts = [part for part in _joined(parts, names, separator) if part]
            is_sentence = separator in ",，" and (text.endswith((".", "。")) or max(map(len, parts)) > MAX_ITEM_LENGTH)
            return [text] if is_sentence else parts
    return [text]


def _joined(parts: list[str], names: Collection[str], separator: str) -> Iterable[str]:
    """Yield the parts, joined again where that makes one of the names."""
    start = 0
    while start < len(parts):
        for end in range(min(len(parts), start + 6), start + 1, -1):
            whole = f"{separator} ".join(parts[start:end])
            if whole in names:
                break
        else:
            end = start + 1
            whole = parts[start]
        yield whole
        start = end


def text_of(item: Any) -> Any:
    """Return the text of an object such as `{"id": "A", "text": "..."}`; anything else is returned as it is."""
    if not isinstance(item, dict):
        return item
    texts = {str(name).casefold(): value for name, value in item.items() if isinstance(value, str | int | float)}
    for name in _TEXT_NAMES:
        if isinstance(texts.get(name), str):
            return texts[name]
    alone = next(iter(item.values())) if len(item) == 1 else None
    return alone if isinstance(alone, str) else item


def joined(value: Any) -> Any:
    """Return the text that a list of texts or a number stands for; anything else is returned as it is."""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        is_prose = any(len(item) > MAX_PHRASE_LENGTH or "\n" in item for item in value)
        return ("\n\n" if is_prose else ", ").join(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def values_of(items: dict[Any, Any]) -> list[Any] | None:
    """Return the values of an object whose names count them (A, B, C or 1, 2, 3); None where they do not."""
    marks = [str(name).strip(" ().:").casefold() for name in items]
    return list(items.values()) if len(marks) > 1 and _counts(marks) else None


_OWN_MARK: Final = re.compile(r"\s*\*{0,2}[(\[]?([A-Za-z]|\d{1,2})(?:[)\].:]\*{0,2}|\s[-–—])\s+(?=\S)")


def without_marks(texts: list[Any]) -> list[Any]:
    """Return options without the letters or numbers that they carry; unchanged unless all of them are counted so."""
    if len(texts) < 2 or not all(isinstance(text, str) for text in texts):
        return texts
    marks = [_OWN_MARK.match(text) for text in texts]
    if not all(marks) or not _counts([mark[1].casefold() for mark in marks if mark]):
        return texts
    bare = [text[mark.end() :] for text, mark in zip(texts, marks, strict=True) if mark]
    return bare if len(set(bare)) == len(set(texts)) else texts


def _counts(marks: list[str]) -> bool:
    letters = [chr(ord("a") + number) for number in range(min(len(marks), 26))]
    return marks in (letters, [str(number + 1) for number in range(len(marks))])
