"""Backups: whole or not there, readable by their owner only, and restored into nothing that anybody needs."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from domain.errors import Conflict, DatabaseUnavailable, InvalidInput, NotFound
from repository.db import schema
from repository.db.urls import read_url
from repository.postgres.backup import back_up, restore
from repository.postgres.binaries import client_program
from tests.support.databases import create_database, drop_database, url_of

ROWS = "INSERT INTO roadmap_tasks (task_id, user_id, status) VALUES ('t-1', 'ann', 'failed')"
AT_WORK = """INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
    VALUES ('w-1', 'worker', 'h', 1, 5, now() + interval '1 hour')"""


def run(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def tasks(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [task_id for (task_id,) in connection.execute("SELECT task_id FROM roadmap_tasks").fetchall()]


@pytest.fixture
def empty(server_url: str) -> Iterator[str]:
    """A database without a table."""
    name = create_database(server_url, template="template0")
    yield url_of(server_url, name)
    drop_database(server_url, name)


@pytest.fixture
def file(database_url: str, tmp_path: Path) -> Path:
    """A backup of one task."""
    run(database_url, ROWS)
    back_up(database_url, tmp_path / "roadmap.dump")
    return tmp_path / "roadmap.dump"


def test_what_was_backed_up_comes_back_at_its_revision(file: Path, empty: str) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert restore(empty, file) == schema.HEAD
    assert tasks(empty) == ["t-1"]
    schema.check(empty)


def test_a_database_that_was_only_migrated_counts_as_empty(file: Path, database_url: str, empty: str) -> None:
    schema.upgrade(empty)
    restore(empty, file)
    assert tasks(empty) == ["t-1"]


def test_rows_are_not_overwritten_unless_that_is_asked_for(file: Path, empty: str) -> None:
    schema.upgrade(empty)
    run(empty, ROWS.replace("t-1", "t-2"))
    with pytest.raises(Conflict, match="not empty"):
        restore(empty, file)
    assert tasks(empty) == ["t-2"]
    restore(empty, file, clean=True)
    assert tasks(empty) == ["t-1"]
    restore(empty, file, clean=True)
    assert tasks(empty) == ["t-1"]


def test_nothing_is_removed_below_processes_at_work(file: Path, empty: str) -> None:
    schema.upgrade(empty)
    run(empty, AT_WORK)
    with pytest.raises(Conflict, match="1 processes use that database"):
        restore(empty, file, clean=True)


def test_a_damaged_file_is_found_out_before_anything_is_removed(file: Path, empty: str) -> None:
    schema.upgrade(empty)
    run(empty, ROWS.replace("t-1", "t-2"))
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(InvalidInput, match="cannot be restored"):
        restore(empty, file, clean=True)
    assert tasks(empty) == ["t-2"]


def test_what_is_no_backup_is_named(empty: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        restore(empty, tmp_path / "nowhere")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InvalidInput, match="is not a backup"):
        restore(empty, tmp_path / "text")


def test_a_dump_of_something_else_is_not_restored(server_url: str, empty: str, tmp_path: Path) -> None:
    run(empty, "CREATE TABLE alembic_version AS SELECT '0001' AS version_num; CREATE TABLE thesis (line text)")
    back_up(empty, tmp_path / "other.dump")
    with pytest.raises(InvalidInput, match="has no roadmaps"):
        restore(empty, tmp_path / "other.dump", clean=True)


def test_a_database_without_roadmaps_makes_no_backup(empty: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing to back up"):
        back_up(empty, tmp_path / "roadmap.dump")


def test_a_backup_that_fails_leaves_the_one_before(file: Path, database_url: str) -> None:
    before = file.read_bytes()
    run(database_url, "UPDATE pg_proc SET prolang = 0 WHERE proname = 'hold_task'")  # what no dump can tell
    with pytest.raises(DatabaseUnavailable, match="pg_dump could not"):
        back_up(database_url, file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("place", ["nowhere/roadmap.dump", "."])
def test_a_place_that_cannot_be_written_to_is_named_at_once(place: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        back_up("postgresql://nobody@127.0.0.1:1/none", tmp_path / place)


def test_the_password_is_in_no_list_of_processes(database_url: str, tmp_path: Path) -> None:
    run(database_url, ROWS)
    password = read_url(database_url)["password"]
    file = tmp_path / "roadmap.dump"
    with psycopg.connect(database_url) as barring:
        barring.execute("LOCK roadmap_tasks")  # the dump waits for it
        backing_up = threading.Thread(target=back_up, args=(database_url, file))
        backing_up.start()
        while not (arguments := dumping(tmp_path)):
            time.sleep(0.02)
    backing_up.join()
    assert password not in " ".join(arguments)
    assert file.exists()


def dumping(folder: Path) -> list[str]:
    for process in psutil.process_iter():
        try:
            arguments: list[str] = process.cmdline()
        except psutil.Error:
            continue
        if arguments and arguments[0].endswith("pg_dump") and any(str(folder) in argument for argument in arguments):
            return arguments
    return []


def test_the_tools_fit_the_server_or_what_is_missing_is_named() -> None:
    assert client_program("pg_dump", 18).name == "pg_dump"
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL 99"):
        client_program("pg_dump", 99)
