"""JSON schemas of answers: bounded, strict where a provider has that, and without bounds where it refuses them."""

from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

from nodes.authors.briefs import AuthorRole

MAX_ITEMS: Final = 60
MAX_TEXTS: Final = 12
MAX_ANSWER_LENGTH: Final = 800
"""Limits of an answer: items of a list, items of a list of texts, characters of a text. They are in the schema only; an
answer that exceeds them is accepted."""
LESS: Final = 4
"""By how much these limits are divided for each answer that was cut off."""
_BOUNDS: Final = frozenset({
    "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "default",
})  # fmt: skip
_NOT_IN_STRICT: Final = frozenset({"default", "minLength", "maxLength"})
"""What strict schemas may not say."""


@lru_cache(maxsize=64)
def schema_of(
    role: AuthorRole, shape: Any, most: int, cut_off: int, unasked: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the JSON schema of a shape, named after the role, with limits of lengths and numbers.

    `unasked`: fields of its parts that are left out.
    """
    schema: dict[str, Any] = deepcopy(shape.model_json_schema())  # pydantic returns its own objects
    schema["title"] = str(role)
    schema.setdefault("description", f"What is asked for: {role}.")
    _bound(schema, "", most, LESS**cut_off)
    for part in schema.get("$defs", {}).values() if unasked else ():
        _leave_out(part, unasked)
    return schema


def _leave_out(part: dict[str, Any], names: frozenset[str]) -> None:
    for name in names & part.get("properties", {}).keys():
        del part["properties"][name]
    if "required" in part:
        part["required"] = [name for name in part["required"] if name not in names]


def _bound(schema: dict[str, Any], name: str, most: int, less: int) -> None:
    """Limit lists and texts, except a tutorial's, so that a model that is held to the schema cannot write for ever."""
    if schema.get("type") == "array":
        items = MAX_TEXTS if schema.get("items", {}).get("type") == "string" else most
        schema.setdefault("maxItems", max(items // less, schema.get("minItems", 1)))
    if schema.get("type") == "string" and name != "content":
        schema.setdefault("maxLength", max(MAX_ANSWER_LENGTH // less, schema.get("minLength", 1)))
    parts = {**schema.get("properties", {}), **schema.get("$defs", {}), "": schema.get("items")}
    for part_name, part in parts.items():
        if isinstance(part, dict):
            _bound(part, part_name, most, less)
    for part in schema.get("anyOf", []):
        _bound(part, name, most, less)


def without_bounds(schema: Any) -> Any:
    """Return a schema without limits of lengths and numbers, which some servers refuse."""
    match schema:
        case dict():
            return {
                name: {part: without_bounds(inner) for part, inner in value.items()}
                if name in ("properties", "$defs")
                else without_bounds(value)
                for name, value in schema.items()
                if name not in _BOUNDS
            }
        case list():
            return [without_bounds(item) for item in schema]
        case _:
            return schema


def strict(schema: Any, *, required: bool = True) -> Any:
    """Return a schema in which every field is required and no other is allowed; null stands for what may be absent."""
    match schema:
        case {"properties": dict() as properties}:
            named = set(schema.get("required", ()))
            fields = {
                name: strict(part, required=name in named or "default" in part) for name, part in properties.items()
            }
            other = {name: part for name, part in schema.items() if name not in ("properties", "required")}
            inner = {**strict(other), "properties": fields, "required": list(fields), "additionalProperties": False}
        case dict():
            inner = {
                name: {key: strict(part) for key, part in value.items()} if name == "$defs" else strict(value)
                for name, value in schema.items()
                if name not in _NOT_IN_STRICT
            }
        case list():
            return [strict(item) for item in schema]
        case _:
            return schema
    return inner if required else {"anyOf": [inner, {"type": "null"}]}
