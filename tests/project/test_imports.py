"""Rules of imports that import-linter cannot express, since it knows modules and not names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = ("repository.db.database", "repository.roadmaps", "repository.runs", "repository.tables", "repository.users")


def names_from_repository(package: str) -> Iterator[str]:
    """Names that a package imports from modules of rows, each as `file: name`."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROWS):
                yield from (f"{path.relative_to(ROOT)}: {alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", ["backend", "cli"])
def test_rows_are_read_through_queries_where_ownership_is_checked(package: str) -> None:
    """Only classes, for annotations, are imported from the modules that read and write rows."""
    names = list(names_from_repository(package))

    assert names
    assert [name for name in names if not name.rpartition(" ")[2][0].isupper()] == []
