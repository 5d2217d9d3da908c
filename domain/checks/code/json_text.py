"""Syntax of JSON in lessons, which may leave parts out or hold comments."""

import json
import re
from typing import Final

_ABRIDGED: Final = re.compile(r"\.\.\.|…|^\s*(?://|#)|/\*|<[\w -]+>|\{\{", re.MULTILINE)


def json_problem(code: str, _language: str = "json") -> str | None:
    """Return what is wrong, None where it is JSON, JSON Lines, or an abridged example."""
    if not code.strip():
        return "it is empty"
    if _ABRIDGED.search(code):
        return None
    try:
        json.loads(code)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        if _is_json(f"{{{code.strip().rstrip(',')}}}") or _several(code):
            return None  # a part of an object, or several documents
        return str(error)
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _several(code: str) -> bool:
    """Return whether the text is documents on lines of their own."""
    rest, count = code.strip(), 0
    while rest:
        try:
            _, end = json.JSONDecoder().raw_decode(rest)
        except (ValueError, RecursionError):
            return False
        if end < len(rest) and not rest[end:].lstrip(" \t\r").startswith("\n"):
            return False
        rest, count = rest[end:].lstrip(), count + 1
    return count > 1
