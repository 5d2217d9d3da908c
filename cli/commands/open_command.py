"""`roadmap open`: the pages in a browser. A server notes its address in the data folder for as long as it runs."""

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

NOTE: Final = "server.url"
"""Locked by the server that wrote it; the kernel frees the lock with its holder, so a note without one is stale."""
APPEAR_TIMEOUT_SECONDS: Final = 3.0
"""For the note of a server that was started a moment ago."""
ANSWER_TIMEOUT_SECONDS: Final = 60.0
"""For a server that starts: its first start makes a database."""
POLL_INTERVAL_SECONDS: Final = 0.2


def address_of(host: str, port: int) -> str:
    """Of a server, for a browser beside it: who listens on all addresses listens on loopback."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{loopback}]:{port}" if ":" in loopback else f"http://{loopback}:{port}"


@contextmanager
def noted(home: Path, address: str) -> Iterator[None]:
    """The address is known to `roadmap open` meanwhile; a folder that cannot be written to is no hindrance."""
    descriptor = None
    with suppress(OSError):
        descriptor = _write(home, address)
    try:
        yield
    finally:
        if descriptor is not None:
            with suppress(OSError):
                if os.path.samestat((home / NOTE).stat(), os.fstat(descriptor)):
                    (home / NOTE).unlink()
            os.close(descriptor)


def _write(home: Path, address: str) -> int:
    """Locked before it has its name: it is never seen without its lock."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = home / f"{NOTE}.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, address.encode())
        unfinished.rename(home / NOTE)
    except OSError:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
        raise
    return descriptor


def open_pages(
    roadmap: Annotated[str | None, typer.Argument(metavar="[ROADMAP_ID]", help="Open this one.")] = None,
) -> None:
    """Open the pages of the running server in a browser. Where there is no browser, their address is told."""
    import webbrowser

    path = "/" if roadmap is None else f"/roadmaps/{quote(validate_id(roadmap, 'roadmap'), safe='')}"
    address = find_server(read_settings().home)
    print_text(f"{address}{path}")
    if not webbrowser.open(f"{address}{path}"):
        echo_err("There is no browser to open it with.")


def find_server(
    home: Path, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> str:
    """The address of the server of this data folder, once it answers; one that starts is waited for.

    Raises Unavailable. Whatever else answers on that port is never taken for it.
    """
    began = clock()
    seen = ""
    while True:
        address = _noted_address(home)
        waited = clock() - began
        if address is not None and _answers(address):
            return address
        if address is None and (seen or waited >= APPEAR_TIMEOUT_SECONDS):
            raise Unavailable(f"no server of the data folder {home} runs: `roadmap serve` starts one")
        if address is not None and waited >= ANSWER_TIMEOUT_SECONDS:
            raise Unavailable(f"the server at {address} does not answer after {waited:.0f} s: see what it printed")
        if address is not None and not seen:
            echo_err("The server is starting ...")
        seen = address or seen
        sleep(POLL_INTERVAL_SECONDS)


def _noted_address(home: Path) -> str | None:
    """Of the server that holds the lock of its note; None where there is none."""
    try:
        with (home / NOTE).open("rb") as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return note.read(1000).decode()
    except (OSError, UnicodeDecodeError):
        pass
    return None


def _answers(address: str) -> bool:
    """Whether a server of ours answers there; no proxy of the environment is asked."""
    import json
    from urllib.request import ProxyHandler, build_opener  # slow to load

    with suppress(OSError, ValueError), build_opener(ProxyHandler({})).open(f"{address}/healthz", timeout=2) as answer:
        return bool(json.loads(answer.read(1000)) == {"status": "ok"})
    return False
