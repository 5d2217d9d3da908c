"""The closer look at the code of tutorials and quizzes. Doubts never cost the content: it is kept as it is."""

from functools import partial
from typing import TypeVar

from domain.contents import Content, Quiz, Tutorial
from nodes.authors.port import ContentBrief
from nodes.context import RunContext
from nodes.ledger.requests import Look, Verdict
from nodes.verification.code.report import CodeReport
from nodes.verification.code.runner import CodeRunner

T = TypeVar("T", Tutorial, Quiz)


def look_at_code(context: RunContext, _: ContentBrief[Tutorial], __: int) -> Look[Tutorial] | None:
    """Return the closer look at a tutorial; None where the settings run no code."""
    return None if context.code is None else partial(examine, context.code)


async def examine(runner: CodeRunner, content: T) -> Verdict[T]:
    report = await report_code(content, runner)
    return Verdict(content, doubts=report.findings, code=report.runs)


async def report_code(content: Content, runner: CodeRunner) -> CodeReport:
    """Run the code of a content and return its doubts, and for each block whether it ran. Stores nothing."""
    return await runner.off_loop(partial(_report, content, runner))


def _report(content: Content, runner: CodeRunner) -> CodeReport:
    # Not needed where no code is run.
    from nodes.verification.code.blocks import code_blocks
    from nodes.verification.code.python_code import run_python_blocks
    from nodes.verification.code.quiz_code import run_questions
    from nodes.verification.code.sql_code import run_sql_blocks

    report = CodeReport()
    if isinstance(content, Tutorial):
        blocks = code_blocks(content.content, sections=True)
        if python := [block for block in blocks if block.language == "python"]:
            run_python_blocks(python, runner, report)
        if sql := [block for block in blocks if block.language == "sql"]:
            run_sql_blocks(sql, runner, report)
        report.runs.sort(key=lambda run: run.number)
    elif isinstance(content, Quiz):
        run_questions(content.questions, runner, report)
    return report
