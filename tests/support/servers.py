"""The servers that tests run on: the embedded one, others over TCP with a password, or one that is named by its URL."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from repository.db import schema
from repository.postgres.binaries import Account, Binaries
from repository.postgres.server import EmbeddedServer
from tests.support.databases import TEMPLATE, create_database, drop_database, url_of

EMBEDDED: Final = "embedded"
OVER_TCP: Final = "tcp"
POSTGRESQL_15: Final = "pg15"
KINDS: Final = (EMBEDDED, OVER_TCP, POSTGRESQL_15)

PASSWORD: Final = "pass/word:with@all?of#it"  # what a URL has to write as %XX


class NotHere(Exception):
    """This machine has no such server; says what is missing."""


class Servers:
    """Starts each kind of server once, when it is first asked for, with a migrated template database."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._urls: dict[str, str] = {}

    def __enter__(self) -> "Servers":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def url(self, kind: str) -> str:
        """Of a kind, or the kind itself where that is a URL. Raises NotHere."""
        if kind not in self._urls:
            url = self._stack.enter_context(server(kind))
            drop_database(url, TEMPLATE)  # a server with a URL may have one of an older revision
            create_database(url, TEMPLATE, template="template0")
            schema.upgrade(url_of(url, TEMPLATE))
            self._urls[kind] = url
        return self._urls[kind]


@contextmanager
def server(kind: str) -> Iterator[str]:
    """Its URL. Raises NotHere."""
    if "://" in kind:
        yield kind
        return
    with place() as folder:
        if kind == EMBEDDED:
            embedded = EmbeddedServer(folder / "home")
            try:
                yield embedded.start()
            finally:
                embedded.stop()
        else:
            programs = programs_of(15) if kind == POSTGRESQL_15 else None
            with tcp_server(folder, programs) as port:
                yield tcp_url(port)


@contextmanager
def place() -> Iterator[Path]:
    """A folder that the server's account may pass. In memory where there is room: a database is made in a fifth."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2e9
    with tempfile.TemporaryDirectory(prefix="roadmap-server-", dir=memory if roomy else None) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def programs_of(major: int | None = None) -> Binaries:
    """The newest installation on this machine, of one major version if it is given. Raises NotHere."""
    on_path = shutil.which("pg_ctl")
    folders = {*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).resolve().parent] if on_path else [])}
    account = Account.of(Path("/"), Path("/"))
    found = []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            told = account.run([str(folder / "postgres"), "--version"], cwd=Path("/")).output
            found.append(Binaries(folder, int(told.split()[2].split(".")[0])))
    wanted = [binaries for binaries in found if major in {None, binaries.major}]
    if not wanted:
        raise NotHere(f"PostgreSQL{f' {major}' if major else ''} is neither on PATH nor in /usr/lib/postgresql")
    return max(wanted, key=lambda binaries: binaries.major)


def tcp_url(port: int, database: str = "roadmap", *, host: str = "127.0.0.1", query: str = "") -> str:
    written = "".join(f"%{byte:02X}" if not chr(byte).isalnum() else chr(byte) for byte in PASSWORD.encode())
    return f"postgresql://roadmap:{written}@{host}:{port}/{database}{f'?{query}' if query else ''}"


@contextmanager
def tcp_server(
    folder: Path,
    programs: Binaries | None = None,
    settings: Mapping[str, str | Path] | None = None,
    initdb: Sequence[str] = (),
    log: Path | None = None,
) -> Iterator[int]:
    """A server on a free port of the loopback, where only the password lets in; the port.

    Its log stands beside its data where no `log` is named.
    """
    account = Account.of(folder, folder)
    account.own(folder)
    programs = programs or Binaries.find(account, folder)
    data, pwfile = folder / "data", folder / "pwfile"
    pwfile.write_text(PASSWORD)
    account.own(pwfile)
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-A", "scram-sha-256", "--pwfile", str(pwfile), "-E", "UTF8", "--no-sync", "--no-instructions"]
    options += locale if programs.major >= 17 else ["--locale=C.UTF-8"]
    _run(account, [str(programs.folder / "initdb"), "-D", str(data), "-U", "roadmap", *options, *initdb], folder)
    port = free_port()
    wanted = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 200,
        "fsync": "off",
        **(settings or {}),
    }
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.writelines(f"{name} = '{value}'\n" for name, value in wanted.items())
    pg_ctl = [str(programs.folder / "pg_ctl"), "-D", str(data), "-w", "-s"]
    _run(account, [*pg_ctl, "-l", str(log or folder / "server.log"), "start"], folder)
    try:
        create_database(
            tcp_url(port, "postgres", query="options=-c%20default_transaction_read_only%3Doff"),
            "roadmap",
            template="template0",
        )
        yield port
    finally:
        _run(account, [*pg_ctl, "-m", "immediate", "stop"], folder)


def _run(account: Account, command: list[str], folder: Path) -> None:
    ended = account.run(command, cwd=folder)
    assert ended.code == 0, ended.output


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
