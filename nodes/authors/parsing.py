"""Find the JSON object in the text of a model: alone, in a fence, or with words around it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

_FENCED: Final = re.compile(r"```[\w-]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
MAX_NESTING: Final = 50
"""Levels of an answer, many more than any shape has; deeper ones cannot be stored."""
_DECODER: Final = json.JSONDecoder(strict=False)  # models leave line breaks inside strings


def object_in(text: str) -> dict[str, Any] | None:
    """Return the first JSON object of a text; the whole text and fences come before anything else."""
    for candidate in _candidates(text):
        try:
            value, _ = _DECODER.raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value if _is_flat_enough(value) else None
    return None


def _is_flat_enough(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_NESTING):
        lists = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [item for items in lists for item in items]
        if not level:
            return True
    return False


def _candidates(text: str) -> Iterator[str]:
    yield text.strip()
    if text.lstrip().startswith("{"):
        return  # the object is broken, and an object inside it is not the answer
    for fence in _FENCED.finditer(text):
        yield fence[1].strip()
    if "{" in text:
        yield text[text.index("{") :]


NO_JSON: Final = "It was not one JSON object of the given schema. Answer with that object only."


class Reading(NamedTuple):
    content: dict[str, Any] | None
    problem: str | None
    cut_off: bool


def read_answer(texts: Sequence[str], shape: type[BaseModel]) -> Reading:  # noqa: ARG001
    for text in texts:
        found = object_in(text)
        if found is not None:
            return Reading(found, None, False)
    cut = any(text.strip().startswith("{") and not text.strip().endswith("}") for text in texts)
    return Reading(None, NO_JSON, cut)
