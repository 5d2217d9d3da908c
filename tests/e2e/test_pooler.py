"""Servers behind a real PgBouncer in transaction mode; workers go to PostgreSQL itself."""

from collections.abc import Iterator

import pytest

from repository.db import schema
from tests.e2e.roadmap_command import Command
from tests.e2e.served import serving
from tests.support.poolers import pgbouncer
from tests.support.servers import NotHere, place, tcp_server, tcp_url


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Of PostgreSQL, and of PgBouncer before it."""
    with place() as folder, tcp_server(folder) as port:
        schema.upgrade(tcp_url(port))
        try:
            with pgbouncer(folder, port) as pooled:
                yield port, pooled
        except NotHere as reason:
            pytest.skip(str(reason))


def test_a_server_behind_a_pooler_answers_and_a_worker_beside_it_runs(ports: tuple[int, int], shell: Command) -> None:
    direct, pooled = map(tcp_url, ports)
    shell.start("worker", terminal=False, DATABASE_URL=direct)
    with serving(shell, "--no-worker", DATABASE_URL=pooled, DATABASE_POOLED="true") as served:
        made = served.generate()
        ended = served.ended(made["task_id"])
        assert ended["status"] == "completed"
        for _ in range(30):
            assert served.get(f"/roadmaps/{ended['roadmap_id']}")["roadmap_id"] == ended["roadmap_id"]
            assert served.get(f"/roadmaps/{ended['roadmap_id']}/status-check")


def test_a_pooler_is_refused_by_whoever_runs_anything(ports: tuple[int, int], shell: Command) -> None:
    _, pooled = map(tcp_url, ports)
    for command in ("worker", "serve", "list"):
        done = shell(command, DATABASE_URL=pooled, DATABASE_POOLED="true")
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert "ROADMAP_DATABASE_POOLED is for" in done.err


def test_a_pooler_that_nobody_named_is_told_at_once(ports: tuple[int, int], shell: Command) -> None:
    """It refuses the parameters that a connection begins with, which is no outage to be waited for."""
    _, pooled = map(tcp_url, ports)
    for command in ("worker", "list"):
        done = shell(command, DATABASE_URL=pooled)
        assert done.code == 2, done.err
        assert "set ROADMAP_DATABASE_POOLED=true" in done.err.splitlines()[-1]
