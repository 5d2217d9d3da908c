"""A database that cannot be used: every command says so in one line with what to do, and ends with 5, or 2."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import psycopg
import pytest

from repository.db import schema
from tests.e2e.roadmap_command import Done, ForkedCommand
from tests.support.databases import create_database, url_of
from tests.support.servers import PASSWORD, place, tcp_server, tcp_url

COMMANDS = (["list"], ["create", "learn chess"], ["db", "current"], ["doctor"])
SECRETS = {PASSWORD, quote(PASSWORD, safe=""), "hunter2"}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with place() as folder, tcp_server(folder) as port:
        yield port


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """Who is no PostgreSQL: answers this to whatever is said, or never anything."""
    held: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            held.append(caller)
            if answer is not None:
                with closing(caller):
                    caller.recv(1000)
                    caller.sendall(answer)

    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for caller in held:
        caller.close()


def check(done: Done, *said: str, code: int = 5) -> None:
    assert done.code == code, (done.out, done.err)
    assert done.err.count("\n") == 1, done.err
    everything = done.out + done.err
    assert not [secret for secret in SECRETS if secret in unquote(everything)]
    assert "Traceback" not in everything
    for words in said:
        assert words in everything


def refused(tmp_path: Path, url: str, *said: str, code: int = 5) -> None:
    """By the commands that read, run, migrate and diagnose."""
    for done in ForkedCommand(tmp_path / "home", DATABASE_URL=url).all(*COMMANDS):
        check(done, *said, code=code)
    assert not (tmp_path / "home").exists(), "no embedded server instead"


def test_a_wrong_password(tmp_path: Path, port: int) -> None:
    url = f"postgresql://roadmap:hunter2@127.0.0.1:{port}/roadmap"
    refused(tmp_path, url, "password authentication failed", "put a user and a password", "`roadmap doctor`")


def test_an_unknown_database(tmp_path: Path, port: int) -> None:
    refused(tmp_path, tcp_url(port, "nope"), 'database "nope" does not exist', "`roadmap db upgrade`")


def test_an_unknown_host(tmp_path: Path, port: int) -> None:
    refused(tmp_path, tcp_url(port, host="no-such-host.invalid"), "correct the host in ROADMAP_DATABASE_URL")


def test_a_port_without_a_server(tmp_path: Path) -> None:
    refused(tmp_path, tcp_url(1), "Connection refused", "start PostgreSQL there")


def test_a_server_that_is_no_postgresql(tmp_path: Path) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        refused(tmp_path, tcp_url(port), "not PostgreSQL", "correct host and port")


def test_a_server_that_hangs_up(tmp_path: Path) -> None:
    with listening(b"") as port:
        refused(tmp_path, tcp_url(port), "closed the connection", "correct host and port")


@pytest.mark.parametrize("query", ["connect_timeout=2", pytest.param("", marks=pytest.mark.soak)])
def test_a_server_that_never_answers_is_given_up_in_time(tmp_path: Path, query: str) -> None:
    with listening(None) as port:
        refused(tmp_path, tcp_url(port, query=query), "timeout", "firewall")


def test_a_url_without_a_server(tmp_path: Path) -> None:
    refused(tmp_path, "postgresql://u:hunter2@/db?host=/no/such/folder", "start PostgreSQL there")


@pytest.mark.parametrize(
    "url", ["u:hunter2@h/db", "postgresql://u:hunter2@h:port/db", "postgresql://u:hunter2@h/db?what=hunter2"]
)
def test_what_is_no_url_of_a_database_is_bad_input(tmp_path: Path, url: str) -> None:
    refused(tmp_path, url, "ROADMAP_DATABASE_URL", code=2)


def test_a_server_without_tls_where_the_url_requires_it(tmp_path: Path, port: int) -> None:
    refused(tmp_path, tcp_url(port, query="sslmode=verify-full"), "put an sslmode")


def test_a_database_that_needs_an_upgrade(tmp_path: Path, port: int) -> None:
    server = tcp_url(port)
    url = url_of(server, create_database(server, "old", template="template0"))
    schema.upgrade(url, "0003")
    lists, creates, current, doctor = ForkedCommand(tmp_path, DATABASE_URL=url).all(*COMMANDS)
    for done in (lists, creates, doctor):
        check(done, "0003", "`roadmap db upgrade`")
    assert (current.code, current.err) == (0, "")
    assert "0003" in current.out


def test_a_database_of_a_revision_that_is_no_more(tmp_path: Path, port: int) -> None:
    server = tcp_url(port)
    url = url_of(server, create_database(server, "between", template="template0"))
    schema.upgrade(url, "0003")
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0009'")
    command = ForkedCommand(tmp_path, DATABASE_URL=url)
    lists, creates, current, doctor, upgrade = command.all(*COMMANDS, ["db", "upgrade"])
    for done in (lists, creates, doctor, upgrade):
        check(done, "0009", "`roadmap db downgrade 0003`")
    assert (current.code, current.err) == (0, "")
    assert "0009" in current.out


def test_a_database_that_is_newer_than_the_code(tmp_path: Path, port: int) -> None:
    server = tcp_url(port)
    url = url_of(server, create_database(server, "new", template="template0"))
    schema.upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    command = ForkedCommand(tmp_path, DATABASE_URL=url)
    lists, creates, current, doctor, upgrade = command.all(*COMMANDS, ["db", "upgrade"])
    for done in (lists, creates, doctor, upgrade):
        check(done, "9999", "install the")
    assert (current.code, current.err) == (0, "")
    assert "9999" in current.out
