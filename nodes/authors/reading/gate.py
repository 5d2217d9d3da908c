"""Make every text and number from outside storable, finite and bounded.

PostgreSQL refuses NUL and lone surrogates, JSON has no NaN, and columns have a width. What cannot be stored is left
out. Nothing here raises.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from operator import is_
from typing import Any, Final

from domain.text.storable import UNSTORABLE

MAX_REASON_LENGTH: Final = 2000
"""Characters of a reason, a refusal or a problem."""
MAX_NAME_LENGTH: Final = 200
"""Characters of a model's name, a finish reason or an outcome."""
MAX_NESTING: Final = 50
"""Levels of an answer, many more than any shape has."""
MAX_VALUES: Final = 100_000
"""Values of an answer in all."""
MAX_ANSWER_TEXT: Final = 1_000_000
"""Characters of one text of an answer."""
MAX_COUNT: Final = 1_000_000_000
"""The most tokens of a call: the sum of two counts must fit the ledger's columns of 32 bits."""
MAX_INTEGER: Final = 2**63 - 1


def storable_text(text: object, limit: int = MAX_REASON_LENGTH) -> str:
    """Return anything as a text that can be stored, cut at `limit` characters."""
    if not isinstance(text, str):
        text = _said(text)
    if len(text) > limit:
        text = f"{text[: max(0, limit - 1)]}…"
    return UNSTORABLE.sub("", text) if UNSTORABLE.search(text) else text


def storable(value: object) -> Any:
    """Return a value as JSON that can be stored; the same object where nothing had to change.

    NaN and infinite numbers become None, and what is nested too deeply is left out.
    """
    return _storable(value, MAX_NESTING, [MAX_VALUES])


def count(value: object) -> int:
    """Return a number of tokens from 0 to MAX_COUNT; 0 for anything that is no number."""
    number = finite(value)
    return 0 if number is None else int(min(max(number, 0), MAX_COUNT))


def amount(value: object) -> float | None:
    """Return a cost; None for anything that is no cost."""
    number = finite(value)
    return number if number is not None and number >= 0 else None


def finite(value: object) -> float | None:
    """Return a number, also a text of one, as a float; None where it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and len(value) > MAX_NAME_LENGTH:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def is_stored_as_none(value: object) -> bool:
    """Return whether nothing is left of a value when it is stored: numbers that JSON or the database cannot hold."""
    match value:
        case None:
            return True
        case int():
            return abs(value) > MAX_INTEGER
        case float() | Decimal():
            return finite(value) is None
        case _:
            return False


def finish_reason(value: object) -> str | None:
    """Return why an answer ended, in one word, also from an object like `{"type": "stop"}`."""
    for name in ("type", "reason", "finish_reason", "name"):
        if isinstance(value, Mapping) and isinstance(value.get(name), str):
            value = value[name]
    return None if value is None else storable_text(value, MAX_NAME_LENGTH)


def _storable(value: object, levels: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        return None
    if type(value) is str and len(value) <= MAX_ANSWER_TEXT:
        return value if UNSTORABLE.search(value) is None else storable_text(value, MAX_ANSWER_TEXT)
    match value:
        case str():
            return storable_text(str(value), MAX_ANSWER_TEXT)
        case None | bool():
            return value
        case int():
            return int(value) if abs(value) <= MAX_INTEGER else None
        case float():
            return float(value) if isfinite(value) else None
        case Decimal():
            return finite(value)
        case dict() | list() | tuple() | set() | frozenset() if levels <= 0:
            return None
        case dict():
            names = [_key(name) for name in value]
            items = [_storable(item, levels - 1, left) for item in value.values()]
            same = type(value) is dict and all(map(is_, names, value)) and all(map(is_, items, value.values()))
            return value if same else dict(zip(names, items, strict=True))
        case list() | tuple() | set() | frozenset():
            parts = [_storable(item, levels - 1, left) for item in value]
            return value if type(value) is list and all(map(is_, parts, value)) else parts
        case _:
            return storable_text(value, MAX_ANSWER_TEXT)


def _key(name: object) -> str:
    if type(name) is str and len(name) <= MAX_NAME_LENGTH and UNSTORABLE.search(name) is None:
        return name
    return storable_text(name, MAX_NAME_LENGTH)


def _said(value: object) -> str:
    try:
        return str(value)
    except Exception:  # `__str__` of a foreign object, or an integer of too many digits
        return type(value).__name__
