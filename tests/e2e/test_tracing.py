"""LangSmith is switched on by its own variables, sees the steps of a run, and harms no run when it is away."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import pytest

from tests.e2e.roadmap_command import ROADMAP, Done
from tests.support.limits import HANG_SECONDS

DEAD: Final = "http://127.0.0.1:9"  # the port named discard, where nothing listens


@contextmanager
def langsmith(*, hangs: bool) -> Iterator[tuple[str, list[bytes]]]:
    """Serve an endpoint of LangSmith, or one that never answers; yield its address and the bodies that it gets."""
    bodies: list[bytes] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(200)

        def do_POST(self) -> None:
            self._answer(202)

        def _answer(self, status: int) -> None:
            bodies.append(self.rfile.read(int(self.headers.get("content-length") or 0)))
            if hangs:
                over.wait(HANG_SECONDS)
                return
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def create(database_url: str, endpoint: str) -> Done:
    traced = {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "key-of-the-tests",
        "LANGSMITH_ENDPOINT": endpoint,
        "ROADMAP_DATABASE_URL": database_url,
        "ROADMAP_MAX_CONCEPTS": "1",
    }
    command = [str(ROADMAP), "create", "chess", "--json"]
    ended = subprocess.run(
        command, env={**os.environ, **traced}, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def test_langsmith_gets_the_steps_of_a_run_before_the_command_ends(database_url: str) -> None:
    with langsmith(hangs=False) as (address, bodies):
        done = create(database_url, address)
    assert (done.code, done.json()["status"]) == (0, "completed")
    sent = b"".join(bodies)
    for name in (b"roadmap creation", b"structure_validation", b"tutorial_generation"):
        assert name in sent, "compressed bodies would have to be unpacked here"


@pytest.mark.parametrize("is_dead", [True, False], ids=["dead", "hanging"])
def test_a_run_ends_as_it_would_without_a_tracing_endpoint_that_is_away(database_url: str, is_dead: bool) -> None:
    with langsmith(hangs=True) as (address, _):
        began = time.monotonic()
        done = create(database_url, DEAD if is_dead else address)
        took = time.monotonic() - began
    assert (done.code, done.json()["status"]) == (0, "completed")
    assert took < HANG_SECONDS / 2, "LangSmith's own time limits would keep the process for minutes"
    assert "Traceback" not in done.err
