"""Texts of learners, models and web pages as data in a prompt: limited in length, between marks that they cannot forge.

`<` and `>` are escaped, so that no text ends its block or begins another one.
"""

import json
from typing import Any, Final

MAX_TEXT_LENGTH: Final = 4000
"""Characters of one text in the data."""
MAX_DATA_LENGTH: Final = 200_000
"""Characters of all the data; beyond that, all texts are cut shorter."""
MIN_TEXT_LENGTH: Final = 50
MIN_WORD_LENGTH: Final = 200
"""Characters that are left of any text, and of one without spaces, such as an id."""
_DETAILS: Final = frozenset({"description", "keywords", "misconceptions"})
"""Fields of the data that are left out where the room is small."""


def marked(mark: str, data: Any, *, compact: bool = False) -> str:
    """Return the data as JSON between `<mark>` and `</mark>`."""
    return between(mark, json.dumps(data, ensure_ascii=False, indent=None if compact else 1))


def between(mark: str, text: str) -> str:
    return f"<{mark}>\n{text.replace('<', chr(92) + 'u003c').replace('>', chr(92) + 'u003e')}\n</{mark}>"


def fitted(data: Any, max_length: int) -> Any:
    """Return the data with its texts cut, the shorter the more of them there are, and at last without descriptions."""
    longest = MAX_TEXT_LENGTH
    while length_of(shorter := capped(data, longest)) > max_length and longest > MIN_TEXT_LENGTH:
        longest = max(longest // 2, MIN_TEXT_LENGTH)
    fits = length_of(shorter) <= max_length or max_length == MAX_DATA_LENGTH
    return shorter if fits else without(shorter, _DETAILS)


def length_of(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False))


def without(data: Any, names: frozenset[str]) -> Any:
    """Return the data without the fields of these names, at any depth."""
    match data:
        case dict():
            return {name: without(item, names) for name, item in data.items() if name not in names}
        case list():
            return [without(item, names) for item in data]
        case _:
            return data


def capped(value: Any, longest: int) -> Any:
    """Return the data with each text cut to `longest` characters."""
    match value:
        case str():
            return cut(value, longest)
        case dict():
            return {name: capped(item, longest) for name, item in value.items()}
        case list():
            return [capped(item, longest) for item in value]
        case _:
            return value


def cut(text: str, longest: int) -> str:
    if longest < MIN_WORD_LENGTH and len(text) <= MIN_WORD_LENGTH and len(text.split()) == 1:
        return text
    return text if len(text) <= longest else f"{text[:longest]}…"
