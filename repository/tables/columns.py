"""Columns as all tables have them: times are timestamptz, written by the database's clock; ids are text."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def one_of(column: str, words: Iterable[StrEnum]) -> str:
    return f"{column} IN ({', '.join(sorted(repr(word.value) for word in words))})"


def moment(*, required: bool = True) -> Any:
    if required:
        return Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


def string(*, default: str | None = None, required: bool = True, key: bool = False) -> Any:
    column = Column(Text, nullable=not required, primary_key=key, server_default=default)
    return Field(sa_column=column) if required else Field(default=None, sa_column=column)


def number(default: int = 0) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default))})


def json(*, required: bool = False) -> Any:
    # none_as_null: Python's None is SQL NULL, never the JSON word null.
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=not required))
