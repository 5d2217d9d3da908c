"""`roadmap open`: where the pages are."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import main
from cli.browsing import NOTE, address_of, noted


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Healthy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ROADMAP_HOME", str(tmp_path))
    monkeypatch.setenv("BROWSER", "true")  # a command that does nothing, and says that all went well
    return tmp_path


def test_the_running_server_is_found_and_opened(home: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with noted(home, address):
        assert main(["open"]) == 0
        assert main(["open", "a-1"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{address}/", f"{address}/roadmaps/a-1"]
    assert not (home / NOTE).exists()


def test_a_server_that_is_gone_is_said_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / NOTE).write_text("http://127.0.0.1:9")
    assert main(["open"]) == 5
    assert "`roadmap serve` starts one" in capsys.readouterr().err


def test_the_note_of_a_later_server_is_left_alone(home: Path) -> None:
    with noted(home, "http://127.0.0.1:1"):
        (home / NOTE).write_text("http://127.0.0.1:2")
    assert (home / NOTE).read_text() == "http://127.0.0.1:2"


def test_a_folder_that_is_not_there_is_no_hindrance(tmp_path: Path) -> None:
    with noted(tmp_path / "none", "http://127.0.0.1:1"):
        pass


@pytest.mark.parametrize(
    ("host", "found"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("192.0.2.1", "192.0.2.1")],
)
def test_a_server_on_all_addresses_is_found_on_loopback(host: str, found: str) -> None:
    assert address_of(host, 80) == f"http://{found}:80"
