"""Signals that end a command: the first shuts it down cleanly, a second exits at once."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TypeVar

import typer

from cli.exit_codes import exit_code_after

TERMINATION_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, a closed terminal."""

SHOW_CURSOR: Final = b"\x1b[?25h"

T = TypeVar("T")


def run_until_signal(work: Coroutine[Any, Any, T], *, at_once: str) -> T:
    """Run `work` in a new event loop and return its result.

    The first signal cancels `work`; the command exits with the code of that signal once `work` has ended.

    at_once: message for a second signal, which exits at once.
    """
    received: list[int] = []

    async def main() -> T:
        loop, this = asyncio.get_running_loop(), asyncio.current_task()
        assert this is not None

        def handle(number: int) -> None:
            received.append(number)
            if len(received) > 1:
                end_at_once(number, at_once)
            with suppress(RuntimeError):  # the loop is closed: the command is ending anyway
                loop.call_soon_threadsafe(this.cancel)

        handlers.append(handle)
        return await work

    handlers: list[Callable[[int], None]] = []
    with handle_signals(lambda number: handlers[0](number) if handlers else _exit_before_start(number)):
        try:
            return asyncio.run(main())
        except asyncio.CancelledError:
            if not received:
                raise
            raise typer.Exit(exit_code_after(received[0])) from None


@contextmanager
def handle_signals(handle: Callable[[int], object]) -> Iterator[None]:
    """Call `handle` for the signals during the block; those that the parent ignores (nohup) stay ignored."""
    before = {number: signal.getsignal(number) for number in TERMINATION_SIGNALS}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, lambda number, _: handle(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(number: int, line: str) -> NoReturn:
    """Print one line and exit without any cleanup; only what the database has is kept."""
    with suppress(OSError):
        cursor = SHOW_CURSOR if os.isatty(2) else b""
        os.write(2, cursor + f"\nroadmap: {line}\n".encode(errors="replace"))
    os._exit(exit_code_after(number))


def _exit_before_start(number: int) -> NoReturn:
    raise typer.Exit(exit_code_after(number))
