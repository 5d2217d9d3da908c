"""`roadmap open`: open the pages in a browser. A running server keeps its address in a file of the data folder."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer

from cli.inputs import validate_id
from cli.output.stdio import echo_err, print_text
from cli.session import read_settings
from domain.errors import Unavailable

ADDRESS_FILE: Final = "server.url"
"""Locked by the server that wrote it. The kernel releases the lock when the server dies: an unlocked file is stale."""
APPEAR_TIMEOUT_SECONDS: Final = 3.0
"""Time for the address file of a server that was started a moment ago to appear."""
ANSWER_TIMEOUT_SECONDS: Final = 60.0
"""Time for a starting server to answer: its first start creates a database."""
POLL_INTERVAL_SECONDS: Final = 0.2


def address_of(host: str, port: int) -> str:
    """Return the URL of a server for a browser on the same machine; the wildcard addresses become loopback."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{loopback}]:{port}" if ":" in loopback else f"http://{loopback}:{port}"


@contextmanager
def publish_address(home: Path, address: str) -> Iterator[None]:
    """Let `roadmap open` find the address during the block. A folder that is not writable is ignored."""
    descriptor = None
    with suppress(OSError):
        descriptor = _write(home, address)
    try:
        yield
    finally:
        if descriptor is not None:
            with suppress(OSError):
                if os.path.samestat((home / ADDRESS_FILE).stat(), os.fstat(descriptor)):
                    (home / ADDRESS_FILE).unlink()
            os.close(descriptor)


def _write(home: Path, address: str) -> int:
    """Write and lock the file before it gets its name, so that it is never visible without its lock."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = home / f"{ADDRESS_FILE}.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, address.encode())
        unfinished.rename(home / ADDRESS_FILE)
    except OSError:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
        raise
    return descriptor


def open_pages(
    roadmap: Annotated[str | None, typer.Argument(metavar="ROADMAP_ID", help="Open this roadmap.")] = None,
) -> None:
    """Open the pages of the running server in a browser. Their address is printed too."""
    import webbrowser

    path = "/" if roadmap is None else f"/roadmaps/{quote(validate_id(roadmap, 'roadmap'), safe='')}"
    address = find_server(read_settings().home)
    print_text(f"{address}{path}")
    if not webbrowser.open(f"{address}{path}"):
        echo_err("No browser found: open the address by hand.")


def find_server(
    home: Path, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Return the address of the server of this data folder, waiting for one that is starting.

    Raises Unavailable. Another program that answers on the same port is not mistaken for the server.
    """
    began = clock()
    last_address = ""
    while True:
        address = _published_address(home)
        waited = clock() - began
        if address is not None and _answers(address):
            return address
        if address is None and (last_address or waited >= APPEAR_TIMEOUT_SECONDS):
            raise Unavailable(f"no server is running for the data folder {home}: start one with `roadmap serve`")
        if address is not None and waited >= ANSWER_TIMEOUT_SECONDS:
            raise Unavailable(f"the server at {address} has not answered for {waited:.0f} s: see its output")
        if address is not None and not last_address:
            echo_err("The server is starting ...")
        last_address = address or last_address
        sleep(POLL_INTERVAL_SECONDS)


def _published_address(home: Path) -> str | None:
    """Return the address of the server that holds the lock of the file, None without such a server."""
    try:
        with (home / ADDRESS_FILE).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read(1000).decode()
    except (OSError, UnicodeDecodeError):
        pass
    return None


def _answers(address: str) -> bool:
    """Check whether a server of this product answers there, without the proxies of the environment."""
    import json
    from urllib.request import ProxyHandler, build_opener  # slow to load

    with suppress(OSError, ValueError), build_opener(ProxyHandler({})).open(f"{address}/healthz", timeout=2) as answer:
        return bool(json.loads(answer.read(1000)) == {"status": "ok"})
    return False
