"""Strip what PostgreSQL cannot store from answers."""

from dataclasses import replace
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from nodes.authors.port import AuthorAnswer


def storable_answer(answer: AuthorAnswer) -> AuthorAnswer:
    """Return the answer without NUL characters and lone surrogates."""
    try:  # searching the text is quicker than walking through the answer
        if b"\\u0000" not in to_json(answer.content):
            return answer
    except PydanticSerializationError:
        pass  # a lone surrogate
    return replace(answer, content=_storable(answer.content))


def _storable(value: Any) -> Any:
    match value:
        case str():
            if "\x00" in value or not value.isascii():
                return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
            return value
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value
