"""PgBouncer in transaction mode before a server over TCP."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from repository.postgres.binaries import Account
from tests.support.limits import HANG_SECONDS
from tests.support.servers import PASSWORD, NotHere, free_port

SERVER_CONNECTIONS: Final = 3
"""Fewer than those who ask, so that transactions change places all the time."""


@contextmanager
def pgbouncer(folder: Path, port: int) -> Iterator[int]:
    """Its port on the loopback, before the server on `port`. Raises NotHere."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise NotHere("pgbouncer is not installed")
    account = Account.of(folder, folder)
    own = free_port()
    (folder / "users.txt").write_text(f'"roadmap" "{PASSWORD}"\n')
    lines = [
        "[databases]",
        f"* = host=127.0.0.1 port={port}",
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        f"listen_port = {own}",
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        f"auth_file = {folder / 'users.txt'}",
        "pool_mode = transaction",
        f"default_pool_size = {SERVER_CONNECTIONS}",
        "server_round_robin = 1",
        "max_client_conn = 500",
    ]
    (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
    for name in ("users.txt", "pgbouncer.ini"):
        account.own(folder / name)
    with (folder / "pgbouncer.log").open("wb") as log:
        started = subprocess.Popen(
            [program, str(folder / "pgbouncer.ini")],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )
    try:
        _wait_for(own)
        yield own
    finally:
        started.terminate()
        started.wait(timeout=HANG_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
