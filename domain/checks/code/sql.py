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


def sql_problem(code: str, language: str = "sql") -> str | None:
    """Return the syntax error of a block; None where one of the dialects reads it."""
    if _NOT_ONLY_SQL.search(code):
        return None
    dialects = (_DIALECTS[language], *_ANY) if language in _DIALECTS else _ANY
    first: str | None = None
    for dialect in dialects:
        problem = _problem(code, dialect)
        if problem is None:
            return None
        first = first or problem
    return first


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
