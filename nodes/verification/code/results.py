"""Answers of a child, read by their form: the code that ran could have written anything."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from nodes.verification.code.runner import ChildResult

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PythonError:
    type: str
    bases: frozenset[str]
    """Names of the classes that it derives from, and its own."""
    causes: frozenset[str]
    """The same of the errors that led to it."""
    message: str
    line: int | None
    """In the block."""
    name: str | None
    """The missing name of a NameError."""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class PythonResult:
    """Of one block."""

    outputs: tuple[str, ...]
    """What each step printed."""
    values: tuple[str | None, ...]
    """`repr` of the last expression of each step."""
    warned: bool
    """Whether it wrote to stderr, as warnings and logs do."""
    error: PythonError | None


@dataclass(frozen=True, slots=True)
class StatementResult:
    """Of one SQL statement."""

    error: str | None
    wording: int
    """Index of the wording that worked."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def python_results(child: ChildResult) -> list[PythonResult]:
    """Return the results up to the first that has another form."""
    return list(_readable(child, _python_result))


def sql_results(child: ChildResult) -> list[list[StatementResult]]:
    """Return the results up to the first that has another form."""
    return list(_readable(child, lambda message: [_statement(one) for one in message["statements"]]))


def _readable(child: ChildResult, read: Callable[[Any], R]) -> Iterator[R]:
    for message in child.results:
        try:
            yield read(message)
        except (KeyError, TypeError, ValueError, AttributeError):
            return


def _python_result(message: Mapping[str, Any]) -> PythonResult:
    error = message["error"]
    values = tuple(None if value is None else str(value) for value in message["values"])
    outputs, warned = tuple(map(str, message["outputs"])), message["warned"] is True
    return PythonResult(outputs, values, warned, None if error is None else _error(error))


def _error(error: Mapping[str, Any]) -> PythonError:
    line, name = error["line"], error["name"]
    return PythonError(
        str(error["type"]),
        frozenset(map(str, error["bases"])),
        frozenset(map(str, error["causes"])),
        str(error["message"]),
        None if line is None else int(line),
        None if name is None else str(name),
    )


def _statement(result: Mapping[str, Any]) -> StatementResult:
    error = result["error"]
    return StatementResult(
        None if error is None else str(error),
        int(result["wording"]),
        tuple(map(str, result["columns"])),
        tuple(tuple(map(str, row)) for row in result["rows"]),
    )
