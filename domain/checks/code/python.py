"""Syntax of Python in lessons. Lessons show sessions, magics, fragments, and syntax of newer versions."""

import ast
import re
import textwrap
import warnings
from typing import Final

SESSION: Final = re.compile(r"^\s*(?:>>>|In \[\d+\]:|\.\.\. )", re.MULTILINE)
_MAGIC: Final = re.compile(
    r"^([ \t]*)(?:[%!].*|[\w.]+\?{1,2}|\w+ = [%!].*|(?:\$ )?(?:pip3?|conda|uv|poetry|python3?)[ \t]+[\w-].*)$",
    re.MULTILINE,
)
"""Commands of notebooks and shells."""
_ABRIDGED: Final = re.compile(r"…|<[a-z_][\w -]*>|^Traceback \(most recent", re.MULTILINE)
"""Parts that are left out or stand for something, and the message of an error."""
_CLAUSE: Final = re.compile(r"(elif|else|except|finally|case)\b")
_BEFORE_CLAUSE: Final = {"elif": "if _:\n    pass\n", "except": "try:\n    pass\n", "finally": "try:\n    pass\n"}
_NEWER: Final = re.compile(
    r"^\s*type\s+\w+.*=|^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\[|\bt[\"']|\bexcept\s+\w+\s*,\s*\w+\s*:|\blazy\s+import\b"
    r"|f(\"[^\"\n]*\{[^}\n]*\"|'[^'\n]*\{[^}\n]*')",
    re.MULTILINE,
)
"""Syntax that Python has only since 3.12; the interpreter here may be older."""


def python_problem(code: str, _language: str = "python") -> str | None:
    """Return the syntax error of a block; None where it parses, or may on another version of Python."""
    if SESSION.search(code):
        return None
    return parse(code)[1]


def parse(code: str) -> tuple[ast.Module | None, str | None]:
    """Return the tree of a block, or its syntax error, or neither where it may be read by another version."""
    source = _completed(_MAGIC.sub(r"\1pass", textwrap.dedent(code)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), None
    except SyntaxError as error:
        if _NEWER.search(source) or _ABRIDGED.search(source):
            return None, None
        return None, f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return None, type(error).__name__


def _completed(source: str) -> str:
    """Return a fragment that begins with a clause as a whole statement."""
    if clause := _CLAUSE.match(source):
        if clause[1] == "case":
            source = "match _:\n" + textwrap.indent(source, "    ")
        else:
            source = _BEFORE_CLAUSE.get(clause[1], "if _:\n    pass\n") + source
    return source
