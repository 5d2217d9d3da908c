"""A backup is good for what it was made for: elsewhere, its runs go on, and nothing that it holds is bought again."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from repository.db import schema
from repository.db.database import Database
from repository.postgres.backup import back_up
from repository.postgres.binaries import Account, Binaries
from repository.postgres.server import NAME, EmbeddedServer
from tests.e2e.roadmap_command import Command, ForkedCommand
from tests.support.databases import create_database, drop_database, url_of
from tests.support.limits import LEASE_SECONDS
from tests.support.processes import bought_again, broken_promises, calls_begun
from tests.support.servers import NotHere, place, programs_of, tcp_server, tcp_url


@pytest.fixture
def elsewhere(server_url: str) -> Iterator[str]:
    """A database without a table."""
    name = create_database(server_url, template="template0")
    yield url_of(server_url, name)
    drop_database(server_url, name)


async def test_a_run_that_is_backed_up_half_way_goes_on_in_the_restored_database(
    shell: Command, account: Path, elsewhere: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "roadmap.dump")
    running = await asyncio.to_thread(shell.start, "create", "learn chess", "--json", OFFLINE_LATENCY="2")
    while len(calls_begun(account)) < 10:
        await asyncio.sleep(0.05)
    assert (await asyncio.to_thread(shell, "db", "backup", file)).code == 0
    await asyncio.to_thread(running.kill)
    before = len(calls_begun(account))

    restored = await asyncio.to_thread(shell, "db", "restore", file, DATABASE_URL=elsewhere)
    assert restored.code == 0, restored.err
    listed = await asyncio.to_thread(shell, "tasks", "--json", DATABASE_URL=elsewhere)
    (task,) = listed.json()["tasks"]
    assert task["status"] == "processing"
    await asyncio.sleep(LEASE_SECONDS + 0.5)  # the lease of the killed process was young when it was copied
    resumed = await asyncio.to_thread(shell, "resume", task["task_id"], "--json", DATABASE_URL=elsewhere)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed"), resumed.err
    database = Database(elsewhere)
    try:
        assert await broken_promises(database) == []
        assert await bought_again(database, account) == []
    finally:
        await database.close()
    contents = resumed.json()["execution_summary"]["total"]
    assert len(calls_begun(account)) - before < contents, "what was done before the backup was not asked again"


def created(url: str, home: Path, goal: str) -> str:
    """Migrates the database and creates a roadmap in it; its id."""
    schema.upgrade(url)
    done = ForkedCommand(home, DATABASE_URL=url, MAX_CONCEPTS="6")("create", goal, "--json")
    assert done.code == 0, done.err
    return str(done.json()["roadmap_id"])


def restored_into_a_new_home(file: Path, home: Path) -> list[str]:
    """The roadmaps that are then there."""
    command = ForkedCommand(home, MAX_CONCEPTS="6")
    try:
        done = command("db", "restore", str(file), "--json")
        assert done.code == 0, done.err
        found = [roadmap["roadmap_id"] for roadmap in command("list", "--json").json()["roadmaps"]]
        assert command("retry", found[0], "c-1-1-1", "quiz").code == 0, "and it can be worked with"
        return found
    finally:
        EmbeddedServer(home).stop()


@pytest.mark.soak
def test_a_server_of_an_older_major_version_moves_into_the_embedded_one(tmp_path: Path) -> None:
    with place() as folder:
        try:
            programs = programs_of(15)
        except NotHere as reason:
            pytest.skip(str(reason))
        with tcp_server(folder, programs) as port:
            roadmap_id = created(tcp_url(port), tmp_path, "learn to swim")
            back_up(tcp_url(port), tmp_path / "roadmap.dump")
        with place() as new:
            assert restored_into_a_new_home(tmp_path / "roadmap.dump", new / "home") == [roadmap_id]


def old_home(home: Path) -> EmbeddedServer:
    """As an installation with PostgreSQL 16 left it."""
    home.mkdir(mode=0o700)
    account = Account.of(home, home / "data")
    account.own(home)
    older = Binaries.of_major(16, account, home)
    if older is None:
        pytest.skip("no PostgreSQL 16 here")
    password = home / "password"
    password.write_text("a password")
    password.chmod(0o600)
    account.own(password)
    command = [str(older.folder / "initdb"), "-D", "data", "-U", NAME, "-A", "scram-sha-256", "--pwfile", "password"]
    assert account.run([*command, "-E", "UTF8", "--locale=C", "--no-sync"], cwd=home).code == 0
    return EmbeddedServer(home, any_major=True)


def test_an_embedded_database_moves_to_the_next_major_version(tmp_path: Path) -> None:
    with place() as folder:
        old, file = folder / "old", tmp_path / "roadmap.dump"
        server = old_home(old)
        roadmap_id = created(server.start(), old, "learn to weave")
        server.stop()
        roadmap = ForkedCommand(old)
        refused = roadmap("list")
        assert refused.code == 5
        assert "roadmap db backup" in refused.err
        made = roadmap("db", "backup", str(file), "--json")
        assert (made.code, json.loads(made.out)["bytes"]) == (0, file.stat().st_size), made.err
        assert not server.is_running(), "nobody goes on working with what is old"
        assert restored_into_a_new_home(file, folder / "new") == [roadmap_id]
        assert (old / "data").is_dir(), "the old one is still there"
