"""Signals, sent to small commands that sleep."""

import signal
import subprocess
import sys
import time

import pytest

from tests.support.limits import HANG_SECONDS

SLEEPER = """
import asyncio, sys, time
from cli.terminal.signals import run_until_signal, handle_signals
from cli.app import app, main

async def work(ending):
    print("began", flush=True)
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print("asked", flush=True)
        await asyncio.sleep(ending)
        print("ended", flush=True)
        raise

@app.command()
def sleep(ending: float) -> None:
    run_until_signal(work(ending), at_once="ended at once")

sys.exit(main(["sleep", sys.argv[1]]))
"""


class Sleeper:
    def __init__(self, ending: float, prefix: tuple[str, ...] = ()) -> None:
        command = [*prefix, sys.executable, "-c", SLEEPER, str(ending)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for("began")

    def wait_for(self, line: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{line}\n"

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=HANG_SECONDS)
        return self.process.returncode, out, err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_the_first_signal_cancels_the_work_cleanly(number: signal.Signals, code: int) -> None:
    sleeper = Sleeper(ending=0.1)
    sleeper.process.send_signal(number)
    assert sleeper.end() == (code, "asked\nended\n", "")


def test_a_second_signal_exits_at_once() -> None:
    sleeper = Sleeper(ending=60)
    sleeper.process.send_signal(signal.SIGINT)
    sleeper.wait_for("asked")
    sleeper.process.send_signal(signal.SIGTERM)
    code, out, err = sleeper.end()
    assert (code, out, err) == (143, "", "\nroadmap: ended at once\n")


def test_nohup_is_respected() -> None:
    sleeper = Sleeper(ending=0, prefix=("nohup",))
    sleeper.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert sleeper.process.poll() is None
    sleeper.process.terminate()
    assert sleeper.end()[0] == 143
