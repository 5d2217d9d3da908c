"""Syntax of SQL in lessons, read by sqlglot in the dialect of the block, or in any where it names none."""

import logging
import re
from typing import Final

_DIALECTS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "postgres": "postgres",
    "psql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "tsql": "tsql",
    "bigquery": "bigquery",
    "oracle": "oracle",
    "duckdb": "duckdb",
}
_ANY: Final = ("postgres", "mysql", "sqlite", "tsql", "oracle", "bigquery")
_NOT_ONLY_SQL: Final = re.compile(
    r"\.\.\.|…|<\w[\w -]*>|\{\{|^\s*(?:[\\.]\w|[+|]-*|DELIMITER\b|GO\s*$|PRAGMA\b|DO\b|\w*[=-]?[#>]\s)"
    r"|\bBEGIN\b(?!\s*;|\s+TRAN)"
    r"|\$\$|\bLOOP\b|\bEND\s+IF\b|\bPROCEDURE\b|\bTRIGGER\b|^\s*\(\d+ rows?\)|[-─]{4,}\s*$|^\s*EXPLAIN\b",
    re.MULTILINE | re.IGNORECASE,
)
"""Abridged examples, commands of a shell, procedural code, and output: no plain SQL."""


_CLAUSE: Final = re.compile(
    r"(?:--[^\n]*\n\s*)*(?:FROM|WHERE|(?:(?:LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|OUTER)\s+)*JOIN|ON|GROUP\s+BY|HAVING"
    r"|ORDER\s+BY|LIMIT|OFFSET|FETCH|UNION|EXCEPT|INTERSECT)\b",
    re.IGNORECASE,
)
_STRING: Final = re.compile(r"'[^'\n]*'|--[^\n]*")
_COMMA_BEFORE_FROM: Final = re.compile(r",\s*FROM\b", re.IGNORECASE)
"""Some dialects allow it, most do not."""
_COLUMN: Final = re.compile(r"^\s*\w+\s+[A-Za-z]+.*\b(?:KEY|NULL|UNIQUE|DEFAULT|REFERENCES)\b", re.MULTILINE)
_STATEMENT: Final = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|ALTER|DROP|VALUES|SET)\b", re.IGNORECASE)


def sql_problem(code: str, language: str = "sql") -> str | None:
    """Return the syntax error of a block; None where one of the dialects reads it."""
    if _NOT_ONLY_SQL.search(code):
        return None
    if language not in {"bigquery", "duckdb"} and _COMMA_BEFORE_FROM.search(_STRING.sub("''", code)):
        return "a comma before FROM"
    code = _completed(code)
    dialects = (_DIALECTS[language], *_ANY) if language in _DIALECTS else _ANY
    first: str | None = None
    for dialect in dialects:
        problem = _problem(code, dialect)
        if problem is None:
            return None
        first = first or problem
    return first


def _completed(code: str) -> str:
    """Return a fragment as a whole statement: a clause with its query, definitions of columns with their table."""
    if clause := _CLAUSE.match(code.lstrip()):
        word = clause[0].split()[-1].upper()
        beginning = {"FROM": "SELECT * ", "ON": "SELECT * FROM a JOIN b "}.get(word, "SELECT * FROM a ")
        return beginning + code
    if not _STATEMENT.search(code) and _COLUMN.search(code):
        return f"CREATE TABLE a (\n{code.rstrip().rstrip(',')}\n)"
    return code


def _problem(code: str, dialect: str) -> str | None:
    import sqlglot
    from sqlglot import errors

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it logs statements that it passes unread
    try:
        sqlglot.parse(code, read=dialect)
    except errors.ParseError as error:
        first = error.errors[0] if error.errors else {}
        place = f"line {first['line']}: " if first.get("line") else ""
        return f"{place}{first.get('description') or 'no SQL'} near “{first.get('highlight', '')}”"
    except errors.SqlglotError as error:
        return str(error).splitlines()[0][:120]
    except RecursionError:
        return None
    return None
