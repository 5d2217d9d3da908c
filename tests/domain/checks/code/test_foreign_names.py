"""Names in the code of questions: what neither the lesson nor the question has is foreign, whatever the subject."""

from typing import Any

import pytest

from domain.checks import Expected
from domain.checks.code.foreign_names import foreign_names
from domain.contents import Question

SQL_LESSON = """## Die Tabelle

```sql
CREATE TABLE kunden (kunden_id INTEGER PRIMARY KEY, name TEXT, ort TEXT);
SELECT name FROM kunden WHERE ort = 'Lund';
```
"""
PYTHON_LESSON = """## Averages

```python run
import numpy as np
prices = np.array([3.0, 4.0])
print(prices.mean())
```
"""
RUST_LESSON = '## Ownership\n\n```rust\nlet label = String::from("a");\nlet taken = label;\nprintln!("{taken}");\n```\n'
EXAMPLE = "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, total REAL);"


def names(lesson: str, text: str, *options: str, **expected: Any) -> list[str]:
    question = Question(
        question_id="q1",
        question_type="single_choice",
        question=text,
        options=[*(options or ("1", "2")), "another one"],
        correct_answer=[0],
        explanation="It follows from the definition.",
        difficulty="easy",
    )
    return foreign_names(question, Expected(lesson=lesson, **expected))


@pytest.mark.parametrize(
    ("text", "options", "found"),
    [
        ("What does it return?\n\n```sql\nSELECT name FROM employees;\n```", (), ["employees"]),
        ("What does it return?\n\n```sql\nSELECT salary FROM kunden;\n```", (), ["salary"]),
        ("Was liefert `SELECT COUNT(*) FROM mitarbeiter`?", (), ["mitarbeiter"]),
        ("¿Qué consulta lo muestra?", ("`SELECT nombre FROM clientes;`", "`SELECT 1;`"), ["clientes", "nombre"]),
        ("哪个查询正确？", ("SELECT 姓名 FROM 学生 WHERE ort = 'x'", "b"), ["学生", "姓名"]),
        ("Which?", ("```sql\nSELECT name FROM kunden k JOIN towns ON towns.town = k.ort\n```", "b"), ["towns", "town"]),
        ("What does it do?\n\n```sql\nINSERT INTO kunden (kunden_id, phone) VALUES (1, '2');\n```", (), ["phone"]),
        ("What does it do?\n\n```postgresql\nUPDATE staff SET name = 'a';\n```", (), ["staff"]),
        ("Given is `employees(id, boss)`.\n\n```\nSELECT boss FROM employees\n```", (), ["employees", "boss"]),
    ],
)  # fmt: skip
def test_tables_and_columns_of_another_database_are_foreign(
    text: str, options: tuple[str, ...], found: list[str]
) -> None:
    assert names(SQL_LESSON, text, *options) == found


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("What does it return?\n\n```sql\nSELECT K.NAME FROM Kunden AS K ORDER BY ort;\n```", ()),
        ("What?\n\n```sql\nSELECT ort, COUNT(*) AS anzahl FROM kunden GROUP BY ort HAVING anzahl > 1;\n```", ()),
        ("How many rows?\n\n```sql\nWITH t(x) AS (VALUES (1), (2)) SELECT x FROM t;\n```", ()),
        ("What is in it?\n\n```sql\nCREATE TABLE pets (species TEXT);\nSELECT species FROM pets;\n```", ()),
        ("Which statement makes it?", ("`CREATE TABLE pets (species TEXT PRIMARY KEY);`", "`CREATE pets;`")),
        ("Which query counts them?", ("`SELECT COUNT(*) FROM kunden;`", "`SELECT COUNT(*) FROM people;`")),
        ("What is wrong here?\n\n```sql\nSELECT salary FROM employees;\n```", ()),
        ("Welche Abfrage ergibt einen Fehler?", ("`SELECT alter FROM kunden;`", "b")),
        ("Which statement raises an error?", ("`SELECT age FROM kunden;`", "b")),
        ("Which form has it?", ("`SELECT column FROM my_table`", "b")),
        ("What does `SELECT a.x FROM t1 a JOIN t2 b ON a.x = b.x` keep?", ()),
        ("Which?\n\n```sql\nSELECT name FROM (SELECT name, ort AS st FROM kunden) AS s WHERE st = 'Lund'\n```", ()),
        ("Is it text?\n\n```sql\nSELECT name FROM kunden WHERE ort = \"Malmö\";\n```", ()),
        ("What is the total?\n\n```sql\nSELECT total FROM orders WHERE order_id = 1;\n```", ()),
        ("Which tables are there?\n\n```sql\nSELECT table_name FROM information_schema.tables;\n```", ()),
        ("What is this?\n\n```sql\nSELECT FROM WHERE employees (((\n```", ()),
        ("What does this print?\n\n```python\nrows = [1, 2]\nprint(len(rows))\n```", ()),
        ("No code at all: who wrote *Solaris*?", ("Lem", "`Le Guin`")),
        ("```sql\n\x00\n```", ("\x00", "`SELECT \x00 FROM`")),
    ],
)  # fmt: skip
def test_what_the_lesson_or_the_question_defines_is_not_foreign(text: str, options: tuple[str, ...]) -> None:
    assert names(SQL_LESSON, text, *options, example=EXAMPLE) == []


ORDINARY_SQL = (
    "SELECT EXTRACT(YEAR FROM ort) FROM kunden",
    "SELECT DATEDIFF(day, ort, name) FROM kunden",
    "SELECT TOP 5 name FROM kunden",
    "SELECT name, ROW_NUMBER() OVER (PARTITION BY ort ORDER BY name) AS nummer FROM kunden",
    "ALTER TABLE kunden ADD COLUMN telefon TEXT;\nSELECT telefon FROM kunden",
    "ALTER TABLE kunden RENAME COLUMN ort TO stadt;\nSELECT stadt FROM kunden",
    "INSERT INTO kunden VALUES (DEFAULT, 'a', 'b')",
    "SELECT name FROM kunden WHERE ort LIKE 'L%' LIMIT 3 OFFSET 2",
    "SELECT k.name, n.anzahl FROM kunden k JOIN (SELECT ort, 1 AS anzahl FROM kunden) AS n ON n.ort = k.ort",
    "SELECT COALESCE(ort, 'x') AS wo FROM kunden ORDER BY wo",
    "SELECT name FROM kunden WHERE kunden_id = :id",
    "CREATE VIEW lunder AS SELECT name FROM kunden WHERE ort='Lund';\nSELECT name FROM lunder",
    "CREATE INDEX idx_ort ON kunden (ort)",
    "DELETE FROM kunden WHERE ort IS NULL",
    "UPDATE kunden SET ort = 'Malmö' WHERE kunden_id = 2",
    "SELECT name FROM kunden WHERE EXISTS (SELECT 1 FROM orders WHERE orders.order_id = kunden.kunden_id)",
    "SELECT CASE WHEN ort = 'Lund' THEN 'hier' ELSE 'dort' END AS wo, COUNT(*) FROM kunden GROUP BY wo",
    "SELECT strftime('%Y', ort) AS jahr FROM kunden",
    "SELECT name FROM kunden WHERE ort IN ('a','b') UNION SELECT ort FROM kunden",
    "SELECT x.name FROM kunden AS x CROSS JOIN LATERAL (SELECT 1 AS eins) AS y",
    "EXPLAIN QUERY PLAN SELECT name FROM kunden",
    "BEGIN; UPDATE kunden SET ort = 'a'; ROLLBACK;",
    "GRANT SELECT ON kunden TO anna",
    "MERGE INTO kunden USING orders ON kunden.kunden_id = orders.order_id WHEN MATCHED THEN UPDATE SET ort = 'x'",
    "SELECT name FROM kunden PIVOT",
    "INSERT INTO kunden (kunden_id, name) VALUES (1,'a') ON CONFLICT (kunden_id) DO UPDATE SET name = excluded.name",
    "SELECT SUM(total) FILTER (WHERE total > 3) AS big FROM orders",
    "SELECT CAST(total AS DECIMAL(10,2)) FROM orders",
    "SELECT INTERVAL '1 day' + CURRENT_DATE FROM kunden",
    "SELECT TIMESTAMPDIFF(MONTH, ort, NOW()) FROM kunden",
    "SELECT name FROM schema1.kunden",
    "SELECT * FROM kunden NATURAL JOIN orders",
    "WITH RECURSIVE zahlen(num) AS (SELECT 1 UNION ALL SELECT num + 1 FROM zahlen) SELECT num FROM zahlen",
    "SELECT name FROM kunden FETCH FIRST 3 ROWS ONLY",
    "TRUNCATE TABLE kunden",
    "DROP TABLE kunden",
)
"""Statements in many dialects about the tables of the lesson and of the example."""


def test_what_a_dialect_or_a_statement_defines_is_not_foreign(subtests: pytest.Subtests) -> None:
    for statement in ORDINARY_SQL:
        with subtests.test(statement=statement):
            text = f"What does this do?\n\n```sql\n{statement}\n```"
            assert names(SQL_LESSON, text, example=EXAMPLE) == []


def test_a_lesson_without_sql_says_nothing_about_tables() -> None:
    assert names("## Normal forms\n\nText only.", "```sql\nSELECT a1 FROM employees;\n```\n\nWhich form?") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What is printed?\n\n```python\nimport pandas as pd\nprint(pd.Series([1]).sum())\n```", ["pandas"]),
        ("What is printed?\n\n```python\nprint(frame.sum())\n```", ["frame"]),
        ("What is printed?\n\n```python\nprint(prices.mean())\n```", []),
        ("Let `heights` be an array. What is printed?\n\n```python\nprint(heights.mean())\n```", []),
        (
            "What is printed?\n\n```python\nimport math\nvalues = [v for v in range(3)]\nprint(math.fsum(values))\n```",
            [],
        ),
        ("What is wrong?\n\n```python\nprint(frame.sum())\n```", []),
        ("Which error?\n\n```python\nprint(undefined)\n```", []),
        ("What is printed?\n\n```python\n>>> frame.sum()\n```", []),
        ("What is printed?\n\n```python fragment\nframe.sum()\n```", []),
        ("What is printed?\n\n```python\nprint((\n```", []),
    ],
)
def test_python_that_needs_what_nobody_defines_is_foreign(text: str, found: list[str]) -> None:
    assert names(PYTHON_LESSON, text) == found


def test_code_of_another_language_is_foreign_when_most_of_its_words_are() -> None:
    same = '```rust\nlet label = String::from("b");\nlet copy = label.clone();\n```\n\nWho owns it?'
    other = "```rust\nregister(customer, basket, discount, checkout);\n```\n\nWho owns it?"
    assert names(RUST_LESSON, same) == []
    assert names(RUST_LESSON, other) == ["register", "customer", "basket", "discount"]
    assert names(SQL_LESSON, other) == [], "a lesson in another language says nothing about it"
