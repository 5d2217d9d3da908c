"""SQL of a lesson: its blocks run in order in one database in memory, and only what is certainly wrong is a doubt.

SQLite stands in for every dialect. A statement that it refuses is tried again as sqlglot translates it. Certain are a
table or column that the lesson's own statements do not define, and rows that differ from those that are shown.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from domain.checks.code import SHOWS_ERROR
from domain.checks.code.sql import sql_problem
from nodes.verification.code.blocks import RunnableBlock
from nodes.verification.code.child.sql import MAX_ROWS
from nodes.verification.code.comparison import match_tokens, tokens
from nodes.verification.code.report import CodeReport
from nodes.verification.code.results import StatementResult, sql_results
from nodes.verification.code.runner import CodeRunner

_DIALECTS: Final = {
    "postgresql": "postgres", "postgres": "postgres", "psql": "postgres", "mysql": "mysql", "mariadb": "mysql",
    "tsql": "tsql", "duckdb": "duckdb",
}  # fmt: skip
_NO_TABLE: Final = re.compile(r"no such table: (?:\w+\.)?(.+)")
_NO_COLUMN: Final = re.compile(r"no such column: (?:\w+\.)*(\w+)|has no column named (\w+)")
_COUNT: Final = re.compile(r"table \w+ has \d+ columns but \d+ values were supplied|\d+ values for \d+ columns")
_SYNTAX: Final = re.compile(r"syntax error|incomplete input|unrecognized token")
CREATED: Final = re.compile(
    r"\bCREATE\s+(?:\w+\s+){0,3}?(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?(?:\w+\.)?(\w+)", re.IGNORECASE
)
DROPPED: Final = re.compile(r"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?[\"`\[]?(?:\w+\.)?(\w+)", re.IGNORECASE)
_SETS_UP: Final = re.compile(r"\s*(?:--[^\n]*\s*)*(?:CREATE|INSERT)\b", re.IGNORECASE)
_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
CHANGES_DATA: Final = re.compile(
    r"\s*(?:--[^\n]*\s*)*(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|REPLACE|MERGE|WITH)\b", re.IGNORECASE
)
_VOLATILE: Final = re.compile(r"CURRENT_|\bNOW\s*\(|RANDOM|\bRAND\s*\(|UUID|GETDATE|'now'|SYSDATE", re.IGNORECASE)
ERROR_OUTPUT: Final = re.compile(r"\berror\b|\bexception\b|no such |does not exist|❌", re.IGNORECASE)
_ORDERED: Final = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_SYSTEM_COLUMNS: Final = frozenset({
    "ctid", "xmin", "xmax", "oid", "tableoid", "rownum", "rowid", "level", "sysdate", "user", "current_user",
    "session_user", "excluded", "new", "old",
})  # fmt: skip
_RULE: Final = re.compile(r"[\s|+:=─┼│┤├┬┴┌┐└┘-]*")
_COUNT_LINE: Final = re.compile(r"\(?\d+ rows?(?: in set.*| affected.*)?\)?\.?", re.IGNORECASE)
_CELLS: Final = re.compile(r"\s*[|│]\s*|\t+|\s{2,}")
_SAME_VALUES: Final = {
    "null": "",
    "none": "",
    "(null)": "",
    "<null>": "",
    "[null]": "",
    "t": "1",
    "true": "1",
    "f": "0",
    "false": "0",
}
_MIN_LIKENESS: Final = 0.7


@dataclass(slots=True)
class _Lesson:
    report: CodeReport
    whole: str
    """The SQL of all blocks."""
    created: set[str] = field(default_factory=set)
    incomplete: bool = False
    """Whether a statement that changes tables or rows did not run: what follows is not certain."""


@dataclass(slots=True)
class Repeated:
    """The statements that set tables up and were run before: to repeat them changes nothing."""

    known: set[str] = field(default_factory=set)

    def remember(self, code: str) -> None:
        self.known |= {spaced(statement) for statement in statements_of(code) if _SETS_UP.match(statement)}

    def new_in(self, code: str) -> list[str]:
        """Return the statements that are not repeated. After its table is dropped, none is a repetition."""
        new: list[str] = []
        for statement in statements_of(code):
            for table in DROPPED.findall(statement):
                self.known = {one for one in self.known if not re.search(rf"\b{table}\b", one, re.IGNORECASE)}
            if spaced(statement) not in self.known:
                new.append(statement)
        return new


def run_sql_blocks(blocks: Sequence[RunnableBlock], runner: CodeRunner, report: CodeReport) -> None:
    """Run the blocks and add what came of them to the report. Blocks the thread.

    Where the first block is the example of the course, a lesson that repeats statements of it changes nothing.
    """
    if (reason := runner.unavailable("sql")) is not None:
        report.not_run(blocks, reason)
        return
    repeated = Repeated()
    statements = [[] if block.left_out else repeated.new_in(block.code) for block in blocks[:1]]
    if blocks[0].is_example:
        repeated.remember(blocks[0].code)
    statements += [[] if block.left_out else repeated.new_in(block.code) for block in blocks[1:]]
    wordings = [[wordings_of(sql, block.name) for sql in of] for block, of in zip(blocks, statements, strict=True)]
    child = runner.run("sql", wordings)
    results = sql_results(child)
    lesson = _Lesson(report, "\n".join(block.code for block in blocks))
    for index, block in enumerate(blocks):
        if index >= len(results) or not statements[index]:
            if index < len(results) and not block.left_out:
                report.ran(block)  # the example has all of it
                continue
            reason = "it is a fragment" if not statements[index] else child.ended or "its process ended"
            report.not_run([block], reason)
            lesson.incomplete |= CHANGES_DATA.match(block.code) is not None
            continue
        _judge(lesson, block, statements[index], results[index])


def spaced(statement: str) -> str:
    return " ".join(_COMMENT.sub(" ", statement).split()).rstrip("; ").casefold()


def statements_of(code: str) -> Iterator[str]:
    """Split a block at the ends of its statements."""
    begun = ""
    for part in re.split(r"(?<=;)", code):
        begun += part
        if sqlite3.complete_statement(begun) and begun.strip(" ;\n\t"):
            yield begun
            begun = ""
    if _COMMENT.sub("", begun).strip("; \n\t\r"):
        yield begun


def wordings_of(statement: str, name: str) -> list[str]:
    """Return the statement, and its translations into SQLite's dialect."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    wordings = [statement]
    for dialect in (_DIALECTS[name],) if name in _DIALECTS else ("postgres", "mysql"):
        try:
            translated = sqlglot.transpile(statement, read=dialect, write="sqlite")
        except (SqlglotError, RecursionError):
            continue
        if len(translated) == 1 and translated[0] not in wordings:
            wordings.append(translated[0])
    return wordings


def _judge(
    lesson: _Lesson, block: RunnableBlock, statements: Sequence[str], results: Sequence[StatementResult]
) -> None:
    """Judge a block by the first of its statements that did not run, else by its rows."""
    for statement, result in zip(statements, results, strict=False):
        message = result.error
        if message is None:
            lesson.created |= {name.lower() for name in CREATED.findall(statement)}
            continue
        shows_error = block.shown is not None and ERROR_OUTPUT.search(block.shown.text)
        if block.fails or shows_error or SHOWS_ERROR.search(block.code):
            lesson.report.ran(block, "fails as shown")
        elif not lesson.incomplete and (problem := _certain(lesson, block, statement, message)):
            lesson.report.doubt(block, "code.run", f"fails when it is run: {problem}.")
        else:
            lesson.report.not_run([block], message)
        lesson.incomplete |= CHANGES_DATA.match(statement) is not None
        return
    comparable = results and not lesson.incomplete
    if comparable and (problem := rows_problem(block, statements[-1], results[-1])):
        lesson.report.doubt(block, "code.output", problem)
    else:
        lesson.report.ran(block)


def _certain(lesson: _Lesson, block: RunnableBlock, statement: str, message: str) -> str | None:
    """Return the error where another database and the reader's own tables would not mend it."""
    if found := _NO_TABLE.search(message):
        missing = found[1].lower()
        alike = get_close_matches(missing, lesson.created, 1, _MIN_LIKENESS)
        known = missing in lesson.created or bool(alike) or (block.runs and bool(lesson.created))
        return message if known and not missing.startswith(("sqlite_", "pg_", "information_schema")) else None
    if found := _NO_COLUMN.search(message):
        return message if lesson.created and _is_column(found[1] or found[2], statement, block.name) else None
    if _COUNT.search(message):
        return message
    if _SYNTAX.search(message) and sql_problem(statement, block.name):
        return message
    return None


def _is_column(name: str, statement: str, language: str) -> bool:
    """Return whether the statement means a column by that name, and no unit or keyword of its dialect."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    if name.lower() in _SYSTEM_COLUMNS:
        return False
    for dialect in (_DIALECTS[language],) if language in _DIALECTS else ("postgres", "mysql", "tsql"):
        try:
            tree = sqlglot.parse_one(statement, read=dialect)
        except (SqlglotError, RecursionError):
            continue
        if name not in {part.name for part in tree.find_all(sqlglot.exp.Column, sqlglot.exp.Identifier)}:
            return False
    return True


def rows_problem(block: RunnableBlock, statement: str, result: StatementResult) -> str | None:
    """Return how the shown rows differ from the real ones; None where they cannot be compared."""
    if block.shown is None or block.fails or not result.columns:
        return None
    foreign = result.wording != 0 or block.name in _DIALECTS
    if foreign or len(result.rows) > MAX_ROWS or _VOLATILE.search(statement):
        return None
    shown = _table(block.shown.text, len(result.columns))
    if shown is None:
        return None
    if shown and [cell.lower() for cell in shown[0]] == [column.lower() for column in result.columns]:
        shown = shown[1:]
    elif len(shown) == len(result.rows) + 1:
        shown = shown[1:]  # a heading in other words
    real = [[_value(cell) for cell in row] for row in result.rows]
    cells = [[_value(cell) for cell in row] for row in shown]
    if not _ORDERED.search(statement):
        real, cells = sorted(real), sorted(cells)
    if len(real) != len(cells):
        return f"returns {len(real)} rows, while the lesson shows {len(cells)}."
    for real_row, row in zip(real, cells, strict=True):
        if not all(match_tokens(tokens(cell), tokens(value)) for cell, value in zip(row, real_row, strict=True)):
            return f"returns the row {' | '.join(real_row)}, while the lesson shows {' | '.join(row)}."
    return None


def _table(text: str, width: int) -> list[list[str]] | None:
    """Return the rows of a table in text, with its heading if there is one; None where the text is no such table."""
    rows = []
    for line in text.splitlines():
        if _RULE.fullmatch(line) or _COUNT_LINE.fullmatch(line.strip()):
            continue
        cells = [cell.strip() for cell in _CELLS.split(line.strip().strip("|│").strip())]
        if "|" in line or "│" in line:
            cells = [cell.strip() for cell in re.split(r"[|│]", line.strip().removeprefix("|").removesuffix("|"))]
        if len(cells) != width or "..." in line or "…" in line:
            return None
        rows.append(cells)
    return rows


def _value(cell: str) -> str:
    cell = cell.strip("'\"")
    return _SAME_VALUES.get(cell.lower(), cell)
