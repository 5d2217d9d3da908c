"""Keyset pages: a cursor is the place of the last row that was seen, opaque to callers."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import TypeAdapter

from domain.errors import InvalidInput
from domain.request import Word

Place = tuple[datetime, str]
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=200, description="The most to answer with.")]
Cursor = Annotated[str | None, Query(max_length=600, description="`next` of the page before.")]


def encode(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps([place[0].isoformat(), place[1]]).encode()).decode().rstrip("=")


def decode(cursor: str | None) -> Place | None:
    """Raises InvalidInput for what no page ever gave."""
    if cursor is None:
        return None
    try:
        moment, identifier = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = datetime.fromisoformat(moment), TypeAdapter(Word).validate_python(identifier, strict=True)
        if place[0].tzinfo is None:
            raise ValueError
        place[0].astimezone(UTC)  # the database wants it so, and not every moment can be
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("cursor: take it from `next` of the page before.") from error
    return place


def cut(rows: Sequence[Row], limit: int, place: Callable[[Row], Place]) -> tuple[Sequence[Row], str | None]:
    """Of one row more than was asked for: the page, and the cursor of the next one."""
    shown = rows[:limit]
    return shown, encode(place(shown[-1])) if len(rows) > limit else None
