"""Answers without what PostgreSQL cannot store."""

import json
from dataclasses import replace
from typing import Any

from nodes.authors.port import Answer


def storable_answer(answer: Answer) -> Answer:
    """The same answer without what PostgreSQL cannot store: NUL characters and lone surrogates."""
    written = json.dumps(answer.content)  # both stand there as escapes, which is quicker to see than to walk through it
    if "\\u0000" not in written and "\\ud" not in written:
        return answer
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
