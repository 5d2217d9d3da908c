"""Syntax of JSON in lessons, which may leave parts out or hold comments."""

import json
import re
from typing import Final

_ABRIDGED: Final = re.compile(r"\.\.\.|…|^\s*(?://|#)|/\*|<[\w -]+>|\{\{", re.MULTILINE)


def json_problem(code: str, _language: str = "json") -> str | None:
    """Return what is wrong, None where it is JSON, JSON Lines, or an abridged example."""
    if _ABRIDGED.search(code):
        return None
    try:
        json.loads(code)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        lines = [line for line in code.splitlines() if line.strip()]
        if len(lines) > 1 and all(json_problem(line) is None for line in lines):
            return None  # JSON Lines
        return f"{error}" if code.strip() else "it is empty"
    return None
