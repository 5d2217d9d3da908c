"""Code of lessons that build on the example of the course book, which runs before theirs."""

import pytest

from domain.course.book import RunningExample
from nodes.verification.code.examination import examine_code, report_code
from nodes.verification.code.runner import CodeRunner
from tests.nodes.verification.code.lessons import lesson
from tests.support.books import BOOK, CODE

SHOP = BOOK.example
CITIES = "sql run\nSELECT city, count(*) AS n FROM customers WHERE city IS NOT NULL GROUP BY city ORDER BY city;"


async def test_a_lesson_that_uses_the_shared_tables_is_run_with_them(sql_only: CodeRunner) -> None:
    content = lesson(CITIES, "text output\ncity | n\nBern | 2\nUlm | 1")
    report = await report_code(content, sql_only, SHOP)
    assert report.findings == []
    assert [(state.number, state.state) for state in report.states] == [(1, "ran")]
    assert [state.state for state in (await report_code(content, sql_only)).states] == ["not run"]


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (["sql run\nSELECT town FROM customers;"], "Code block 1 (sql) fails when it is run: no such column: town"),
        ([CITIES, "text output\ncity | n\nBern | 3\nUlm | 1"], "Code block 1 (sql) returns the row Bern | 2"),
        (["sql run\nSELECT * FROM clients;"], "no such table: clients"),
    ],
)
async def test_a_lesson_that_misuses_the_shared_tables_is_a_doubt(
    sql_only: CodeRunner, blocks: list[str], message: str
) -> None:
    [finding] = await examine_code(lesson(*blocks), sql_only, SHOP)
    assert message in finding.message


async def test_a_table_of_its_own_beside_the_shared_ones_is_no_doubt(sql_only: CodeRunner) -> None:
    """Without the shared tables, a lesson with a table of its own was said to lack the others."""
    blocks = "sql run\nCREATE TABLE rates (city TEXT, rate NUMERIC);", "sql run\nSELECT total FROM orders;"
    assert await examine_code(lesson(*blocks), sql_only, SHOP) == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("sql", "CREATE TABEL customers (name TEXT);"),
        ("sql", "-- nothing"),
        ("cobol", CODE),
        ("", CODE),
        ("sql", "SELECT 1;\n" * 20_000),
    ],
)
async def test_an_example_that_cannot_be_run_is_no_doubt_about_a_lesson(
    sql_only: CodeRunner, language: str, code: str
) -> None:
    example = RunningExample(title="Broken", language=language, code=code)
    report = await report_code(lesson("sql\nSELECT name FROM customers;"), sql_only, example)
    assert report.findings == []
    assert [state.number for state in report.states] == [1]


async def test_python_of_a_lesson_sees_what_the_shared_example_defines(sandboxed: CodeRunner) -> None:
    example = RunningExample(title="Prices", language="python", code="prices = {'tea': 3}\n")
    right = lesson("python run\nprint(prices['tea'])", "text output\n3")
    wrong = lesson("python run\nprint(prices['tea'])", "text output\n4")
    assert await examine_code(right, sandboxed, example) == []
    [finding] = await examine_code(wrong, sandboxed, example)
    assert finding.message.startswith("Code block 1 (python)")
