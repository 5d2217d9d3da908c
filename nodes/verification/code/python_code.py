"""Python of a lesson: all blocks run in order in one namespace, and only what is certainly wrong is a doubt.

Not certain are a module that is not installed, files, the network, threads and time, which the sandbox denies, a name
that a fragment may define, an error that the lesson speaks of, and an output that is another one at the next run.
"""

import ast
import doctest
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from domain.checks.code import SHOWS_ERROR
from nodes.verification.code.blocks import CodeBlock
from nodes.verification.code.child import MAX_OUTPUT_LENGTH
from nodes.verification.code.comparison import agrees, resembles
from nodes.verification.code.report import CodeReport, other_output
from nodes.verification.code.runner import ChildResult, CodeRunner

UNCERTAIN: Final = frozenset(
    {"ImportError", "OSError", "MemoryError", "EOFError", "SystemExit", "KeyboardInterrupt", "SyntaxError"}
    | {"RecursionError", "RuntimeError", "NotImplementedError"}
)
"""Errors, with those that derive from them, that may be due to this machine, or to code that is not finished."""
_VOLATILE: Final = re.compile(
    r"\b(?:now|today|utcnow|time|time_ns|perf_counter|monotonic|process_time|timeit|localtime|gmtime|ctime|getpid|uuid\d"
    r"|urandom|token_hex|id|hash|getsizeof)\(|__version__|sys\.version|platform\.|%timeit"
)
"""Code whose output depends on the moment or the machine."""
_SESSION: Final = re.compile(r"^\s*>>> ", re.MULTILINE)
_NOTEBOOK: Final = re.compile(r"^\s*In \[\d+\]:", re.MULTILINE)
_ERROR_LINE: Final = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Iteration|Interrupt|Exit|Warning))\b", re.MULTILINE)
_TRACEBACK: Final = "Traceback (most recent call last)"
_MIN_LIKENESS: Final = 0.8


@dataclass(frozen=True, slots=True)
class _Step:
    source: str
    shown: str | None = None
    """Of a session: what it shows after this input."""


@dataclass(slots=True)
class _Lesson:
    """The walk over the results of a lesson."""

    report: CodeReport
    again: ChildResult | None
    """The results of a second run, which tell what changes from run to run; None before it."""
    defined: set[str] = field(default_factory=set)
    missed: list[CodeBlock] = field(default_factory=list)
    """Blocks before that did not run to their end: later ones may need them."""
    code: list[str] = field(default_factory=list)
    printed: str = ""
    """Since the last output that was shown."""


def run_python_blocks(blocks: Sequence[CodeBlock], runner: CodeRunner, report: CodeReport) -> None:
    """Run the blocks and add what came of them to the report. Blocks the thread."""
    if (reason := runner.unavailable("python")) is not None:
        report.not_run(blocks, reason)
        return
    steps = [_steps(block) for block in blocks]
    requests = [[step.source for step in steps_of] for steps_of in steps]
    first = runner.run("python", requests)
    result = _judge(blocks, steps, first, None)
    if any(finding.rule == "code.output" for finding in result.findings):
        result = _judge(blocks, steps, first, runner.run("python", requests))
    report.findings += result.findings
    report.states += result.states


def _steps(block: CodeBlock) -> list[_Step]:
    """Return what is run of a block: nothing of a fragment, the inputs of a session, else the block."""
    if block.left_out or _NOTEBOOK.search(block.code):
        return []
    if not _SESSION.search(block.code):
        return [_Step(block.code)]
    try:
        examples = doctest.DocTestParser().get_examples(block.code)
    except ValueError:
        return []
    return [_Step(example.source, example.exc_msg or example.want) for example in examples]


def _judge(
    blocks: Sequence[CodeBlock], steps: Sequence[list[_Step]], result: ChildResult, again: ChildResult | None
) -> CodeReport:
    lesson = _Lesson(CodeReport(), again)
    for index, block in enumerate(blocks):
        lesson.code.append(block.code)
        if not steps[index]:
            lesson.report.not_run([block], "it is a fragment" if block.left_out else "it cannot be read as a session")
            lesson.missed.append(block)
        elif index >= len(result.results):
            lesson.report.not_run([block], result.ended or "its process ended")
        elif (error := _error_of(result.results[index])) is not None:
            _judge_error(lesson, block, steps[index], error)
            lesson.missed.append(block)
        elif block.fails and not lesson.missed:
            lesson.report.doubt(block, "code.run", "is marked `fails`, but it runs without an error.")
        else:
            _judge_output(lesson, block, steps[index], result.results[index], index)
        lesson.defined |= _assigned(block.code)
    return lesson.report


def _error_of(result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    error = result.get("error")
    return error if isinstance(error, dict) else None


def _judge_error(lesson: _Lesson, block: CodeBlock, steps: Sequence[_Step], error: Mapping[str, Any]) -> None:
    name, message = str(error.get("type")), str(error.get("message"))
    described = f"{name}: {message}" if message else name
    texts = [step.shown or "" for step in steps] + ([block.shown.text] if block.shown else [])
    shown = {error_name for text in texts for error_name in _ERROR_LINE.findall(text)}
    bases = set(map(str, error.get("bases") or ()))
    if block.fails or shown or _on_purpose(block, name):
        if shown and name not in shown and not bases & UNCERTAIN and block.shown and _TRACEBACK in block.shown.text:
            lesson.report.doubt(block, "code.output", f"ends with {described}, while the lesson shows another error.")
        else:
            lesson.report.ran(block, "fails as shown")
    elif bases & UNCERTAIN:
        lesson.report.not_run([block], described)
    elif _is_certain(lesson, block, bases, error):
        where = f", line {error['line']}" if isinstance(error.get("line"), int) else ""
        version = platform.python_version_tuple()
        lesson.report.doubt(
            block, "code.run", f"fails when it is run (Python {version[0]}.{version[1]}){where}: {described}."
        )
    else:
        lesson.report.not_run([block], f"{described}; it may be a fragment")


def _on_purpose(block: CodeBlock, name: str) -> bool:
    return bool(SHOWS_ERROR.search(block.code)) or name in block.around or f"# {name}" in block.code


def _is_certain(lesson: _Lesson, block: CodeBlock, bases: set[str], error: Mapping[str, Any]) -> bool:
    """Return whether the error is the block's own: not that of a part which was left out before or after it."""
    missed = set().union(*(_words(earlier.code) for earlier in lesson.missed))
    if "NameError" not in bases:
        return not _needs_missed(lesson, block)
    missing = str(error.get("name") or "")
    if missing in missed:
        return False
    alike = get_close_matches(missing, lesson.defined | _assigned(block.code), 1, _MIN_LIKENESS)
    return block.runs or block.shown is not None or bool(alike)


def _needs_missed(lesson: _Lesson, block: CodeBlock) -> bool:
    return any(_assigned(earlier.code) & _words(block.code) for earlier in lesson.missed)


def _judge_output(
    lesson: _Lesson, block: CodeBlock, steps: Sequence[_Step], result: Mapping[str, Any], index: int
) -> None:
    outputs = [str(output) for output in result.get("outputs") or ()]
    values = [value if isinstance(value, str) else None for value in result.get("values") or ()]
    printed = "".join(outputs)
    lesson.printed += printed
    pairs: list[tuple[str, list[str], bool]] = []
    for step, output, value in zip(steps, outputs, values, strict=False):
        if step.shown is not None:
            pairs.append((step.shown, [output + (value or "")], True))
    if block.shown is not None and not any(step.shown for step in steps):
        value = values[-1] if values and values[-1] is not None else ""
        real = [f"{printed}{value}", printed, lesson.printed, f"{lesson.printed}{value}"]
        pairs.append((block.shown.text, real, block.shown.declared or block.runs))
        lesson.printed = ""
    if _changes(lesson, block, index, outputs, result):
        lesson.report.ran(block)
        return
    for shown, real, declared in pairs:
        if (problem := _problem(shown, real, declared=declared)) is not None:
            lesson.report.doubt(block, "code.output", problem)
            return
    lesson.report.ran(block)


def _changes(lesson: _Lesson, block: CodeBlock, index: int, outputs: Sequence[str], result: Mapping[str, Any]) -> bool:
    """Return whether the output may be another one elsewhere, or is not known as a whole."""
    if _needs_missed(lesson, block) or changes_by_moment("\n".join(lesson.code)):
        return True
    if any(len(output) > MAX_OUTPUT_LENGTH for output in outputs):
        return True
    if lesson.again is None:
        return False
    results = lesson.again.results
    return index >= len(results) or any(results[index].get(part) != result.get(part) for part in ("outputs", "values"))


def _problem(shown: str, real: Sequence[str], *, declared: bool) -> str | None:
    """Return how the shown output is wrong. One that is not declared may be something else than output."""
    if any(agrees(shown, text) for text in real):
        return None
    if not shown.strip() or not (declared or resembles(shown, real[0])):
        return None
    if _TRACEBACK in shown:
        return "runs without an error, while the lesson shows one."
    return f"prints {other_output(shown, real[0])}."


def changes_by_moment(code: str) -> bool:
    """Return whether the output of the code depends on the moment or the machine."""
    return _VOLATILE.search(code) is not None


def _words(code: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", code))


def _assigned(code: str) -> set[str]:
    """Return the names that a block defines at any level; all its words where it does not parse."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _words(code)
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return names
