"""Names in the Python of lessons: misspelt and renamed ones, and those that a known module or type does not have."""

import ast
import builtins
import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from domain.checks.code.python import SESSION, parse
from domain.checks.findings import Finding, doubt
from domain.checks.prose.markdown import CodeBlock

_LANGUAGES: Final = frozenset({"python", "py", "python3"})
_INSPECTED: Final = frozenset(
    {"math", "json", "re", "itertools", "collections", "datetime", "statistics", "functools", "string", "random",
     "fractions", "decimal", "csv", "pathlib", "time", "numpy"}
)  # fmt: skip
"""Modules whose names are looked up; importing them has no effects."""
_OF_OTHER_VERSIONS: Final[Mapping[str, str]] = {
    "itertools": "batched",
    "math": "sumprod fma cbrt exp2 isqrt",
    "random": "binomialvariate",
    "statistics": "kde kde_random quantiles",
    "re": "PatternError NOFLAG template",
    "functools": "Placeholder cache",
    "datetime": "UTC",
    "time": "clock",
    "collections": "Mapping Iterable Callable Sequence MutableMapping Hashable",
    "fractions": "gcd",
    "string": "templatelib",
    "pathlib": "UnsupportedOperation",
    "numpy": "trapezoid trapz float int bool object in1d product cumproduct row_stack Inf NaN float_ asmatrix concat"
    " pow permute_dims matvec vecmat cumulative_sum astype vecdot unstack unique_values unique_counts isdtype acos",
    "numpy.linalg": "vecdot matrix_norm vector_norm outer svdvals diagonal trace matmul",
}
"""Names of the modules that only newer or older versions have than the interpreter here."""
_LITERALS: Final = {
    ast.List: list,
    ast.ListComp: list,
    ast.Dict: dict,
    ast.DictComp: dict,
    ast.Set: set,
    ast.Tuple: tuple,
    ast.JoinedStr: str,
}
_MIN_MISSPELT: Final = 4
"""Letters of a name that may be misspelt."""


Place = Callable[[CodeBlock], str | None]
"""Returns the part of a content with a block."""
_Where = Callable[..., str | None]
"""Returns the only part of a content whose code has one of these names; None where several have."""


def check_names(blocks: Sequence[CodeBlock], place: Place = lambda _: None) -> Iterator[Finding]:
    """Yield doubts about names that are missing: from all Python blocks of a lesson, or from what is known."""

    def where(*names: str) -> str | None:
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        parts = {place(block) for block in blocks if words.search(block.code)}
        return parts.pop() if len(parts) == 1 else None

    trees = [
        tree
        for block in blocks
        if block.language in _LANGUAGES and not block.marks - {"run"} and not SESSION.search(block.code)
        if (tree := parse(block.code)[0]) is not None
    ]
    if not trees:
        return
    whole = ast.Module([statement for tree in trees for statement in tree.body], [])
    undefined = _undefined(whole)
    yield from _check_misspelt(whole, undefined, where)
    if len(undefined) == 1:
        yield from _check_renamed(whole, undefined[0], where)
    yield from _check_attributes(whole, where)
    yield from _check_literals(whole, where)


def _check_misspelt(whole: ast.Module, undefined: Sequence[str], where: _Where) -> Iterator[Finding]:
    defined = {node.id for node in ast.walk(whole) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    defined |= {node.name for node in ast.walk(whole) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for name in undefined:
        likeness = next((one for one in sorted({*defined, *dir(builtins)} - {name}) if _misspelt(name, one)), None)
        if likeness:
            message = f"The code uses `{name}`, which no block defines; is `{likeness}` meant?"
            yield doubt("code.names", message, where(name))
            return


def _misspelt(name: str, other: str) -> bool:
    """Return whether the names differ in one letter too many or too few inside, or in two neighbours' order.

    Other differences are often meant, such as `value` and `values`.
    """
    if min(len(name), len(other)) < _MIN_MISSPELT or abs(len(name) - len(other)) > 1:
        return False
    start = next((at for at, (one, two) in enumerate(zip(name, other, strict=False)) if one != two), 0)
    if not start:
        return False
    longer, shorter = (name, other) if len(name) > len(other) else (other, name)
    if len(name) == len(other):
        return name[start : start + 2] == other[start : start + 2][::-1] and name[start + 2 :] == other[start + 2 :]
    return start < len(shorter) and longer[start].isalpha() and longer[start + 1 :] == shorter[start:]


def _check_renamed(whole: ast.Module, undefined: str, where: _Where) -> Iterator[Finding]:
    """Yield a doubt for a name that is used and nowhere defined after another one is assigned and nowhere used.

    A name that is only undefined may belong to the fragment before it or to the reader, and is passed.
    """
    loaded = [_names(statement, ast.Load) for statement in whole.body]
    first_use = next((number for number, names in enumerate(loaded) if undefined in names), 0)
    unused = [
        name
        for number, statement in enumerate(whole.body)
        if isinstance(statement, ast.Assign)
        for name in sorted(_names(statement, ast.Store))
        if not name.startswith("_") and not any(name in names for names in loaded)
    ]
    before = [name for statement in whole.body[:first_use] for name in _names(statement, ast.Store)]
    if len(unused) == 1 and unused[0] in before:
        yield doubt(
            "code.names",
            f"The code uses `{undefined}`, which no block defines; it assigns `{unused[0]}`, which none uses.",
            where(undefined, unused[0]),
        )


def _names(statement: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


def _undefined(whole: ast.Module) -> list[str]:
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    try:
        messages = Checker(whole, "lesson").messages
    except RecursionError:
        return []
    return sorted({str(message.message_args[0]) for message in messages if isinstance(message, UndefinedName)})


def _check_attributes(whole: ast.Module, where: _Where) -> Iterator[Finding]:
    """Yield a doubt for a name that a known module does not have, such as `np.linalg.vector_norm_of`."""
    modules: dict[str, str] = {}
    stored: set[str] = set()
    for node in ast.walk(whole):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names if _known(alias.name)}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
    for node in ast.walk(whole):
        path = _path(node)
        missing = None
        if path and path[0] in modules and path[0] not in stored:
            missing = _missing(modules[path[0]], path[1:])
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and _known(node.module):
            found = (_missing(node.module, [alias.name]) for alias in node.names if alias.name != "*")
            missing = next((name for name in found if name), None)
        if missing:
            message = f"The code uses `{missing}`, which does not exist."
            yield doubt("code.names", message, where(missing.rpartition(".")[2]))
            return


def _known(module: str) -> bool:
    return module.partition(".")[0] in _INSPECTED


def _check_literals(whole: ast.Module, where: _Where) -> Iterator[Finding]:
    """Yield a doubt for an attribute that the built-in type of a name does not have, such as `list.add`."""
    types: dict[str, set[type | None]] = {}
    for node in ast.walk(whole):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            types.setdefault(node.targets[0].id, set()).add(_type_of(node.value))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            types.setdefault(node.id, set())
        elif isinstance(node, ast.arg):
            types.setdefault(node.arg, set()).add(None)
    bound = [node.id for node in ast.walk(whole) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for node in ast.walk(whole):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and bound.count(node.value.id) == 1:
            known = types.get(node.value.id, {None})
            own = next(iter(known)) if len(known) == 1 else None
            if own is not None and not hasattr(own, node.attr):
                message = f"`{node.value.id}` is a {own.__name__}, which has no `{node.attr}`."
                yield doubt("code.names", message, where(node.attr))
                return


def _type_of(value: ast.expr) -> type | None:
    if isinstance(value, ast.Constant):
        return type(value.value)
    return _LITERALS.get(type(value))


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
            return None if name in _OF_OTHER_VERSIONS.get(path, "").split() else f"{path}.{name}"
        value, path = getattr(value, name), f"{path}.{name}"
        if type(value).__name__ != "module":
            return None
    return None
