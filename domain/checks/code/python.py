"""Syntax and names of Python in lessons. Lessons show sessions, magics, fragments, and syntax of newer versions."""

import ast
import importlib
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Final

from domain.checks.findings import Finding, doubt
from domain.checks.prose.markdown import CodeBlock

_LANGUAGES: Final = frozenset({"python", "py", "python3"})
_SESSION: Final = re.compile(r"^\s*(?:>>>|In \[\d+\]:|\.\.\. )", re.MULTILINE)
_MAGIC: Final = re.compile(r"^(\s*)(?:[%!].*|[\w.]+\?{1,2}|\w+ = [%!].*)$", re.MULTILINE)
_NEWER: Final = re.compile(
    r"^\s*type\s+\w+.*=|^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\[|\bt[\"']|\bexcept\s+\w+\s*,\s*\w+\s*:|\blazy\s+import\b"
    r"|f(\"[^\"\n]*\{[^}\n]*\"|'[^'\n]*\{[^}\n]*')",
    re.MULTILINE,
)
"""Syntax that Python has only since 3.12; the interpreter here may be older."""
_INSPECTED: Final = frozenset(
    {"math", "json", "re", "itertools", "collections", "datetime", "statistics", "functools", "string", "random",
     "fractions", "decimal", "csv", "pathlib", "time", "numpy"}
)  # fmt: skip
"""Modules whose names are looked up; importing them has no effects."""


def python_problem(code: str, _language: str = "python") -> str | None:
    """Return the syntax error of a block; None where it parses, or may on another version of Python."""
    if _SESSION.search(code):
        return None
    return _parsed(code)[1]


def _parsed(code: str) -> tuple[ast.Module | None, str | None]:
    source = _MAGIC.sub(r"\1pass", textwrap.dedent(code))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), None
    except SyntaxError as error:
        if _NEWER.search(source):
            return None, None
        return None, f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return None, type(error).__name__


def check_names(blocks: Sequence[CodeBlock]) -> Iterator[Finding]:
    """Yield doubts about names that are missing: from all Python blocks of a lesson, or from a known module."""
    trees = [
        tree
        for block in blocks
        if block.language in _LANGUAGES and not block.marks - {"run"} and not _SESSION.search(block.code)
        if (tree := _parsed(block.code)[0]) is not None
    ]
    if not trees:
        return
    whole = ast.Module([statement for tree in trees for statement in tree.body], [])
    yield from _check_renamed(whole)
    yield from _check_attributes(whole)


def _check_renamed(whole: ast.Module) -> Iterator[Finding]:
    """Yield a doubt for a name that is used and nowhere defined while another one is assigned and nowhere used.

    A name that is only undefined may belong to the fragment before it or to the reader, and is passed.
    """
    undefined = _undefined(whole)
    if len(undefined) != 1:
        return
    names = [node for node in ast.walk(whole) if isinstance(node, ast.Name)]
    used = {node.id for node in names if not isinstance(node.ctx, ast.Store)}
    unused = sorted({
        node.id for statement in whole.body if isinstance(statement, ast.Assign)
        for target in statement.targets for node in ast.walk(target)
        if isinstance(node, ast.Name) and node.id not in used and not node.id.startswith("_")
    })  # fmt: skip
    if len(unused) == 1:
        yield doubt(
            "code.names",
            f"The code uses `{undefined[0]}`, which no block defines; it assigns `{unused[0]}`, which none uses.",
        )


def _undefined(whole: ast.Module) -> list[str]:
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    try:
        messages = Checker(whole, "lesson").messages
    except RecursionError:
        return []
    return sorted({str(message.message_args[0]) for message in messages if isinstance(message, UndefinedName)})


def _check_attributes(whole: ast.Module) -> Iterator[Finding]:
    """Yield a doubt for a name that a known module does not have, such as `np.linalg.vector_norm_of`."""
    modules = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(whole) if isinstance(node, ast.Import)
        for alias in node.names if alias.name.partition(".")[0] in _INSPECTED
    }  # fmt: skip
    stored = {node.id for node in ast.walk(whole) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(whole):
        path = _path(node)
        if path and path[0] in modules and path[0] not in stored and (missing := _missing(modules[path[0]], path[1:])):
            yield doubt("code.names", f"The code calls `{'.'.join(path)}`; `{missing}` does not exist.")
            return


def _path(node: ast.AST) -> list[str]:
    """Return the names of `a.b.c`; empty for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if names and isinstance(node, ast.Name) else []


def _missing(module: str, names: Sequence[str]) -> str | None:
    """Return the first name that the module, or a module in it, does not have."""
    try:
        value: Any = importlib.import_module(module)
    except ImportError:
        return None
    path = module
    for name in names:
        if not hasattr(value, name):
            return f"{path}.{name}"
        value, path = getattr(value, name), f"{path}.{name}"
        if type(value).__name__ != "module":
            return None
    return None
