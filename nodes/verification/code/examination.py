"""The closer look at the code of tutorials and quizzes. Doubts never cost the content: it is kept as it is."""

from functools import partial
from typing import TypeVar

from domain.contents import Content, Quiz, Tutorial
from domain.course.book import CourseBook
from nodes.authors.briefs import ContentBrief
from nodes.context import RunContext
from nodes.ledger.requests import Look, Verdict
from nodes.verification.code.report import CodeReport
from nodes.verification.code.runner import CodeRunner

T = TypeVar("T", Tutorial, Quiz)


def look_at_code(context: RunContext, brief: ContentBrief[Tutorial], _: int) -> Look[Tutorial] | None:
    """Return the closer look at a tutorial; None where the settings run no code."""
    return None if context.code is None else partial(examine, context.code, brief.book)


async def examine(runner: CodeRunner, book: CourseBook | None, content: T) -> Verdict[T]:
    report = await report_code(content, runner, book)
    return Verdict(content, doubts=report.findings, code=report.runs)


async def report_code(content: Content, runner: CodeRunner, book: CourseBook | None = None) -> CodeReport:
    """Run the code of a content and return its doubts, and for each block whether it ran. Stores nothing.

    The code of a lesson runs after the example of the course book, and builds on it.
    """
    return await runner.off_loop(partial(_report, content, runner, book))


def _report(content: Content, runner: CodeRunner, book: CourseBook | None) -> CodeReport:
    # Not needed where no code is run.
    from nodes.verification.code.blocks import code_blocks, example_blocks
    from nodes.verification.code.python_code import run_python_blocks
    from nodes.verification.code.quiz_code import run_questions
    from nodes.verification.code.sql_code import run_sql_blocks

    report = CodeReport()
    if isinstance(content, Tutorial):
        blocks, example = code_blocks(content.content, sections=True), example_blocks(book)
        if python := [block for block in blocks if block.language == "python"]:
            run_python_blocks([*(one for one in example if one.language == "python"), *python], runner, report)
        if sql := [block for block in blocks if block.language == "sql"]:
            run_sql_blocks([*(one for one in example if one.language == "sql"), *sql], runner, report)
        report.leave_out(example)
        report.runs.sort(key=lambda state: state.number)
    elif isinstance(content, Quiz):
        run_questions(content.questions, runner, report)
    return report
