"""`roadmap open` finds the running server."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cli.app import main
from cli.commands.open_command import (
    ADDRESS_FILE,
    ANSWER_TIMEOUT_SECONDS,
    APPEAR_TIMEOUT_SECONDS,
    address_of,
    find_server,
    publish_address,
)
from domain.errors import Unavailable
from tests.support.environment import variables


class Healthy(http.server.BaseHTTPRequestHandler):
    answer = b'{"status": "ok"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Foreign(Healthy):
    answer = b"<h1>It works!</h1>"


@contextmanager
def serving(handler: type[Healthy]) -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def address() -> Iterator[str]:
    with serving(Healthy) as address:
        yield address


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ROADMAP_HOME", str(tmp_path))
    monkeypatch.setenv("BROWSER", "true")  # a command that does nothing, and says that all went well
    return tmp_path


class Time:
    """Passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits = 0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits += 1


def test_the_running_server_is_found_and_opened(home: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with publish_address(home, address):
        assert main(["open"]) == 0
        assert main(["open", "a-1"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{address}/", f"{address}/roadmaps/a-1"]
    assert not (home / ADDRESS_FILE).exists()
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_a_missing_server_is_reported_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open"]) == 5
    (line,) = capsys.readouterr().err.splitlines()
    assert "start one with `roadmap serve`" in line
    assert str(home) in line


def test_a_foreign_server_on_the_port_of_a_killed_one_is_not_opened(home: Path, address: str) -> None:
    """What a killed server leaves behind is its note, whose lock the kernel has freed."""
    program = "import sys, os; from pathlib import Path; from cli.commands.open_command import publish_address\n"
    program += "with publish_address(Path(sys.argv[1]), sys.argv[2]): os._exit(0)"
    subprocess.run([sys.executable, "-c", program, home, address], check=True)
    assert (home / ADDRESS_FILE).read_text() == address
    time = Time()
    with pytest.raises(Unavailable, match="no server is running"):
        find_server(home, clock=time, sleep=time.sleep)
    assert time.now < APPEAR_TIMEOUT_SECONDS + 1


def test_a_server_of_another_data_folder_is_not_opened(home: Path, address: str) -> None:
    time = Time()
    with (
        publish_address(home / "other", address),
        pytest.raises(Unavailable, match="no server is running"),
    ):
        find_server(home, clock=time, sleep=time.sleep)


@pytest.mark.parametrize("note", [b"", b"\xff\xfe", b"not an address", b"http://[", b"\0"])
def test_an_unreadable_address_file_means_no_server(home: Path, note: bytes) -> None:
    (home / ADDRESS_FILE).write_bytes(note)
    time = Time()
    with pytest.raises(Unavailable):
        find_server(home, clock=time, sleep=time.sleep)


def test_waits_for_a_starting_server_even_before_it_has_published_its_address(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    time = Time()
    with ExitStack() as stack:

        def sleep(seconds: float) -> None:
            time.sleep(seconds)
            if time.waits == 2:
                stack.enter_context(publish_address(home, "http://127.0.0.1:9"))
            if time.waits == 5:
                stack.enter_context(publish_address(home, stack.enter_context(serving(Healthy))))

        assert find_server(home, clock=time, sleep=sleep) == (home / ADDRESS_FILE).read_text()
    assert time.waits == 5
    assert capsys.readouterr().err.count("The server is starting ...") == 1


def test_gives_up_on_a_server_that_never_answers(home: Path) -> None:
    time = Time()
    with serving(Foreign) as address, publish_address(home, address), pytest.raises(Unavailable, match=address):
        find_server(home, clock=time, sleep=time.sleep)
    assert ANSWER_TIMEOUT_SECONDS <= time.now < ANSWER_TIMEOUT_SECONDS + 1


def test_stops_waiting_for_a_server_that_has_ended(home: Path) -> None:
    time = Time()
    with ExitStack() as stack:
        stack.enter_context(publish_address(home, "http://127.0.0.1:9"))

        def sleep(seconds: float) -> None:
            time.sleep(seconds)
            stack.close()

        with pytest.raises(Unavailable, match="no server is running"):
            find_server(home, clock=time, sleep=sleep)
    assert time.waits == 1


def test_no_proxy_is_used_for_a_local_server(home: Path, address: str) -> None:
    with publish_address(home, address), variables({"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}):
        assert find_server(home) == address


def test_the_address_file_of_a_later_server_is_kept(home: Path) -> None:
    with ExitStack() as later:
        with publish_address(home, "http://127.0.0.1:1"):
            later.enter_context(publish_address(home, "http://127.0.0.1:2"))
        assert (home / ADDRESS_FILE).read_text() == "http://127.0.0.1:2"


def test_a_folder_that_cannot_be_created_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with publish_address(tmp_path / "file" / "none", "http://127.0.0.1:1"):
        pass


@pytest.mark.parametrize(
    ("host", "found"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("192.0.2.1", "192.0.2.1")],
)
def test_a_server_on_all_addresses_is_found_on_loopback(host: str, found: str) -> None:
    assert address_of(host, 80) == f"http://{found}:80"
