"""Read objects that are wrapped, or whose names are not quite those of their shape."""

from collections.abc import Collection
from typing import Any, Final

from nodes.authors.reading.gate import MAX_NAME_LENGTH, MAX_NESTING
from nodes.authors.reading.json_repair import json_in
from nodes.authors.reading.values import answer_keys
from nodes.authors.reading.values.choices import fold


def as_object(value: Any, fields: Collection[str], only_list: str | None) -> Any:
    """Return the object that a value stands for: as JSON text, alone in a list, or inside of one name."""
    for _ in range(MAX_NESTING):
        if isinstance(value, str):
            inner = json_in(value)
            if inner is value:
                return value
        elif isinstance(value, list):
            if only_list is not None and not (len(value) == 1 and knows(value[0], {only_list})):
                return {only_list: value}
            inner = value[0] if len(value) == 1 else None
        elif isinstance(value, dict) and len(value) == 1 and (not knows(value, fields) or _is_whole(value, fields)):
            inner = next(iter(value.values()))
            if isinstance(inner, str) and not isinstance(json_in(inner), dict | list):
                return value
        else:
            return value
        if not isinstance(inner, dict | list | str):
            return value
        value = inner
    return value


def _is_whole(value: dict[Any, Any], fields: Collection[str]) -> bool:
    """Return whether all of an object stands inside of one name, which is also that of a field."""
    inner = next(iter(value.values()))
    return isinstance(inner, dict) and len(fields) > 2 and sum(name in fields for name in inner) > 1


def knows(value: Any, fields: Collection[str]) -> bool:
    names = {fold(name) for name in fields}
    return isinstance(value, dict) and any(isinstance(name, str) and fold(name) in names for name in value)


_OTHER_NAMES: Final = {
    answer_keys.KEY: ("answer", "answers", "correctoption", "correctoptions", "correctindex", "correctindices",
                      "rightanswer", "correct"),
    answer_keys.OPTIONS: ("choices", "alternatives"),
    "question_type": ("type",),
    "question_id": ("id",),
    "question": ("stem", "questiontext", "prompt"),
    "explanation": ("rationale",),
    "estimated_completion_time": ("estimatedminutes", "minutes", "completiontime", "estimatedtime"),
    "estimated_hours": ("hours",),
    "content": ("body", "markdown"),
    "url": ("link", "href"),
    "name": ("title",),
    "title": ("name",),
    "relevance_score": ("relevance", "score"),
}  # fmt: skip
"""Names of a field that mean nothing else in a shape that has no field of that name."""


def renamed(value: dict[Any, Any], fields: Collection[str], required: Collection[str]) -> dict[Any, Any]:
    """Return an object with the names of its shape for those in another case, in the plural, or with another word."""
    absent = [name for name in fields if name not in value]
    others = [name for name in value if isinstance(name, str) and name not in fields and len(name) <= MAX_NAME_LENGTH]
    if not absent or not others:
        return value
    taken: dict[str, str] = {}
    for name in absent:
        key = fold(name)
        ways = (
            [other for other in others if fold(other) == key],
            [other for other in others if fold(other).removesuffix("s") == key.removesuffix("s")],
            [other for other in others if fold(other) in _OTHER_NAMES.get(name, ())] if name in required else [],
        )
        meant = next((way for way in ways if way), [])
        if len(meant) == 1 and meant[0] not in taken:
            taken[meant[0]] = name
    return {taken.get(name, name): item for name, item in value.items()} if taken else value
