"""Keyset pagination: a cursor encodes the position of the last row of a page and is opaque to callers."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import TypeAdapter

from domain.errors import InvalidInput
from domain.request import Word

Position = tuple[datetime, str]
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=200, description="Maximum number of items.")]
Cursor = Annotated[str | None, Query(max_length=600, description="`next` of the previous page.")]


def encode(position: Position) -> str:
    """Return the cursor of a position."""
    return base64.urlsafe_b64encode(json.dumps([position[0].isoformat(), position[1]]).encode()).decode().rstrip("=")


def decode(cursor: str | None) -> Position | None:
    """Return the position of a cursor, None for the first page. Raises InvalidInput for an invalid cursor."""
    if cursor is None:
        return None
    try:
        moment, identifier = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position = datetime.fromisoformat(moment), TypeAdapter(Word).validate_python(identifier, strict=True)
        if position[0].tzinfo is None:
            raise ValueError
        position[0].astimezone(UTC)  # the database needs UTC, and not every moment can be converted
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("cursor: use `next` of the previous page.") from error
    return position


def cut(rows: Sequence[Row], limit: int, position: Callable[[Row], Position]) -> tuple[Sequence[Row], str | None]:
    """Return a page and the cursor of the next one. `rows` has one row more than `limit` if there is a next page."""
    shown = rows[:limit]
    return shown, encode(position(shown[-1])) if len(rows) > limit else None
