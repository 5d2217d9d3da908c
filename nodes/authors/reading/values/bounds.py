"""Read the bounds of a field out of its annotation."""

from collections.abc import Collection
from typing import Any

from pydantic.fields import FieldInfo


def longest(metadata: Collection[Any]) -> int | None:
    """Return the most characters of a text."""
    limits = [getattr(item, "max_length", None) for item in _flat(metadata)]
    return next((limit for limit in limits if isinstance(limit, int)), None)


def most(metadata: Collection[Any]) -> float | None:
    """Return the upper bound of a number."""
    bounds = [getattr(item, "le", getattr(item, "lt", None)) for item in _flat(metadata)]
    return next((bound for bound in bounds if isinstance(bound, int | float)), None)


def _flat(metadata: Collection[Any]) -> list[Any]:
    return [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
