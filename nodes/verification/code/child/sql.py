"""Running the SQL of a lesson: one database in memory, from which no statement reaches a file."""

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final

MAX_ROWS: Final = 200
MAX_VALUE_BYTES: Final = 1_000_000
MAX_PAGES: Final = 16_384
"""Of 4 KiB."""
_STEPS_BETWEEN_LOOKS: Final = 10_000
_SHARE: Final = 0.6
"""Of the seconds of CPU time, after which the kernel ends the process without an answer."""
_DENIED_ACTIONS: Final = frozenset(
    {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_CREATE_VTABLE, sqlite3.SQLITE_DROP_VTABLE}
)
_DENIED_FUNCTIONS: Final = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_ALLOWED_PRAGMAS: Final = frozenset({"table_info", "table_xinfo", "index_list", "foreign_keys", "foreign_key_list"})


def run_sql(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the statements of each block and yield a result for each block.

    A statement comes in several wordings, the author's first and then translations, of which the first that works
    counts.
    """
    connection = _connect(time.monotonic() + request["seconds"] * _SHARE)
    for block in request["blocks"]:
        yield {"statements": [_run(connection, wordings) for wordings in block]}


def _connect(deadline: float) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA max_page_count = {MAX_PAGES}")
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    return connection


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    denied = (
        action in _DENIED_ACTIONS
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _ALLOWED_PRAGMAS)
    )
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def _run(connection: sqlite3.Connection, wordings: list[str]) -> dict[str, Any]:
    problem = ""
    for number, wording in enumerate(wordings):
        try:
            cursor = connection.execute(wording)
            rows = cursor.fetchmany(MAX_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError, ValueError) as error:
            problem = problem or str(error)[:300] or type(error).__name__
            continue
        shown = [["" if value is None else str(value)[:1000] for value in row] for row in rows]
        columns = [column[0] for column in cursor.description or ()]
        return {"error": None, "wording": number, "columns": columns, "rows": shown}
    return {"error": problem, "wording": 0, "columns": [], "rows": []}
