"""One URL, two drivers: what it asks for holds for both, over TCP, with a password, with and without TLS."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import text

from domain.errors import DatabaseUnavailable
from repository.db import schema
from repository.db.database import ANSWER_TIMEOUT_SECONDS, Database, Session, execute
from repository.db.urls import psycopg_arguments
from repository.postgres.binaries import Account
from tests.support.servers import NotHere, place, programs_of, tcp_server, tcp_url


async def by_asyncpg(url: str, sql: str) -> str:
    database = Database(url, application_name="ours")
    try:
        async with database.transaction() as session:
            return str((await execute(session, text(sql), {})).scalar_one())
    finally:
        await database.close()


def by_psycopg(url: str, sql: str) -> str:
    with psycopg.connect(**psycopg_arguments(url, application_name="ours", settings={})) as connection:
        row = connection.execute(sql.encode()).fetchone()
        assert row is not None
        return str(row[0])


async def both(url: str, sql: str) -> list[str]:
    return [await by_asyncpg(url, sql), by_psycopg(url, sql)]


async def refusals(url: str) -> list[str]:
    """How each driver's failure to connect is told."""
    with pytest.raises(DatabaseUnavailable) as asyncpgs:
        await by_asyncpg(url, "SELECT 1")
    with pytest.raises(DatabaseUnavailable) as psycopgs:
        schema.current(url)
    told = [str(asyncpgs.value), str(psycopgs.value)]
    assert not any("\n" in line for line in told)
    return told


@pytest.fixture(scope="module")
def certificate() -> Iterator[Path]:
    """Of localhost, signed by itself, with its key beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    with place() as folder:
        made = folder / "server.crt"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        command += ["-addext", "subjectAltName=DNS:localhost", "-out", str(made), "-keyout", str(folder / "server.key")]
        subprocess.run(command, check=True, capture_output=True)
        yield made


@pytest.fixture(scope="module")
def tls_port(certificate: Path) -> Iterator[int]:
    """A server that offers TLS and takes connections without; the embedded binaries are built without it."""
    try:
        programs = programs_of()
    except NotHere as reason:
        pytest.skip(f"{reason}, and the embedded one has no TLS")
    with place() as folder:
        account = Account.of(folder, folder)
        key = Path(shutil.copy(certificate.with_name("server.key"), folder))
        key.chmod(0o600)
        account.own(key)
        own = Path(shutil.copy(certificate, folder))
        with tcp_server(folder, programs, settings={"ssl": "on", "ssl_cert_file": own, "ssl_key_file": key}) as port:
            yield port


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server without TLS."""
    with place() as folder, tcp_server(folder) as port:
        yield port


IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.mark.parametrize(
    ("mode", "encrypted"), [("disable", "False"), ("allow", "False"), ("prefer", "True"), ("require", "True")]
)
async def test_an_sslmode_means_the_same_to_both_drivers(tls_port: int, mode: str, encrypted: str) -> None:
    assert await both(tcp_url(tls_port, query=f"sslmode={mode}"), IS_ENCRYPTED) == [encrypted] * 2


async def test_a_certificate_that_is_vouched_for_is_accepted_under_its_name_only(
    tls_port: int, certificate: Path
) -> None:
    query = f"sslmode=verify-full&sslrootcert={certificate}"
    assert await both(tcp_url(tls_port, host="localhost", query=query), IS_ENCRYPTED) == ["True"] * 2
    for told in await refusals(tcp_url(tls_port, host="127.0.0.1", query=query)):
        assert "certificate" in told
        assert "sslmode" in told
    verify_ca = tcp_url(tls_port, host="127.0.0.1", query=f"sslmode=verify-ca&sslrootcert={certificate}")
    assert await both(verify_ca, IS_ENCRYPTED) == ["True"] * 2


async def test_an_untrusted_certificate_is_refused_in_one_line_that_names_sslrootcert(
    tls_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for query in ("sslmode=verify-full", "sslmode=verify-full&sslrootcert=system", "sslrootcert=system"):
        for told in await refusals(tcp_url(tls_port, host="localhost", query=query)):
            assert "certificate" in told
            assert "sslrootcert" in told


async def test_a_server_without_tls_is_refused_where_the_url_requires_it(port: int) -> None:
    assert await both(tcp_url(port), IS_ENCRYPTED) == ["False"] * 2
    for told in await refusals(tcp_url(port, query="sslmode=require")):
        assert "put an sslmode" in told


async def test_parameters_of_the_url_reach_the_server_through_both_drivers(port: int) -> None:
    query = (
        "options=-c%20work_mem%3D8MB%20-c%20statement_timeout%3D1&application_name=theirs&connect_timeout=3"
        "&target_session_attrs=read-write&keepalives=1&keepalives_idle=5&tcp_user_timeout=9000"
    )
    url = tcp_url(port, query=query)
    assert await both(url, "SHOW application_name") == ["theirs"] * 2
    assert await both(url, "SHOW work_mem") == ["8MB"] * 2
    assert await by_asyncpg(url, "SHOW statement_timeout") == "30s", "runs count on their own time limits"


@pytest.mark.slow
async def test_a_host_that_is_dead_or_silent_is_passed_over_by_both_drivers(port: int) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = tcp_url(port, query="connect_timeout=2")
        several = url.replace(
            f"@127.0.0.1:{port}", f"@127.0.0.1:1,127.0.0.1:{silent.getsockname()[1]},localhost:{port}"
        )
        assert await both(several, "SELECT 1") == ["1"] * 2


async def test_the_one_host_that_can_write_is_found_by_both_drivers(port: int) -> None:
    with place() as folder, tcp_server(folder, settings={"default_transaction_read_only": "on"}) as standby:
        url = tcp_url(port, query="target_session_attrs=read-write")
        several = url.replace(f"@127.0.0.1:{port}", f"@127.0.0.1:{standby},127.0.0.1:{port}")
        assert await both(several, "SHOW port") == [str(port)] * 2


@pytest.mark.slow
async def test_a_server_that_never_answers_is_given_up_after_the_time_that_the_url_grants() -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent_port = silent.getsockname()[1]

        async def given_up_after(seconds: int) -> float:
            began = time.monotonic()
            for told in await refusals(tcp_url(silent_port, query=f"connect_timeout={seconds}")):
                assert "firewall" in told
            return time.monotonic() - began

        short, long = await asyncio.gather(given_up_after(2), given_up_after(5))
        assert 2 <= short < long


@pytest.mark.soak
async def test_a_server_that_falls_silent_is_given_up_and_served_by_again_when_it_wakes() -> None:
    with place() as folder, tcp_server(folder) as port:
        database = Database(tcp_url(port), retry_seconds=0)

        async def ask(session: Session) -> int:
            return int((await execute(session, text("SELECT 1"), {})).scalar_one())

        assert await database.persist(ask) == 1
        postmaster = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        family = [postmaster, *postmaster.children()]
        for process in family:
            process.suspend()
        try:
            began = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                await database.persist(ask)
            assert time.monotonic() - began < ANSWER_TIMEOUT_SECONDS + 5
        finally:
            for process in family:
                process.resume()
        assert await database.persist(ask) == 1
        await database.close()
