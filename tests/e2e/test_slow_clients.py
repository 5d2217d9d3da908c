"""`roadmap serve` beside clients that open connections and say nothing, as real processes."""

import resource
import socket
from contextlib import ExitStack

import psutil
import pytest

from tests.e2e.roadmap_command import Command
from tests.e2e.served import eventually, serving

MANY = 300
SPARE = 20
"""Descriptors that the server has left."""


def test_a_server_out_of_descriptors_says_so_in_few_lines_and_recovers(shell: Command) -> None:
    with serving(shell, "--no-worker", port=0, HTTP_HEAD_TIMEOUT="1") as server, ExitStack() as stack:
        (process,) = psutil.Process(server.running.pid).children()
        used = process.num_fds() + SPARE
        process.rlimit(psutil.RLIMIT_NOFILE, (used, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        host, port = server.client.base_url.host, server.client.base_url.port
        assert port is not None
        for _ in range(MANY):
            stack.enter_context(socket.create_connection((host, port)))
        eventually(lambda: server.running.err.count("cannot accept connections"), bool)
        eventually(lambda: server.call("GET", "/tasks").status_code, lambda status: status == 200)
        said = server.running.err
    assert "Traceback" not in said
    assert said.count("cannot accept connections") < MANY / 10


@pytest.mark.soak
def test_two_thousand_connections_do_not_keep_a_server_from_answering(shell: Command) -> None:
    """More than it takes, some with half a head, some with half a body, none with an end."""
    beginnings = (
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /api/v1/roadmaps/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{",
    )
    with serving(shell, "--no-worker", port=0, HTTP_CONNECTIONS="100") as server, ExitStack() as stack:
        host, port = server.client.base_url.host, server.client.base_url.port
        assert port is not None
        for number in range(2000):
            connection = stack.enter_context(socket.create_connection((host, port)))
            connection.sendall(beginnings[number % 3])
            if number % 100 == 0:
                assert server.call("GET", "/tasks").status_code == 200
        assert "Traceback" not in server.running.err
