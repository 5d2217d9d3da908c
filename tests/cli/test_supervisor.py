"""Supervision of small real processes; the time is handed in."""

import sys
import time
from collections.abc import Callable, Iterator

import pytest

from cli.supervisor import MAX_BACKOFF_SECONDS, MAX_FAILED_STARTS, Child, Supervisor
from domain.errors import Unavailable
from tests.support.limits import HANG_SECONDS

HEAD = "import os, sys, time; report = lambda line: os.write(int(sys.argv[2]), line); "
FAILS = "report(b'there is no such model\\n'); sys.exit(2)"
READY = "report(b'ready\\n'); "
RUNS = READY + "time.sleep(600)"


def command(script: str) -> list[str]:
    """A small program, which gets `--report-to N` as its arguments."""
    return [sys.executable, "-I", "-S", "-c", HEAD + script]


def part(script: str, *, serves: bool = False) -> Child:
    return Child("worker", command(script), serves=serves)


class Watched:
    """A supervisor, and the time that it believes in."""

    def __init__(self, *parts: Child, is_database_stopped: Callable[[], bool] = lambda: False) -> None:
        self.supervisor = Supervisor(parts, "Serving here.", is_database_stopped)
        self.now = 0.0

    def look_until(self, seen: Callable[[], bool]) -> None:
        """Look again and again at one moment."""
        deadline = time.monotonic() + HANG_SECONDS
        while not seen():
            assert time.monotonic() < deadline
            self.supervisor.poll(self.now)
            time.sleep(0.01)

    def start_and_end(self, one: Child) -> None:
        """Let a due process start, and look until its end is noticed."""
        self.now += MAX_BACKOFF_SECONDS
        self.look_until(lambda: one.process is not None)
        self.look_until(lambda: one.process is None)


@pytest.fixture
def watch() -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(*parts: Child, is_database_stopped: Callable[[], bool] = lambda: False) -> Watched:
        made.append(Watched(*parts, is_database_stopped=is_database_stopped))
        return made[-1]

    yield make
    for watched in made:
        watched.supervisor.stop(0, [15, 15])


def test_gives_up_on_failed_starts_with_the_reported_reason(watch: Callable[..., Watched]) -> None:
    one = part(FAILS)
    watched = watch(one)
    for _ in range(MAX_FAILED_STARTS - 1):
        watched.start_and_end(one)
    with pytest.raises(Unavailable, match=f"worker failed to start {MAX_FAILED_STARTS} times.*there is no such model"):
        watched.start_and_end(one)


def test_gives_up_on_silent_failures_with_the_exit_code(watch: Callable[..., Watched]) -> None:
    one = part("os.kill(os.getpid(), 9)")
    watched = watch(one)
    with pytest.raises(Unavailable, match="exit code -9"):
        for _ in range(MAX_FAILED_STARTS):
            watched.start_and_end(one)


def test_delay_grows_with_each_failed_start(watch: Callable[..., Watched]) -> None:
    one = part(FAILS)
    watched = watch(one)
    waits = []
    for _ in range(MAX_FAILED_STARTS - 1):
        watched.start_and_end(one)
        waits.append(next(wait for wait in range(1, 100) if one.is_due(watched.now + wait)))
    assert waits == sorted(set(waits))


def test_a_process_that_was_ready_is_always_restarted(watch: Callable[..., Watched]) -> None:
    one = part(READY + "sys.exit(1)")
    watched = watch(one)
    for _ in range(2 * MAX_FAILED_STARTS):
        watched.start_and_end(one)
    assert one.failed_starts == 0


def test_only_consecutive_failed_starts_count(watch: Callable[..., Watched]) -> None:
    one = part(FAILS)
    watched = watch(one)
    for script in [FAILS, FAILS, FAILS, READY + "sys.exit(1)"] * 2:
        one.command = command(script)
        watched.start_and_end(one)
    assert one.failed_starts == 0


def test_an_outage_of_the_database_does_not_end_a_server_that_ran_before(watch: Callable[..., Watched]) -> None:
    one = part(READY + "sys.exit(5)")
    watched = watch(one)
    watched.start_and_end(one)
    one.command = command("sys.exit(5)")
    for _ in range(2 * MAX_FAILED_STARTS):
        watched.start_and_end(one)
    one.command = command("sys.exit(1)")
    with pytest.raises(Unavailable):
        for _ in range(MAX_FAILED_STARTS):
            watched.start_and_end(one)


def test_greeting_is_printed_once_a_server_is_ready(
    watch: Callable[..., Watched], capfd: pytest.CaptureFixture[str]
) -> None:
    worker, silent, server = part(RUNS), part("time.sleep(600)", serves=True), part(RUNS, serves=True)
    watched = watch(worker, silent)
    watched.look_until(lambda: worker.is_ready)
    assert capfd.readouterr().err == ""
    watched.supervisor.parts = [worker, silent, server, part(RUNS, serves=True)]
    watched.look_until(lambda: all(each.is_ready for each in watched.supervisor.parts if each is not silent))
    watched.supervisor.poll(watched.now)
    assert capfd.readouterr().err == "Serving here.\n"


def test_nothing_is_started_or_counted_while_the_database_is_stopped_on_purpose(
    watch: Callable[..., Watched], capfd: pytest.CaptureFixture[str]
) -> None:
    stopped: list[bool] = []
    one = part(FAILS)
    watched = watch(one, is_database_stopped=lambda: bool(stopped))
    watched.look_until(lambda: one.process is not None)
    stopped.append(True)
    watched.look_until(lambda: one.process is None)
    for _ in range(3):
        watched.now += MAX_BACKOFF_SECONDS
        watched.supervisor.poll(watched.now)
    assert (one.process, one.failed_starts) == (None, 0)
    stopped.clear()
    one.command = command(RUNS)
    watched.look_until(lambda: one.is_ready)
    said = capfd.readouterr().err
    assert said.count("stopped on purpose") == 1
    assert said.count("running again.") == 1
