"""Lessons that come as Markdown behind a header, where no backslash has to be doubled and no quotation mark escaped."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from nodes.authors.reading.coercion import conform
from nodes.authors.reading.reasoning import visible_parts

MAX_PREFACE: Final = 500
"""Characters before the header."""
_RULE: Final = r"-{3,}[ \t]*\r?\n"
_HEADER: Final = re.compile(
    rf"^(?:{_RULE})?(?P<header>[ \t]*['\"]?title['\"]?[ \t]*:(?:[^\n]*\n){{1,12}}?){_RULE}(?P<body>.*)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(r"['\"]?([A-Za-z_ ]{2,40})['\"]?[ \t]*:[ \t]*(.*)")
_FENCE: Final = re.compile(r"(?:^|\n)[ \t]*(?:```|~~~)\w*[ \t]*\n\Z")
_CLOSING: Final = re.compile(r"\n[ \t]*(?:```|~~~)\s*\Z")
_MINUTES: Final = frozenset({"minutes", "time", "duration", "estimated_minutes", "estimated_time"})
_DECODER: Final = json.JSONDecoder(strict=False)


def read_lesson(texts: Sequence[str], shape: type[BaseModel]) -> dict[str, Any] | None:
    """Return the lesson of the first text that is a header and Markdown; None where there is no such text."""
    for text in texts:
        for part in visible_parts(text):
            for lesson in (*_behind_lines(part), *_behind_json(part)):
                content = conform(lesson, shape)
                try:
                    shape.model_validate(content)
                except ValidationError:
                    continue
                return content
    return None


def _behind_lines(text: str) -> Iterator[dict[str, Any]]:
    """Yield the lesson behind lines of `name: value`, as in the front matter of a Markdown file."""
    match = _HEADER.search(text, 0)
    if match is None or match.start() > MAX_PREFACE or not match["body"].strip():
        return
    fields: dict[str, Any] = {}
    name = ""
    for line in match["header"].splitlines():
        if not line.startswith((" ", "\t")) and (field := _FIELD.fullmatch(line.strip())):
            name = field[1].strip().lower().replace(" ", "_")
            fields[name] = "" if field[2].strip() in {">", "|", ">-", "|-"} else _unquoted(field[2].strip())
        elif name:
            fields[name] = f"{fields[name]} {line.strip()}".strip()
    body = match["body"]
    if _FENCE.search(text[: match.start()]):  # all of it stands in one code block
        body = _CLOSING.sub("\n", body)
    yield _lesson(fields, body)


def _behind_json(text: str) -> Iterator[dict[str, Any]]:
    """Yield the lesson behind a JSON object that holds its other fields."""
    text = text.lstrip()
    try:
        header, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return
    body = text[end:].lstrip("-").strip("\n")
    if isinstance(header, dict) and "content" not in header and "title" in header and body.strip():
        yield _lesson(header, body)


def _lesson(fields: dict[str, Any], body: str) -> dict[str, Any]:
    named = {"estimated_completion_time" if name in _MINUTES else name: value for name, value in fields.items()}
    return {**named, "content": body.strip("\n") + "\n"}


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value, strict=False))
        except ValueError:
            return value[1:-1]
    return value[1:-1].replace("''", "'") if len(value) > 1 and value[0] == value[-1] == "'" else value
