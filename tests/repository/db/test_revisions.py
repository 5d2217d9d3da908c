"""Migrations run beside an application that has a package `migrations` of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from repository.db.revisions import own_migrations
from tests.support.databases import create_database, drop_database, url_of

PROGRAM = """
import sys
from repository.db import schema
schema.upgrade(sys.argv[1])
schema.downgrade(sys.argv[1], "0004_platform")
import migrations
from migrations import later
print(migrations.__file__, later.__file__, schema.current(sys.argv[1]))
"""


@pytest.mark.slow
def test_an_application_with_migrations_of_its_own_gets_ours_run_and_keeps_its_own(
    server_url: str, tmp_path: Path
) -> None:
    own = tmp_path / "migrations"
    own.mkdir()
    for name in ("__init__", "later"):
        (own / f"{name}.py").touch()
    database = create_database(server_url, template="template0")
    try:
        for begin in ("", "import migrations\n"):
            command = [sys.executable, "-c", begin + PROGRAM, url_of(server_url, database)]
            ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
            assert ended.stderr == ""
            assert ended.stdout.split() == [str(own / "__init__.py"), str(own / "later.py"), "0004_platform"]
    finally:
        drop_database(server_url, database)


def test_what_a_revision_raises_is_of_the_class_that_its_caller_knows() -> None:
    with own_migrations():
        from migrations.locks import Blocked as first
    with own_migrations():
        from migrations.locks import Blocked as second
    assert first is second
