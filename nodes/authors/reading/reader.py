"""Find the answer in what a model sent: the value that fits the shape best."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from nodes.authors.reading.coercion import conform
from nodes.authors.reading.gate import MAX_NESTING
from nodes.authors.reading.json_repair import values_in
from nodes.authors.reading.reasoning import visible_parts
from nodes.authors.reading.tagged import tagged_values
from nodes.authors.reading.tex import mend_escapes

EMPTY: Final = "The answer was empty."
NO_JSON: Final = "It was not one JSON object of the given schema. Answer with that object only."
BREAKS_OFF: Final = "It broke off in the middle. Write it again, complete and more briefly."
MAX_TEXT: Final = 2_000_000
"""Characters of an answer that are read."""
MAX_WRAPPERS: Final = 6
MAX_INNER: Final = 60
VALID: Final = 2.0
"""The fit of an answer that its shape accepts; below it is the share of the fields that it has."""
_FAIR: Final = 0.5


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """The result of reading an answer."""

    content: dict[str, Any] | None
    """In the shape as far as that is certain, not necessarily valid; None where nothing was found."""
    problem: str | None = None
    """Why nothing could be read, worded for the author."""
    cut_off: bool = False
    """Whether the JSON breaks off in the middle, whatever the finish reason says."""


def read_answer(texts: Sequence[str], shape: type[BaseModel]) -> ReadAnswer:
    """Read an answer out of everything that a model sent, the likeliest text first. Never raises."""
    best, best_fit, breaks_off = None, -1.0, False
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            continue
        for part in visible_parts(text[:MAX_TEXT]):
            content, fit, is_open = _best_in(part, shape)
            if fit == VALID:
                return ReadAnswer(content)
            if content is not None and fit > best_fit:
                best, best_fit = content, fit
            breaks_off = breaks_off or is_open
            if fit >= _FAIR:
                break
    if breaks_off:
        return ReadAnswer(None, BREAKS_OFF, cut_off=True)
    if best is not None:
        return ReadAnswer(best)
    return ReadAnswer(None, NO_JSON if any(isinstance(text, str) and text.strip() for text in texts) else EMPTY)


def _best_in(text: str, shape: type[BaseModel]) -> tuple[dict[str, Any] | None, float, bool]:
    """Return what fits the shape best, how well it fits, and whether an answer begins there and breaks off."""
    text = mend_escapes(_unquoted(text.strip().lstrip("\ufeff")))
    best, best_fit = None, -1.0
    found, broken_at = values_in(text)
    for value in (*tagged_values(text), *found):
        content, fit = _fitting(value.value, shape)
        whole = fit == VALID or broken_at is None or value.start < broken_at
        if content is not None and whole and fit >= best_fit:
            best, best_fit = content, fit
    if best_fit < VALID and len(found) > 1 and broken_at is None:
        for together in _together([value.value for value in found]):
            content, fit = _fitting(together, shape)
            if fit > best_fit:
                best, best_fit = content, fit
    return best, best_fit, broken_at is not None and best_fit < VALID


_ESCAPED: Final = re.compile(r"""[{\[]\s*(?:\{\s*)?\\+\"""")
_WITHOUT_BRACE: Final = re.compile(r"""\"\w{1,60}\"\s*:""")


def _unquoted(text: str) -> str:
    """Return JSON whose quotes were escaped, or whose first brace is missing, as what was meant."""
    if '"' not in text and "&quot;" in text:
        return unescape(text)
    if _WITHOUT_BRACE.match(text):
        return f"{{{text}"
    if _ESCAPED.match(text):
        try:
            meant = json.loads(f'"{text}"', strict=False)
        except ValueError:
            return text
        return str(meant)
    return text


def _together(values: list[Any]) -> Iterator[Any]:
    """Yield the parts of an answer that came one after the other as one: an object of them all, and their list."""
    objects = [value for value in values if isinstance(value, dict)]
    if len({name for part in objects for name in part}) == sum(map(len, objects)):
        yield {name: item for part in objects for name, item in part.items()}
    yield objects


def _fitting(value: Any, shape: type[BaseModel]) -> tuple[dict[str, Any] | None, float]:
    """Return the value, or what is inside of it, as what fits the shape best."""
    best, best_fit = None, -1.0
    for inner in _inner(value):
        content = conform(inner, shape)
        fit = _fit(content, shape)
        if fit > best_fit:
            best, best_fit = content, fit
        if fit == VALID:
            break
    return best, best_fit


def _fit(content: dict[str, Any], shape: type[BaseModel]) -> float:
    if not _is_flat(content):
        return -1.0
    try:
        shape.model_validate(content)
    except (ValidationError, RecursionError):
        return len(shape.model_fields.keys() & content.keys()) / max(1, len(shape.model_fields))
    return VALID


def _inner(value: Any) -> Iterator[Any]:
    """Yield a value and, level by level, the objects in it, which it may only wrap."""
    level, number = [value], 0
    for _ in range(MAX_WRAPPERS):
        following: list[Any] = []
        for item in level:
            number += 1
            if number > MAX_INNER:
                return
            yield item
            parts = item.values() if isinstance(item, dict) else item if _is_alone(item) else ()
            following += [part for part in parts if isinstance(part, dict) or _is_json(part) or _is_alone(part)]
        level = following


def _is_alone(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in {"{", "[", '"'}


def _is_flat(value: Any) -> bool:
    """Return whether a value can be stored: one that is nested deeply is no answer."""
    level = [value]
    for _ in range(MAX_NESTING):
        lists = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [item for items in lists for item in items]
        if not level:
            return True
    return False
