"""SQL of lessons in SQLite: renamed columns and false rows are doubts; other dialects and other tables are none."""

import pytest

from domain.course.book import CourseBook, RunningExample
from nodes.verification.code.examination import report_code
from nodes.verification.code.runner import CodeRunner
from tests.nodes.verification.code.lessons import lesson

SALES = (
    "sql\nCREATE TABLE sales (id INTEGER, amount REAL, region TEXT);\n"
    "INSERT INTO sales VALUES (1, 10.5, 'n'), (2, 20, 's');"
)
SUMS = "sql\nSELECT region, SUM(amount) AS total FROM sales GROUP BY region ORDER BY region;"


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([SALES, "sql\nSELECT SUM(amont) FROM sales;"], "Code block 2 (sql) fails when it is run: no such column"),
        ([SALES, "sql\nSELECT s.totl FROM (SELECT SUM(amount) AS total FROM sales) s;"], "no such column: s.totl"),
        ([SALES, "sql\nINSERT INTO sales (id, amont) VALUES (3, 1);"], "no column named amont"),
        ([SALES, "sql\nINSERT INTO sales VALUES (3, 1);"], "3 columns but 2 values"),
        ([SALES, "sql\nSELECT * FROM sale;"], "no such table: sale"),
        ([SALES, "sql run\nSELECT * FROM customers;"], "no such table: customers"),
        ([SALES, "sql run\nSELEC id FROM sales;"], "syntax error"),
        ([SALES, "postgresql\nUPDATE sales SET amuont = 1;"], "no such column: amuont"),
        ([SALES, SUMS, "text\nregion | total\n-------+------\nn      | 11.5\ns      | 20"], "shows n | 11.5"),
        ([SALES, SUMS, "text output\nregion  total\nn       10.5"], "returns 2 rows, while the lesson shows 1."),
    ],
)  # fmt: skip
async def test_sql_that_cannot_be_right_is_a_doubt(sql_only: CodeRunner, blocks: list[str], message: str) -> None:
    findings = (await report_code(lesson(*blocks), sql_only)).findings
    assert [message in finding.message for finding in findings] == [True], findings


@pytest.mark.parametrize(
    "blocks",
    [
        [SALES, SUMS, "text\n region | total \n--------+-------\n n      |  10.5\n s      |    20\n(2 rows)"],
        [SALES, SUMS, "text\n+--------+-------+\n| region | total |\n+--------+-------+\n| n | 10.50 |\n| s | 20 |"],
        [SALES, "sql\nSELECT region FROM sales;", "text\nregion\ns\nn"],
        [SALES, SUMS, "text\nthe plan: scan sales"],
        ["sql\nSELECT * FROM users;"],
        ["sql run\nSELECT name FROM users;"],
        [SALES, "sql fails\nSELECT amont FROM sales;"],
        [SALES, "sql fails\nSELECT amount AS a FROM sales WHERE a > 1;", "text\nERROR:  column a does not exist"],
        [SALES, "sql\n-- wrong: there is no such column\nSELECT amont FROM sales;"],
        [SALES, "sql\nSELECT s.amont FROM sales AS s;", "text\nERROR:  column s.amont does not exist"],
        [SALES, "sql fragment\nWHERE amont > 1"],
        ["sql fragment\nCREATE TABLE customers (...)", "sql\nSELECT * FROM customers;"],
        ["tsql\nCREATE TABLE t (id INT IDENTITY(1,1), d DATE);\nSELECT TOP 5 id, DATEADD(day, 1, d) FROM t;"],
        ["sql\nCREATE TABLE t (d DATE);\nSELECT DATEADD(day, 1, d) FROM t;"],
        ["postgresql\nCREATE TABLE t (id BIGINT GENERATED ALWAYS AS IDENTITY, d DATE);\nSELECT d FROM t;"],
        ["postgresql\nCREATE TABLE t (id INT);\nSELECT ctid, id FROM t;"],
        ["mysql\nCREATE TABLE t (n VARCHAR(9)) ENGINE=InnoDB;\nSELECT DATE_SUB(NOW(), INTERVAL 1 DAY) FROM t;"],
        [SALES, "sql\nSELECT region, CURRENT_TIMESTAMP FROM sales WHERE id = 1;", "text\nn | 2020-01-01"],
        [SALES, "sql\nBEGIN; UPDATE sales SET amount = 1; ROLLBACK;"],
        ["sql\nCREATE TABLE a (x INT CHECK (x > 0));\nINSERT INTO a VALUES (-1);"],
    ],
)  # fmt: skip
async def test_sql_that_may_be_right_elsewhere_is_no_doubt(sql_only: CodeRunner, blocks: list[str]) -> None:
    assert (await report_code(lesson(*blocks), sql_only)).findings == []


async def test_after_a_statement_that_only_another_database_knows_nothing_is_certain(sql_only: CodeRunner) -> None:
    report = await report_code(
        lesson("sql\nCREATE TYPE mood AS ENUM ('sad', 'happy');", SALES, "sql\nSELECT amont FROM sales;"),
        sql_only,
    )  # fmt: skip
    assert report.findings == []
    assert [state.state for state in report.runs] == ["not run", "ran", "not run"]


SHARED = CourseBook(
    example=RunningExample(title="Sales", language="SQL", code=SALES.removeprefix("sql\n") + "\n-- the end")
)


async def test_the_code_of_a_lesson_runs_after_the_example_of_its_course(sql_only: CodeRunner) -> None:
    report = await report_code(lesson(SUMS, "text\nregion | total\nn | 10.5\ns | 20"), sql_only, SHARED)
    assert report.findings == []
    assert [(state.number, state.state) for state in report.runs] == [(1, "ran")]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("sql\nSELECT price FROM sales;", "no such column: price"),
        ("sql run\nSELECT id FROM customers;", "no such table: customers"),
    ],
)
async def test_a_lesson_that_does_not_fit_the_example_is_a_doubt(
    sql_only: CodeRunner, block: str, message: str
) -> None:
    assert (await report_code(lesson(block), sql_only)).findings == []
    findings = (await report_code(lesson(block), sql_only, SHARED)).findings
    assert [message in finding.message for finding in findings] == [True], findings


async def test_a_lesson_may_show_the_example_again(sql_only: CodeRunner) -> None:
    report = await report_code(lesson(SALES, SUMS), sql_only, SHARED)
    assert report.findings == []
    assert [state.state for state in report.runs] == ["ran", "ran"]


async def test_an_example_that_fails_is_no_doubt_about_the_lesson(sql_only: CodeRunner) -> None:
    broken = CourseBook(example=RunningExample(title="E", language="sql", code="CREATE TABLE sales (((;"))
    assert (await report_code(lesson(SALES, SUMS), sql_only, broken)).findings == []
