"""Check the arguments of public methods: a wrong value raises InvalidInput or NotFound, and reaches no row.

Types are those of the signatures, checked by Pydantic. Texts, numbers and times must fit into PostgreSQL.
"""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, get_type_hints

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

from domain.errors import InvalidInput, NotFound

C = TypeVar("C", bound=type)

MAX_INTEGER: Final = 2**31 - 1
MAX_ID_LENGTH: Final = 1000
"""Characters; real ids have less than a tenth."""
MAX_SECONDS: Final = 1e10
"""Limit of any number with a fraction."""
IDS: Final = {
    "task_id": "task",
    "roadmap_id": "roadmap",
    "concept_id": "concept",
    "webhook_id": "webhook",
}
"""Names of ids in signatures. An id that cannot exist is not found, without a query that PostgreSQL would refuse."""


def checks_arguments(cls: C) -> C:
    """Decorate a class: every public method checks its arguments first."""
    for name, method in list(vars(cls).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(cls, name, _checked(method))
    return cls


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)
    hints = {name: parameter.annotation for name, parameter in signature.parameters.items() if name != "self"}

    def bind(self: Any, *args: Any, **kwargs: Any) -> inspect.BoundArguments:
        bound = signature.bind(self, *args, **kwargs)
        for name in bound.arguments.keys() - {"self"}:
            bound.arguments[name] = _usable(name, _typed(name, hints[name], bound.arguments[name]))
        return bound

    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def call_async(self: Any, *args: Any, **kwargs: Any) -> Any:
            bound = bind(self, *args, **kwargs)
            return await method(*bound.args, **bound.kwargs)

        return call_async

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = bind(self, *args, **kwargs)
        return method(*bound.args, **bound.kwargs)

    return call


def _typed(name: str, hint: Any, value: Any) -> Any:
    """Return the value, converted to its type. Raises InvalidInput."""
    try:
        return _adapter(hint).validate_python(value)
    except ValidationError as error:
        raise invalid(error, name) from error


@functools.cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # models and dataclasses have a configuration of their own
        return TypeAdapter(hint)


def invalid(error: ValidationError, name: str = "") -> InvalidInput:
    """Return the first problem of a validation as an error of one line that begins with its path."""
    first = error.errors()[0]
    path = ".".join(filter(None, (name, *map(str, first["loc"]))))
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return InvalidInput(f"{' '.join(path.split())[:200]}: {message}." if path else f"{message}.")


def _usable(name: str, value: Any) -> Any:
    """Return the value if PostgreSQL can store it. Raises InvalidInput, and NotFound for an id that cannot exist."""
    match value:
        case str() if name in IDS and (len(value) > MAX_ID_LENGTH or not _is_storable(value)):
            raise NotFound(f"There is no {IDS[name]} {' '.join(value.split())[:100]!a}.")
        case str() if not _is_storable(value):
            raise InvalidInput(f"{name}: contains a NUL character or a lone surrogate; remove it.")
        case bool():
            pass
        case int() if not 0 <= value <= MAX_INTEGER:
            raise InvalidInput(f"{name}: must be a number from 0 to {MAX_INTEGER}.")
        case float() if not (math.isfinite(value) and 0 <= value <= MAX_SECONDS):
            raise InvalidInput(f"{name}: must be a number from 0 to {MAX_SECONDS:.0f}.")
        case datetime():
            _check_moment(name, value)
        case list() | tuple() | set() | frozenset():
            for item in value:
                _usable(name, item)
        case Mapping():
            for key, item in value.items():
                _usable(name, key)
                _usable(f"{name}.{key}", item)
        case _ if is_dataclass(value):
            _check_fields(name, value)
    return value


def _check_fields(name: str, value: Any) -> None:
    hints = get_type_hints(type(value), include_extras=True)
    for field in fields(value):
        part = f"{name}.{field.name}"
        _usable(part, _typed(part, hints[field.name], getattr(value, field.name)))


def _check_moment(name: str, value: datetime) -> None:
    if value.tzinfo is None:
        raise InvalidInput(f"{name}: a time needs a time zone.")
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(f"{name}: is outside of the calendar.") from error


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
