"""A recorded course as a whole: it passes as its author wrote it, and damages between its lessons are found."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.eval.answers import read_answers
from domain.course.book import CourseBook, RunningExample, Term
from domain.vocabulary import ContentType
from nodes.verification.code.course import CourseLesson, check_course
from nodes.verification.code.runner import CodeRunner

RECORDED = read_answers(Path("tests/courses"))
LESSONS = [
    CourseLesson(one.subject.name, one.answer["content"])
    for one in RECORDED
    if one.content_type is ContentType.TUTORIAL
]
BOOK = RECORDED[0].book
assert BOOK is not None
assert BOOK.example is not None
EXAMPLE = BOOK.example.code
LOANS = "\n".join(re.findall(r"(?:CREATE TABLE|INSERT INTO) loans.*?;", EXAMPLE, re.DOTALL))
FIRST, CONDITIONS, GROUPS, JOINS = (lesson.name for lesson in LESSONS)


def damaged(name: str, change: Callable[[str], str]) -> list[CourseLesson]:
    lessons = [CourseLesson(one.name, change(one.content) if one.name == name else one.content) for one in LESSONS]
    assert lessons != LESSONS
    return lessons


def with_block(code: str, info: str = "sql run") -> Callable[[str], str]:
    """Return a change that adds a block before the section about mistakes."""
    return lambda content: content.replace(
        "\n## What people get wrong", f"\n```{info}\n{code}\n```\n\n## What people get wrong"
    )


def found(lessons: list[CourseLesson], runner: CodeRunner, book: CourseBook | None = BOOK) -> list[tuple[str, str]]:
    return [(one.lesson, one.rule) for one in check_course(lessons, book, runner).findings]


def test_all_sql_of_the_recorded_course_runs_in_one_database(sql_only: CodeRunner) -> None:
    report = check_course(LESSONS, BOOK, sql_only)
    assert report.findings == []
    assert report.not_run == []
    assert report.ran == 30


def test_a_lesson_that_is_run_alone_needs_the_example(sql_only: CodeRunner) -> None:
    assert found(LESSONS[3:], sql_only) == []
    assert {rule for _, rule in found(LESSONS[3:], sql_only, None)} == {"course.run"}


@pytest.mark.parametrize(
    ("name", "change", "findings"),
    [
        (
            CONDITIONS,
            with_block("DROP TABLE loans;"),
            {(CONDITIONS, "course.tables"), (GROUPS, "course.run"), (JOINS, "course.run")},
        ),
        (CONDITIONS, with_block("CREATE TABLE books (isbn TEXT);"), {(CONDITIONS, "course.run")}),
        (
            CONDITIONS,
            with_block("DROP TABLE books;\nCREATE TABLE books (isbn TEXT, title TEXT);"),
            {(CONDITIONS, "course.tables"), (GROUPS, "course.run"), (JOINS, "course.run")},
        ),
        (
            CONDITIONS,
            with_block("DELETE FROM loans WHERE loan_id = 6;"),
            {(GROUPS, "course.output"), (JOINS, "course.output")},
        ),
        (GROUPS, lambda text: text.replace("FROM loans", "FROM rentals"), {(GROUPS, "course.run")}),
        (JOINS, lambda text: text.replace("b.title", "b.name"), {(JOINS, "course.run")}),
        (GROUPS, lambda text: text.replace("1       | 3", "1       | 4"), {(GROUPS, "course.output")}),
        (FIRST, with_block("INSERT INTO members VALUES (1, 'Eve', NULL);"), {(FIRST, "course.run")}),
        (FIRST, with_block("SELEC title FROM books;"), {(FIRST, "course.run")}),
        (
            JOINS,
            lambda _: "## Pairs\n\n```sql run\nCREATE TABLE pets (pet_id INTEGER);\nSELECT pet_id FROM pets;\n```\n",
            {(JOINS, "course.tables")},
        ),
        (GROUPS, lambda text: text.replace("aggregate function", "aggregate-function"), set()),
        (FIRST, lambda text: text.replace("`book_id`", "`bookId`"), {(FIRST, "course.notation")}),
        (FIRST, lambda text: text.replace("primary key", "primarykey"), {(FIRST, "course.notation")}),
    ],
)  # fmt: skip
def test_what_one_lesson_does_to_another_is_found(
    sql_only: CodeRunner, name: str, change: Callable[[str], str], findings: set[tuple[str, str]]
) -> None:
    assert set(found(damaged(name, change), sql_only)) >= findings
    if not findings:
        assert found(damaged(name, change), sql_only) == []


@pytest.mark.parametrize(
    "change",
    [
        with_block("CREATE TABLE scratch (n INTEGER);\nINSERT INTO scratch VALUES (1);\nDROP TABLE scratch;"),
        with_block("INSERT INTO members VALUES (1, 'Eve', NULL);", "sql fails"),
        with_block("CREATE TABLE books (...);", "sql fragment"),
        with_block("SELECT title FROM books ORDER BY title COLLATE \"de_DE\" NULLS LAST LIMIT ALL;", "postgresql"),
        with_block("SELECT table_name FROM information_schema.tables;", "postgresql"),
        with_block("UPDATE members SET city = 'Oslo' WHERE member_id = 9;"),
        with_block(EXAMPLE),
        with_block(f"DROP TABLE IF EXISTS loans;\n{LOANS}"),
    ],
)  # fmt: skip
def test_what_leaves_the_other_lessons_alone_passes(sql_only: CodeRunner, change: Callable[[str], str]) -> None:
    assert found(damaged(CONDITIONS, change), sql_only) == []


def test_an_example_that_fails_is_found(sql_only: CodeRunner) -> None:
    book = CourseBook(
        example=RunningExample(title="E", language="sql", code="CREATE TABLE t (a); INSERT INTO t VALUES (1, 2);")
    )
    lesson = CourseLesson("L", "## One\n\n```sql\nSELECT a FROM t;\n```")
    assert found([lesson], sql_only, book) == [("", "course.example")]


def test_a_course_without_code_or_book_passes(sql_only: CodeRunner) -> None:
    assert found([CourseLesson("L", "## One\n\nText."), CourseLesson("", "")], sql_only, None) == []
    assert found([], sql_only) == []


def test_where_code_is_off_the_report_says_so() -> None:
    report = check_course(LESSONS, BOOK, CodeRunner("off"))
    assert report.findings == []
    assert report.not_run == ["running it is turned off (ROADMAP_RUN_CODE)"]


def test_python_of_all_lessons_runs_in_one_interpreter(sandboxed: CodeRunner) -> None:
    book = CourseBook(
        example=RunningExample(title="E", language="python", code="prices = [3, 4, 8]"),
        glossary=[Term(term="mean", notation="`mean_of`")],
    )
    one = CourseLesson(
        "One",
        "## A\n\n```python run\ndef mean_of(v):\n    return sum(v) / 3\nprint(mean_of(prices))\n```\n\n"
        "```text\n5.0\n```\n",
    )
    two = CourseLesson("Two", "## B\n\n```python run\nprint(mean_of([1, 2]))\n```\n\n```text output\n1.0\n```")
    assert found([one, two], sandboxed, book) == []
    assert found([two], sandboxed, book) == [("Two", "course.run")]
    changed = CourseLesson("One", one.content.replace("def", "prices.append(1)\ndef"))
    assert found([changed, two], sandboxed, book) == [("One", "course.output")]
    renamed = CourseLesson("Three", "## C\n\n```python run\nmeanOf = mean_of\n```")
    assert found([one, two, renamed], sandboxed, book) == [("Three", "course.notation")]
