"""Statuses in SQL come from the vocabulary, so that a new or renamed status is changed in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.vocabulary import ContentStatus, TaskStatus
from domain.webhooks import DeliveryStatus

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("repository", "orchestrator", "nodes", "backend", "cli")
PREDICATES: Final = ROOT / "repository" / "predicates.py"
STATUSES: Final = "|".join(sorted({*TaskStatus, *ContentStatus, *DeliveryStatus}))
LITERAL: Final = re.compile(rf"'({STATUSES})'")
SET_OF_MEMBERS: Final = re.compile(r"IN \([^)]*\{(Task|Content|Delivery)Status\.")


def status_literals(source: str) -> list[int]:
    """Return the lines of the string literals, or parts of f-strings, that quote a status."""
    strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return [node.lineno for node in strings if isinstance(node.value, str) and LITERAL.search(node.value)]


def status_sets(source: str) -> list[int]:
    """Return the lines of the f-strings that list members of the vocabulary in an SQL set."""
    strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    return [node.lineno for node in strings if SET_OF_MEMBERS.search(ast.unparse(node))]


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def test_no_sql_quotes_a_status() -> None:
    places = [f"{path.relative_to(ROOT)}:{line}" for path in modules() for line in status_literals(path.read_text())]
    assert not places, "use a condition of repository/predicates.py or a member of the vocabulary"


def test_no_set_of_statuses_is_built_outside_of_the_predicates() -> None:
    others = (path for path in modules() if path != PREDICATES)
    places = [f"{path.relative_to(ROOT)}:{line}" for path in others for line in status_sets(path.read_text())]
    assert not places, "build the set in repository/predicates.py"


def test_both_searches_find_offenders() -> None:
    assert status_literals("""query = "SELECT count(*) FROM t WHERE status = 'failed'" """) == [1]
    assert status_literals("""\nquery = f"SELECT {x} FROM t WHERE status IN ('completed', 'failed')" """) == [2]
    assert status_sets("""query = f"status IN ('{TaskStatus.FAILED}')" """) == [1]
