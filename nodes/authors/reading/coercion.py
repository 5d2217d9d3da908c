"""Conform an answer to its shape, as far as that is certain. What is not certain stays, and the shape objects to it.

The readers of a shape are built once, from its annotations; a value that fits already is returned as it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from domain.text.language import code_of_language
from nodes.authors.reading.gate import MAX_NAME_LENGTH, is_stored_as_none, storable
from nodes.authors.reading.json_repair import json_in
from nodes.authors.reading.objects import as_object, knows, renamed
from nodes.authors.reading.texts import clean_text, shortened
from nodes.authors.reading.values import answer_keys
from nodes.authors.reading.values.bounds import longest, most
from nodes.authors.reading.values.choices import read_choice
from nodes.authors.reading.values.links import read_link, without_addressless
from nodes.authors.reading.values.lists import is_none, joined, split_texts, text_of, values_of
from nodes.authors.reading.values.numbers import Scale, read_number, rescale
from nodes.authors.reading.values.scope import Scope

_TRUE: Final = frozenset({"true", "yes", "y", "correct", "right", "1", "on"})
_FALSE: Final = frozenset({"false", "no", "n", "incorrect", "wrong", "0", "off"})


Reader = Callable[[Any, Scope], Any]


def conform(content: object, shape: type[BaseModel], *, is_storable: bool = False) -> dict[str, Any]:
    """Return an answer in its shape, as far as that is certain; not necessarily valid.

    Idempotent, and never raises. What it returns can be stored. `is_storable`: the content has passed the gate.
    """
    if isinstance(content, BaseModel):
        content = content.model_dump(mode="json")
    if isinstance(content, str):
        content = json_in(content)
    read = _of_model(shape)(content, Scope(content))
    if is_storable and isinstance(content, dict) and read == content:
        return content
    read = storable(read)
    return read if isinstance(read, dict) else {}


@dataclass(frozen=True, slots=True)
class _Field:
    read: Reader
    has_default: bool
    takes_none: bool


@cache
def _of_model(shape: type[BaseModel]) -> Reader:
    fields = {name: _field(name, info) for name, info in shape.model_fields.items()}
    before = [hook for names, without, hook in _MODEL_HOOKS if names <= fields.keys() and without not in fields]
    required = [name for name, known in fields.items() if not known.has_default]
    only_list = _only_list(required, shape)

    def read(value: Any, scope: Scope) -> Any:
        value = as_object(value, fields, only_list)
        if not isinstance(value, dict):
            return value
        value = renamed(value, fields.keys(), required)
        for hook in before:
            value = hook(value)
        result: dict[str, Any] = {}
        for name, item in value.items():
            known = fields.get(name)
            if known is None:
                result[str(name)] = item
            elif item is None and known.takes_none:
                result[name] = None
            elif item is not None or not known.has_default:
                result[name] = known.read(item, scope)
        # What is left of it may be a wrapper of one name, which was none before.
        return read(result, scope) if len(result) < len(value) else result

    return read


_MODEL_HOOKS: Final[tuple[tuple[frozenset[str], str, Callable[[dict[str, Any]], dict[str, Any]]], ...]] = (
    (frozenset({answer_keys.OPTIONS, answer_keys.KEY}), "", answer_keys.read_key),
    (frozenset({answer_keys.KEY}), answer_keys.OPTIONS, answer_keys.read_bare_key),
    (frozenset({"url", "title"}), "", read_link),
)
"""Fields that say more together than one by one, and a field in whose presence they do not."""


def _only_list(required: Sequence[str], shape: type[BaseModel]) -> str | None:
    """Return the one required field of a shape, where it is a list: an answer may be that list alone."""
    if len(required) != 1 or get_origin(_bare(shape.model_fields[required[0]].annotation)[0]) is not list:
        return None
    return required[0]


def _field(name: str, info: FieldInfo) -> _Field:
    annotation, _ = _bare(info.annotation)
    return _Field(_reader(info.annotation, name, info), _has_default(info), _takes_none(annotation))


def _has_default(info: FieldInfo) -> bool:
    return info.default is not PydanticUndefined or info.default_factory is not None


def _takes_none(annotation: Any) -> bool:
    return annotation is Any or annotation is None or NoneType in get_args(annotation)


def _bare(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(annotation) is Annotated:
        bare, *metadata = get_args(annotation)
        return bare, tuple(metadata)
    return annotation, ()


def _reader(annotation: Any, name: str, info: FieldInfo) -> Reader:
    """Return the reader of values of an annotation; what has none is left alone."""
    annotation, metadata = _bare(annotation)
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin in (Union, UnionType):
            members = [argument for argument in arguments if argument is not NoneType]
            return _reader(members[0], name, info) if len(members) == 1 else _left
        case origin if origin is Literal:
            return lambda value, _: read_choice(value, arguments)
        case origin if origin in (list, set, tuple, frozenset):
            item = arguments[0] if arguments else Any
            return _of_list(item, _reader(item, name, info), may_be_empty=_has_default(info))
        case origin if origin is dict:
            return _of_dict(_reader(arguments[1], name, info), info)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        choices = [member.value for member in annotation]
        return lambda value, _: read_choice(value, choices)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return lambda value, scope: _of_model(annotation)(value, scope)
    if name == answer_keys.KEY:
        return _left
    if annotation in (int, float):
        scale = Scale(name, annotation is int, most((*info.metadata, *metadata)))
        return lambda value, _: read_number(value, scale)
    if annotation is str:
        return _of_language if name == "language" else _of_short_text(longest((*info.metadata, *metadata)))
    return _of_bool if annotation is bool else _left


def _left(value: Any, _: Scope) -> Any:
    return value


def _of_bool(value: Any, _: Scope) -> Any:
    word = value.strip().casefold() if isinstance(value, str) else None
    return True if word in _TRUE else False if word in _FALSE else value


def _of_text(value: Any, _: Scope) -> Any:
    value = joined(text_of(value))
    return clean_text(value) if isinstance(value, str) else value


def _of_short_text(limit: int | None) -> Reader:
    """Return the reader of a text of at most `limit` characters, and of names that were cut elsewhere too."""

    def read(value: Any, scope: Scope) -> Any:
        value = _of_text(value, scope)
        if not isinstance(value, str):
            return value
        if limit is not None:
            return shortened(value, limit)
        return shortened(value, MAX_NAME_LENGTH) if len(value) > MAX_NAME_LENGTH and value in scope.names else value

    return read


_USUAL_CODE: Final = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")


def _of_language(value: Any, scope: Scope) -> Any:
    value = _of_text(value, scope)
    is_usual = not isinstance(value, str) or _USUAL_CODE.fullmatch(value)
    return value if is_usual else code_of_language(value) or value


def _of_list(annotation: Any, read: Reader, *, may_be_empty: bool = True) -> Reader:
    """Return the reader of a list whose items have an annotation. `may_be_empty`: an item may say that it is."""
    item, _ = _bare(annotation)
    shape = item if isinstance(item, type) and issubclass(item, BaseModel) else None
    hooks = [] if shape is None else [hook for names, hook in _LIST_HOOKS if names <= shape.model_fields.keys()]
    ranged = [] if shape is None else [name for name, info in shape.model_fields.items() if _is_share(info)]

    def read_list(value: Any, scope: Scope) -> Any:
        items = _items(value, item, shape, scope)
        if not isinstance(items, list):
            return value
        if item is str and may_be_empty:
            items = [part for part in items if not is_none(part, scope.names)]
        items = [read(part, scope) for part in items if not is_stored_as_none(part)]
        for name in ranged:
            items = _rescaled(items, name)
        for hook in hooks:
            items = hook(items)
        return items

    return read_list


_LIST_HOOKS: Final[tuple[tuple[frozenset[str], Callable[[list[Any]], list[Any]]], ...]] = (
    (frozenset({answer_keys.OPTIONS, answer_keys.KEY}), answer_keys.from_zero),
    (frozenset({"question_id", "options"}), answer_keys.with_ids),
    (frozenset({"url", "title"}), without_addressless),
)
"""Items that say more together than one by one."""


def _items(value: Any, item: Any, shape: type[BaseModel] | None, scope: Scope) -> Any:
    """Return the items that a value stands for: as JSON, as text, as an object, or as one item alone."""
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, str) and isinstance(inner := json_in(value), dict | list):
        value = inner
    if isinstance(value, str):
        return split_texts(clean_text(value), scope.names) if item is str else [] if not value.strip() else value
    if isinstance(value, dict):
        if shape is not None and knows(value, shape.model_fields):
            return [value]
        values = list(value.values())
        if shape is not None:
            return values if values and all(knows(part, shape.model_fields) for part in values) else value
        if len(values) == 1 and isinstance(values[0], list):
            return values[0]
        if isinstance(text := text_of(value), str):
            return [text]
        return values_of(value) or value
    return [value] if isinstance(value, int | float) and item in (str, int, float) else value


def _is_share(info: FieldInfo) -> bool:
    annotation, metadata = _bare(info.annotation)
    return annotation is float and most((*info.metadata, *metadata)) == 1


def _rescaled(items: list[Any], name: str) -> list[Any]:
    holders = [item for item in items if isinstance(item, dict) and name in item]
    before = [item[name] for item in holders]
    after = rescale(before)
    if after is not before:
        for item, value in zip(holders, after, strict=True):
            item[name] = value  # the items are our own copies
    return items


def _of_dict(read: Reader, info: FieldInfo) -> Reader:
    """Return the reader of an object with names of its own, some of which its schema describes."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    properties = extra.get("properties")
    described = {
        name: _of_schema(name, schema)
        for name, schema in (properties.items() if isinstance(properties, dict) else ())
        if isinstance(schema, dict)
    }

    def read_dict(value: Any, scope: Scope) -> Any:
        value = json_in(value) if isinstance(value, str) else value
        if not isinstance(value, dict):
            return {} if value in ([], "") else value
        value = renamed(value, described.keys(), ())
        return {str(name): described.get(name, read)(item, scope) for name, item in value.items() if item is not None}

    return read_dict


def _of_schema(name: str, schema: Mapping[str, Any]) -> Reader:
    """Return the reader of a value that a JSON schema describes."""
    choices = schema.get("enum")
    if isinstance(choices, list):
        return lambda value, _: read_choice(value, choices)
    match schema.get("type"):
        case "number" | "integer":
            scale = Scale(name, schema["type"] == "integer", schema.get("maximum"))
            return lambda value, _: read_number(value, scale)
        case "string":
            return _of_text
        case "array":
            items = schema.get("items")
            return _of_list(str, _of_text) if isinstance(items, dict) and items.get("type") == "string" else _left
    return _left
