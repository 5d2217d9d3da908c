"""Parsing stored data, which another version of this program may have written."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import UnknownFormat

T = TypeVar("T", bound=BaseModel)


def read_stored(shape: type[T], stored: object, what: str) -> T:
    """Parse stored data as `shape`. `what`: its name for the message. Raises UnknownFormat."""
    try:
        return shape.model_validate(stored)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise unknown_format(what, reason) from error


def unknown_format(what: str, reason: str) -> UnknownFormat:
    """Return the error for stored data that cannot be parsed."""
    return UnknownFormat(
        f"{what} is stored in a format that this version cannot read ({reason}): install the version that wrote it"
    )
