"""Column types shared by all tables. Times are timestamptz set by the database's clock; ids are text."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def literals(members: Iterable[StrEnum]) -> str:
    """Return the members as SQL string literals, sorted and separated by commas."""
    return ", ".join(sorted(f"'{member}'" for member in members))


def one_of(column: str, members: Iterable[StrEnum]) -> str:
    """Return the SQL condition that `column` holds one of `members`."""
    return f"{column} IN ({literals(members)})"


def moment(*, required: bool = True) -> Any:
    """Return a timestamptz column; a required one defaults to the time of the insert."""
    if required:
        return Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


def string(*, default: str | None = None, required: bool = True, key: bool = False) -> Any:
    """Return a text column; `key` makes it part of the primary key."""
    column = Column(Text, nullable=not required, primary_key=key, server_default=default)
    return Field(sa_column=column) if required else Field(default=None, sa_column=column)


def number(default: int = 0) -> Any:
    """Return an integer column with a default in the database."""
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default))})


def json_list() -> Any:
    """Return a JSONB column that holds a list, empty by default."""
    return Field(default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'")))


def json(*, required: bool = False) -> Any:
    """Return a JSONB column in which None is stored as SQL NULL, not as the JSON value null."""
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=not required))
