"""The child's work: it reads one request, confines itself, runs it, and writes a line of JSON for each block.

It is started with an empty environment, without descriptors of its parent, and ends after one request. Whatever it
writes may come from the code that it ran: its parent believes nothing but the form. Standard library only.
"""

import ast
import json
import os
import sys
import types
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import Any, Final

MAX_OUTPUT_LENGTH: Final = 20_000
"""Bytes that a step may print; what follows is dropped, and nothing is compared."""
_ANSWERS: Final = 1


class _Kept(BytesIO):
    """Keeps the beginning of what is written to it."""

    def write(self, data: Any, /) -> int:
        if self.tell() <= MAX_OUTPUT_LENGTH:
            super().write(bytes(data)[: MAX_OUTPUT_LENGTH + 1])
        return len(data)

    def take(self) -> str:
        text = self.getvalue().decode("utf-8", "replace")
        self.seek(0)
        self.truncate()
        return text


def main() -> None:
    """Run the request on stdin. Exit code 3: the sandbox is unavailable, and nothing ran."""
    request = json.load(sys.stdin)
    confined = True
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # threads are denied
    run = run_python
    if request["language"] == "sql":
        from nodes.verification.code.child.sql import run_sql

        run = run_sql
    from nodes.verification.code.child.confinement import SandboxUnavailable, confine, limit_resources

    try:
        limit_resources(request["seconds"])
        confine()
    except SandboxUnavailable as error:
        confined = False
        if request["confined"]:
            _answer({"unavailable": str(error)})
            sys.exit(3)
    _answer({"confined": confined})
    for result in run(request):
        _answer(result)
    os._exit(0)  # without handlers that the code registered


def run_python(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the blocks in order, each step by step, in one namespace or each in its own, and yield their results."""
    printed = _Kept()
    sys.stdout = TextIOWrapper(printed, encoding="utf-8", write_through=True)
    warned = _Kept()
    sys.stderr = TextIOWrapper(warned, encoding="utf-8", write_through=True)
    sys.argv = ["lesson.py"]
    sys.stdin = TextIOWrapper(BytesIO(), encoding="utf-8")
    for number, steps in enumerate(request["blocks"]):
        if number == 0 or request["separate"]:
            sys.modules["__main__"] = module = types.ModuleType("__main__")
            module.__file__ = "lesson.py"
        result: dict[str, Any] = {"outputs": [], "values": [], "warned": False, "error": None}
        for source in steps:
            value = None
            try:
                value = _execute(source, f"<block {number}>", module.__dict__)
            except BaseException as error:  # SystemExit as well: it ends the block, not the lesson
                result["error"] = _described(error, f"<block {number}>")
            result["outputs"].append(printed.take())
            result["values"].append(value)
            if result["error"] is not None:
                break
        result["warned"] = warned.take() != ""
        yield result


def _execute(source: str, name: str, namespace: dict[str, Any]) -> str | None:
    """Run a step; return the `repr` of its last expression as a notebook would show it."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), namespace)
    value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
    return None if value is None else repr(value)[: MAX_OUTPUT_LENGTH + 1]


def _described(error: BaseException, name: str) -> dict[str, Any]:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = str(error)[:300].partition(" (<block")[0]
    except BaseException:
        message = ""
    missing = getattr(error, "name", None) if isinstance(error, NameError) else None
    return {
        "type": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "causes": _causes(error),
        "message": message,
        "line": line,
        "name": missing if isinstance(missing, str) else None,
    }


def _causes(error: BaseException) -> list[str]:
    """Return the classes of the errors that led to this one, up to ten."""
    names: set[str] = set()
    cause = error.__cause__ or error.__context__
    for _ in range(10):
        if cause is None:
            break
        names.update(base.__name__ for base in type(cause).__mro__)
        cause = cause.__cause__ or cause.__context__
    return sorted(names)


def _answer(message: dict[str, Any]) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(_ANSWERS, data) :]
