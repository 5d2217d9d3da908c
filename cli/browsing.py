"""`roadmap open`: the pages in a browser. A server notes its address in the data folder for as long as it runs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer

from cli.inputs import known_id
from cli.opening import read_settings
from cli.output import print_text, tell
from domain.errors import Unavailable

NOTE: Final = "server.url"
USUAL: Final = "http://127.0.0.1:8000"


def address_of(host: str, port: int) -> str:
    """Of a server, for a browser beside it: who listens on all addresses listens on loopback."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{loopback}]:{port}" if ":" in loopback else f"http://{loopback}:{port}"


@contextmanager
def noted(home: Path, address: str) -> Iterator[None]:
    """The address is known to `roadmap open` meanwhile; a folder that cannot be written to is no hindrance."""
    note = home / NOTE
    with suppress(OSError):
        note.write_text(address)
    try:
        yield
    finally:
        with suppress(OSError):
            if note.read_text() == address:
                note.unlink()


def open_pages(
    roadmap: Annotated[str | None, typer.Argument(metavar="[ROADMAP_ID]", help="Open this one.")] = None,
) -> None:
    """Open the pages of the running server in a browser. Where there is no browser, their address is told."""
    import webbrowser

    path = "/" if roadmap is None else f"/roadmaps/{quote(known_id(roadmap, 'roadmap'), safe='')}"
    home = read_settings().home
    address = _running(home)
    if address is None:
        raise Unavailable(f"no server runs here: `roadmap serve` starts one, usually at {USUAL}{path}")
    print_text(f"{address}{path}")
    if not webbrowser.open(f"{address}{path}"):
        tell("There is no browser to open it with.")


def _running(home: Path) -> str | None:
    """The address that was noted last, or the usual one, if a server answers there."""
    from urllib.request import urlopen  # slow to load

    noted_last = ""
    with suppress(OSError, UnicodeDecodeError):
        noted_last = (home / NOTE).read_text().strip()
    for address in filter(None, (noted_last, USUAL)):
        with suppress(OSError, ValueError), urlopen(f"{address}/healthz", timeout=2):
            return address
    return None
