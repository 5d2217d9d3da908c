"""Run the SQL code of a course in one database of PostgreSQL."""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from bench.outputs.__main__ import CodeFailed, CodeFence

_NUMBERS: Final = frozenset({20, 21, 23, 26, 700, 701, 1700})
"""Type codes of numbers, which are aligned to the right."""


@contextmanager
def sql_database(example: str, url: str | None) -> Iterator["SqlDatabase"]:
    """Open a database with the example of the course. `url`: of an empty one; None: one is made and dropped."""
    if url is None:
        from bench.servers import bench_server
        from tests.support.databases import create_database, drop_database, url_of

        with bench_server() as server:
            name = create_database(server.url, "course", template="template0")
            try:
                with sql_database(example, url_of(server.url, name)) as database:
                    yield database
            finally:
                drop_database(server.url, name)
        return
    with psycopg.connect(url.replace("postgresql+asyncpg://", "postgresql://"), autocommit=True) as connection:
        database = SqlDatabase(connection)
        database.run(example)
        yield database


class SqlDatabase:
    """The database in which the code of all lessons runs in order."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def play(self, fence: CodeFence, following: CodeFence | None) -> tuple[CodeFence, str] | None:
        """Run a block that says so. Returns the block `text output` behind it, and its rows or its error."""
        if not fence.language.endswith("sql") or not fence.marks & {"run", "fails"}:
            return None
        output = self.run(fence.code, fails="fails" in fence.marks)
        shows = following is not None and "output" in following.marks
        return (following, output) if following is not None and shows else None

    def run(self, code: str, *, fails: bool = False) -> str:
        """Run statements and return the rows of the last that has any, or the error. Raises CodeFailed."""
        output = ""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(code.encode())
                while True:
                    if cursor.description is not None:
                        output = table_of(cursor)
                    if not cursor.nextset():
                        break
        except psycopg.Error as error:
            self._connection.rollback()
            lines = [f"ERROR:  {error.diag.message_primary}"]
            lines += [f"DETAIL:  {error.diag.message_detail}"] if error.diag.message_detail else []
            lines += [f"HINT:  {error.diag.message_hint}"] if error.diag.message_hint else []
            if not fails:
                raise CodeFailed(f"{lines[0]} in: {code[:200]}") from None
            return "\n".join(lines)
        if fails:
            raise CodeFailed(f"it does not fail, as its mark says: {code[:200]}")
        return output


def table_of(cursor: "psycopg.Cursor[Any]") -> str:
    """Return the rows of a result as psql shows them, without their number."""
    columns = cursor.description or []
    right = [column.type_code in _NUMBERS for column in columns]
    rows = [["" if cell is None else _text(cell) for cell in row] for row in cursor.fetchall()]
    return aligned([column.name for column in columns], rows, right)


def aligned(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Return an aligned table. `right`: for each column, whether it is aligned to the right."""
    widths = [max(map(_width, cells)) for cells in zip(heading, *rows, strict=True)]
    centred = [_centred(name, width) for name, width in zip(heading, widths, strict=True)]
    lines = [" " + " | ".join(centred), "-" + "-+-".join("-" * width for width in widths) + "-"]
    for row in rows:
        cells = [_padded(cell, width, side) for cell, width, side in zip(row, widths, right, strict=True)]
        lines.append(" " + " | ".join(cells))
    return "\n".join(line.rstrip() for line in lines)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "t" if cell else "f"
    return str(cell)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


def _centred(text: str, width: int) -> str:
    blanks = width - _width(text)
    return " " * (blanks // 2) + text + " " * (blanks - blanks // 2)
