"""A whole course in order: one database, one interpreter, one notation.

What one lesson does to the tables of another shows only here: a table that is created twice or dropped, statements that
need what no lesson has made, and rows that are no longer those that are shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from domain.checks.code import SHOWS_ERROR
from domain.checks.code.sql import sql_problem
from domain.course.book import CourseBook
from domain.course.notation import other_notations
from nodes.verification.code.blocks import RunnableBlock, code_blocks, example_blocks
from nodes.verification.code.python_code import run_python_blocks
from nodes.verification.code.report import CodeReport
from nodes.verification.code.results import StatementResult, sql_results
from nodes.verification.code.runner import CodeRunner
from nodes.verification.code.sql_code import (
    CHANGES_DATA,
    CREATED,
    DROPPED,
    ERROR_OUTPUT,
    Repeated,
    rows_problem,
    spaced,
    wordings_of,
)

_CERTAIN: Final = re.compile(
    r"no such table|no such column|has no column named|already exists|UNIQUE constraint failed"
    r"|NOT NULL constraint failed|columns but \d+ values|\d+ values for \d+ columns"
)
"""Errors that another database has as well."""
_SYNTAX: Final = re.compile(r"syntax error|incomplete input|unrecognized token")
_SYSTEM: Final = re.compile(r"no such table: (?:\w+\.)?(?:sqlite_|pg_|information_schema|sys\b)")


@dataclass(frozen=True, slots=True)
class CourseLesson:
    name: str
    """The name of its concept."""
    content: str
    """In Markdown."""


@dataclass(frozen=True, slots=True)
class CourseFinding:
    """Something in a lesson that does not fit the rest of the course."""

    lesson: str
    """Name of the lesson; empty for the example of the course book."""
    rule: str
    """`course.run`, `course.output`, `course.tables`, `course.example` or `course.notation`."""
    message: str


@dataclass(frozen=True, slots=True)
class CourseReport:
    findings: list[CourseFinding]
    ran: int
    """SQL statements that ran, and Python blocks."""
    not_run: list[str]
    """Reasons why code of the course was not run here."""


@dataclass(slots=True)
class _Course:
    runner: CodeRunner
    findings: list[CourseFinding] = field(default_factory=list)
    ran: int = 0
    not_run: list[str] = field(default_factory=list)

    def find(self, lesson: str, rule: str, message: str) -> None:
        self.findings.append(CourseFinding(lesson, rule, message))


def check_course(lessons: Sequence[CourseLesson], book: CourseBook | None, runner: CodeRunner) -> CourseReport:
    """Run the code of all lessons in order after the example of the book, and compare notations. Blocks the thread."""
    course = _Course(runner)
    example = example_blocks(book)
    blocks = [(lesson, code_blocks(lesson.content)) for lesson in lessons]
    for language, run in (("sql", _run_sql), ("python", _run_python)):
        of_language = [(lesson, [one for one in of if one.language == language]) for lesson, of in blocks]
        if any(of for _, of in of_language):
            run(course, of_language, [one for one in example if one.language == language])
    for lesson in lessons:
        for message in other_notations(lesson.content, book.glossary if book else ()):
            course.find(lesson.name, "course.notation", message)
    return CourseReport(course.findings, course.ran, list(dict.fromkeys(course.not_run)))


_Blocks = Sequence[tuple[CourseLesson, Sequence[RunnableBlock]]]


def _run_sql(course: _Course, lessons: _Blocks, example: Sequence[RunnableBlock]) -> None:
    if (reason := course.runner.unavailable("sql")) is not None:
        course.not_run.append(reason)
        return
    repeated = Repeated()
    walk: list[tuple[CourseLesson | None, RunnableBlock, list[str]]] = []
    for lesson, blocks in [(None, example), *lessons]:
        walk += [(lesson, block, [] if block.left_out else repeated.new_in(block.code)) for block in blocks]
        for block in blocks:
            repeated.remember(block.code)
    wordings = [[wordings_of(sql, block.name) for sql in statements] for _, block, statements in walk]
    child = course.runner.run("sql", wordings)
    results = sql_results(child)
    if len(results) < len(walk):
        course.not_run.append(child.ended or "its process ended")
    database = _Database(course)
    for (lesson, block, statements), of_block in zip(walk, results, strict=False):
        database.judge(lesson.name if lesson else "", block, statements, of_block)
    _check_tables(course, lessons, database.of_example)


@dataclass(slots=True)
class _Database:
    """The walk over the statements of all lessons."""

    course: _Course
    created: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Table -> the lesson that created it, empty for the example, and the statement."""
    of_example: set[str] = field(default_factory=set)
    uncertain: bool = False
    """Whether a statement that changes tables or rows did not run here for a reason of this machine."""

    def judge(
        self, lesson: str, block: RunnableBlock, statements: Sequence[str], results: Sequence[StatementResult]
    ) -> None:
        for statement, result in zip(statements, results, strict=False):
            if result.error is not None:
                self._judge_error(lesson, block, statement, result.error)
                continue
            self.course.ran += 1
            for table in map(str.lower, DROPPED.findall(statement)):
                owner, statement_before = self.created.pop(table, (lesson, ""))
                if owner != lesson and statement_before not in map(spaced, statements):
                    where = f"“{owner}” created" if owner else "the course shares"
                    self.course.find(lesson, "course.tables", f"{block.title} drops `{table}`, which {where}.")
            for table in map(str.lower, CREATED.findall(statement)):
                self.created.setdefault(table, (lesson, spaced(statement)))
                if block.is_example:
                    self.of_example.add(table)
        whole = statements and len(results) == len(statements) and results[-1].error is None and not self.uncertain
        if whole and (problem := rows_problem(block, statements[-1], results[-1])):
            self.course.find(lesson, "course.output", f"{block.title} {problem}")

    def _judge_error(self, lesson: str, block: RunnableBlock, statement: str, message: str) -> None:
        shown = block.shown is not None and ERROR_OUTPUT.search(block.shown.text)
        if block.fails or shown or SHOWS_ERROR.search(block.code):
            return
        syntax = _SYNTAX.search(message) and sql_problem(statement, block.name)
        certain = _CERTAIN.search(message) and not _SYSTEM.search(message) and not self.uncertain
        if syntax or certain:
            what = f"{block.title} fails in the database of the course: {message}."
            self.course.find(lesson, "course.example" if block.is_example else "course.run", what)
            return
        self.course.not_run.append(message)
        self.uncertain |= CHANGES_DATA.match(statement) is not None


def _check_tables(course: _Course, lessons: _Blocks, shared: set[str]) -> None:
    """Find lessons that leave the shared tables aside and make their own."""
    for lesson, blocks in lessons if shared else ():
        code = "\n".join(block.code for block in blocks).lower()
        own = [table.lower() for table in CREATED.findall(code)]
        if own and not any(re.search(rf"\b{table}\b", code) for table in shared):
            message = f"It makes `{own[0]}` and uses none of the tables that the course shares."
            course.find(lesson.name, "course.tables", message)


def _run_python(course: _Course, lessons: _Blocks, example: Sequence[RunnableBlock]) -> None:
    numbered: list[tuple[str, RunnableBlock, RunnableBlock]] = [("", block, block) for block in example]
    for lesson, blocks in lessons:
        for block in blocks:
            numbered.append((lesson.name, block, replace(block, number=len(numbered) + 1)))
    report = CodeReport()
    run_python_blocks([block for _, _, block in numbered], course.runner, report)
    course.ran += sum(run.state != "not run" for run in report.runs)
    course.not_run += [run.reason for run in report.runs if run.reason]
    for finding in report.findings:
        for name, original, block in numbered:
            if finding.message.startswith(f"{block.title} "):
                rule = f"course.{finding.rule.removeprefix('code.')}"
                course.find(name, rule, original.title + finding.message.removeprefix(block.title))
