"""Questions that ask what code prints are answered by running it, and the key is compared with the result."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.checks.findings import Finding, doubt
from domain.contents import Question
from nodes.verification.code.blocks import RunnableBlock, code_blocks
from nodes.verification.code.comparison import match_tokens, tokens
from nodes.verification.code.python_code import changes_by_moment, is_uncertain
from nodes.verification.code.report import CodeReport
from nodes.verification.code.results import PythonResult, python_results
from nodes.verification.code.runner import CodeRunner

_ASKS_OUTPUT: Final = re.compile(
    r"\b(?:prints?|printed|outputs?|display(?:s|ed)?|evaluates? to|result of|value of|returns?)\b"
    r"|输出|打印|结果|返回|ausgegeben|gibt .{0,40} aus|ausgabe|affiche|imprime|salida|вывед|出力|표시|출력",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(r"\b(?:not|never|cannot|except|false|wrong|nicht|kein|pas|no)\b|不|非|не\b", re.IGNORECASE)
_FENCE: Final = re.compile(r"```.*?```|~~~.*?~~~", re.DOTALL)
_ASSUMED: Final = {"np": "import numpy as np", "math": "import math", "re": "import re", "json": "import json"}
"""Imports that a question may leave out."""
_ERROR: Final = re.compile(r"\b\w*(?:Error|Exception)\b")


@dataclass(frozen=True, slots=True)
class _Given:
    """What the code of a question gives."""

    result: str
    options: tuple[int, ...]
    """Those that say so."""


def run_questions(questions: Sequence[Question], runner: CodeRunner, report: CodeReport) -> None:
    """Answer the questions about output by running their code. Blocks the thread."""
    asked = [(question, block) for question in questions if (block := _block(question)) is not None]
    if not asked:
        return
    if (reason := runner.unavailable("python")) is not None:
        report.not_run([block for _, block in asked], reason)
        return
    codes = [[_completed(block.code)] for _, block in asked]
    child = runner.run("python", codes, separate=True)
    results = python_results(child)
    contradicted: list[tuple[int, _Given]] = []
    for index, (question, block) in enumerate(asked):
        given = _given(question, block, results, index)
        if isinstance(given, str):
            report.not_run([block], given or child.ended or "its process ended")
        else:
            report.ran(block)
            if not set(question.correct_answer) & set(given.options):
                contradicted.append((index, given))
    if not contradicted:
        return
    again = python_results(runner.run("python", codes, separate=True))
    for index, given in contradicted:
        if _given(*asked[index], again, index) == given:  # else it changes from run to run
            report.findings.append(_contradiction(asked[index][0], given))


def _block(question: Question) -> RunnableBlock | None:
    """Return the only block of a question that asks for its output and has one right option."""
    prose = _FENCE.sub(" ", question.question)
    if question.question_type != "single_choice" or not _ASKS_OUTPUT.search(prose) or _NEGATED.search(prose):
        return None
    if len(_FENCE.findall(question.question)) != 1:
        return None
    blocks = [
        block
        for block in code_blocks(question.question, part=question.question_id)
        if block.language == "python" and not block.left_out
    ]
    return blocks[0] if blocks else None


def _completed(code: str) -> str:
    imports = [line for name, line in _ASSUMED.items() if re.search(rf"\b{name}\.", code) and line not in code]
    return "\n".join([*imports, code])


def _given(question: Question, block: RunnableBlock, results: Sequence[PythonResult], index: int) -> "_Given | str":
    """Return what the code gives and the options that say so, or why no comparison is certain."""
    if index >= len(results):
        return ""
    if changes_by_moment(block.code):
        return "its output depends on the moment"
    if (error := results[index].error) is not None:
        named = tuple(number for number, option in enumerate(question.options) if error.type in _ERROR.findall(option))
        uncertain = error.type == "NameError" or is_uncertain(error)
        return f"{error}" if uncertain or not named else _Given(f"ends with {error.type}", named)
    real = _printed(results[index])
    matching = [number for number, option in enumerate(question.options) if _says(option, real)]
    if not real or (not matching and not all(map(_is_literal, [*question.options, real]))):
        return "its output is not among the options"
    return _Given(f"gives {real[:100]}", tuple(matching))


def _printed(result: PythonResult) -> str:
    return "".join(result.outputs).strip() or next(reversed(result.values), None) or ""


def _contradiction(question: Question, given: _Given) -> Finding:
    real = f"option {given.options[0]}" if given.options else "none of the options"
    return doubt(
        "code.output",
        f"The code of question {question.question_id} {given.result} when it is run, which is {real}; the key says"
        f" {question.correct_answer}. Mend the code, the options or the key.",
        question.question_id,
    )


def _says(option: str, real: str) -> bool:
    return match_tokens(tokens(_bare(option)), tokens(_bare(real)))


def _bare(text: str) -> str:
    """Return a text without fences, back quotes and quotes around it."""
    text = re.sub(r"^```\w*\n|```$", "", text.strip(), flags=re.MULTILINE).strip()
    return text.strip("`").strip().strip("'\"")


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(_bare(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False
    return True
