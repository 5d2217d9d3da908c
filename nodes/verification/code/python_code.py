"""Python of a lesson: all blocks run in order in one namespace, and only what is certainly wrong is a doubt.

Not certain are a module that is not installed, files, the network, threads and time, which the sandbox denies, a name
that a fragment may define, an error that the lesson speaks of, and an output that is another one at the next run.
"""

import ast
import doctest
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from domain.checks.code import SHOWS_ERROR
from domain.checks.code.python import python_problem
from nodes.verification.code.blocks import RunnableBlock
from nodes.verification.code.child.main import MAX_OUTPUT_LENGTH
from nodes.verification.code.comparison import agrees, resembles
from nodes.verification.code.report import CodeReport, other_output
from nodes.verification.code.results import PythonError, PythonResult, python_results
from nodes.verification.code.runner import CodeRunner

_UNCERTAIN: Final = frozenset(
    {"ImportError", "OSError", "MemoryError", "EOFError", "SystemExit", "KeyboardInterrupt", "SyntaxError"}
    | {"RecursionError", "RuntimeError", "NotImplementedError", "OperationalError"}
)
"""Errors that may be due to this machine or to unfinished code, with those that derive from them or follow them."""
_VOLATILE: Final = re.compile(
    r"\b(?:now|today|utcnow|time|time_ns|perf_counter|monotonic|process_time|timeit|localtime|gmtime|ctime|getpid|uuid\d"
    r"|urandom|token_hex|id|hash|getsizeof)\(|__version__|sys\.version|platform\.|%timeit"
)
"""Code whose output depends on the moment or the machine."""
_RANDOM: Final = re.compile(r"\b(?:random|secrets|default_rng|shuffle|choices?|randint|RandomState|Random)\b")
_SEEDED: Final = re.compile(r"\bseed\(|\b(?:default_rng|Random|RandomState)\([^)]|\b(?:random_state|seed)\s*=")
_SESSION: Final = re.compile(r"^\s*>>> ", re.MULTILINE)
_NOTEBOOK: Final = re.compile(r"^\s*In \[\d+\]:", re.MULTILINE)
_ERROR_LINE: Final = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Iteration|Interrupt|Exit|Warning))\b", re.MULTILINE)
_TRACEBACK: Final = "Traceback (most recent call last)"
_SAYS_WRONG: Final = re.compile(
    r"\b(?:bugs?|buggy|wrong|mistakes?|incorrect\w*|fails?|errors?|crash\w*|broken|exceptions?|raises?|forg[eo]t\w*|cannot|can['’]t)\b"
    r"|错误|报错|失败|エラー|fehler|falsch|erreur|incorrect[oa]|ошибк",
    re.IGNORECASE,
)
"""A line beside a block that ends with an error on purpose."""
_UNFINISHED: Final = re.compile(r"\bTODO\b|\byour (?:code|turn|solution)\b|\bfill in\b|NotImplemented", re.IGNORECASE)
_TRANSCRIPT: Final = re.compile(r"^\s*[$>%] ", re.MULTILINE)
"""Output of a shell command, and not of the block."""
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
    again: Sequence[PythonResult] | None
    """The results of a second run, which tell what changes from run to run; None before it."""
    defined: set[str] = field(default_factory=set)
    missed: list[RunnableBlock] = field(default_factory=list)
    """Blocks before that did not run to their end: later ones may need them."""
    code: list[str] = field(default_factory=list)
    unfinished: bool = False
    """Whether a function so far is left to the reader."""
    printed: str = ""
    """Since the last output that was shown."""


def run_python_blocks(blocks: Sequence[RunnableBlock], runner: CodeRunner, report: CodeReport) -> None:
    """Run the blocks and add what came of them to the report. Blocks the thread."""
    if (reason := runner.unavailable("python")) is not None:
        report.not_run(blocks, reason)
        return
    steps = [_steps(block) for block in blocks]
    requests = [[step.source for step in steps_of] for steps_of in steps]
    first = runner.run("python", requests)
    ended, results = first.ended or "its process ended", python_results(first)
    result = _judge(blocks, steps, results, ended, None)
    if any(finding.rule == "code.output" for finding in result.findings):
        result = _judge(blocks, steps, results, ended, python_results(runner.run("python", requests)))
    report.findings += result.findings
    report.runs += result.runs


def _steps(block: RunnableBlock) -> list[_Step]:
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
    blocks: Sequence[RunnableBlock],
    steps: Sequence[list[_Step]],
    results: Sequence[PythonResult],
    ended: str,
    again: Sequence[PythonResult] | None,
) -> CodeReport:
    lesson = _Lesson(CodeReport(), again)
    for index, block in enumerate(blocks):
        lesson.code.append(block.code)
        lesson.unfinished |= _is_unfinished(block.code)
        if not steps[index]:
            lesson.report.not_run([block], "it is a fragment" if block.left_out else "it cannot be read as a session")
            lesson.missed.append(block)
        elif index >= len(results):
            lesson.report.not_run([block], ended)
        elif (error := results[index].error) is not None:
            _judge_error(lesson, block, steps[index], error)
            lesson.missed.append(block)
        elif block.fails:
            if lesson.missed:
                lesson.report.ran(block)
            else:
                lesson.report.doubt(block, "code.run", "is marked `fails`, but it runs without an error.")
        else:
            _judge_output(lesson, block, steps[index], results[index], index)
        lesson.defined |= _assigned(block.code)
    return lesson.report


def _judge_error(lesson: _Lesson, block: RunnableBlock, steps: Sequence[_Step], error: PythonError) -> None:
    texts = [step.shown or "" for step in steps] + ([block.shown.text] if block.shown else [])
    shown = {name for text in texts for name in _ERROR_LINE.findall(text)}
    if block.fails or shown or _on_purpose(block, error):
        certain = not is_uncertain(error) and any(_TRACEBACK in text for text in texts)
        if shown and certain and error.type not in shown:
            lesson.report.doubt(block, "code.output", f"ends with {error}, while the lesson shows another error.")
        else:
            lesson.report.ran(block, "fails as shown")
    elif "SyntaxError" in error.bases and (problem := python_problem(block.code)):
        lesson.report.doubt(block, "code.run", f"does not parse: {problem}.")
    elif is_uncertain(error):
        lesson.report.not_run([block], f"{error}")
    elif _is_certain(lesson, block, error):
        where = f", line {error.line}" if error.line else ""
        python = ".".join(platform.python_version_tuple()[:2])
        lesson.report.doubt(block, "code.run", f"fails when it is run (Python {python}){where}: {error}.")
    else:
        lesson.report.not_run([block], f"{error}; it may be a fragment")


def _on_purpose(block: RunnableBlock, error: PythonError) -> bool:
    """Return whether the lesson speaks of the error; a missing name needs more than a line about something wrong."""
    if SHOWS_ERROR.search(block.code) or error.type in block.around:
        return True
    if block.runs or block.shown is not None or "NameError" in error.bases:
        return False
    return _SAYS_WRONG.search(block.beside) is not None


def _is_certain(lesson: _Lesson, block: RunnableBlock, error: PythonError) -> bool:
    """Return whether the error is the block's own: not that of a part which was left out before or after it."""
    if "NameError" not in error.bases:
        return not _needs_missed(lesson, block) and (block.runs or not lesson.unfinished)
    missing = error.name or ""
    if any(missing in _words(earlier.code) for earlier in lesson.missed):
        return False
    alike = get_close_matches(missing, lesson.defined | _assigned(block.code), 1, _MIN_LIKENESS)
    return block.runs or block.shown is not None or bool(alike)


def _needs_missed(lesson: _Lesson, block: RunnableBlock) -> bool:
    return any(_assigned(earlier.code) & _words(block.code) for earlier in lesson.missed)


def _judge_output(
    lesson: _Lesson, block: RunnableBlock, steps: Sequence[_Step], result: PythonResult, index: int
) -> None:
    printed = "".join(result.outputs)
    lesson.printed += printed
    pairs: list[tuple[str, list[str], bool]] = []
    for step, output, value in zip(steps, result.outputs, result.values, strict=False):
        if step.shown is not None:
            pairs.append((step.shown, [output + (value or "")], True))
    if block.shown is not None and not any(step.shown for step in steps):
        value = next(reversed(result.values), None) or ""
        real = [f"{printed}{value}", printed, lesson.printed, f"{lesson.printed}{value}"]
        silent = not any(text.strip() for text in real) and "print" not in block.code
        if block.shown.marked or not (silent or _TRANSCRIPT.search(block.shown.text)):
            pairs.append((block.shown.text, real, block.shown.declared or block.runs))
        lesson.printed = ""
    if _changes(lesson, block, result, index):
        lesson.report.ran(block)
        return
    for shown, real, declared in pairs:
        if (problem := _problem(shown, real, declared=declared)) is not None:
            lesson.report.doubt(block, "code.output", problem)
            return
    lesson.report.ran(block)


def _changes(lesson: _Lesson, block: RunnableBlock, result: PythonResult, index: int) -> bool:
    """Return whether the output may be another one elsewhere, or is not known as a whole."""
    if _needs_missed(lesson, block) or changes_by_moment("\n".join(lesson.code)):
        return True
    if result.warned or any(len(output) >= MAX_OUTPUT_LENGTH for output in result.outputs):
        return True
    if lesson.unfinished and not block.runs:
        return True
    return lesson.again is not None and (index >= len(lesson.again) or lesson.again[index] != result)


def _problem(shown: str, real: Sequence[str], *, declared: bool) -> str | None:
    """Return how the shown output is wrong. One that is not declared may be something else than output."""
    if any(agrees(shown, text) for text in real):
        return None
    if _TRACEBACK in shown:
        return "runs without an error, while the lesson shows one."
    if not shown.strip() or not (declared or resembles(shown, real[0])):
        return None
    return f"prints {other_output(shown, real[0])}."


def is_uncertain(error: PythonError) -> bool:
    return not _UNCERTAIN.isdisjoint(error.bases | error.causes)


def changes_by_moment(code: str) -> bool:
    """Return whether the output of the code depends on the moment or the machine."""
    return _VOLATILE.search(code) is not None or bool(_RANDOM.search(code) and not _SEEDED.search(code))


def _words(code: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", code))


def _is_unfinished(code: str) -> bool:
    """Return whether a function has no body yet, or a comment leaves one to the reader."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    empty = any(all(_is_placeholder(statement) for statement in function.body) for function in functions)
    return empty or _UNFINISHED.search(code) is not None


def _is_placeholder(statement: ast.stmt) -> bool:
    """Return whether a statement is `pass`, `...` or a docstring."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


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
