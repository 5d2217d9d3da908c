"""Signals that ask a command to end: the first lets it end in good order, a second ends it at once."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TypeVar

import typer

ASKING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, whoever stops services, a terminal that is closed."""

SHOW_CURSOR: Final = b"\x1b[?25h"

T = TypeVar("T")


def exit_code_after(number: int) -> int:
    """As shells count: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + number


def run_until_asked(work: Coroutine[Any, Any, T], *, at_once: str) -> T:
    """The result of `work`, in an event loop of its own. A signal cancels it; exits by that signal once it has ended.

    `at_once`: what to say when a second signal leaves no time to end it.
    """
    received: list[int] = []

    async def main() -> T:
        loop, this = asyncio.get_running_loop(), asyncio.current_task()
        assert this is not None

        def asked(number: int) -> None:
            received.append(number)
            if len(received) > 1:
                end_at_once(number, at_once)
            with suppress(RuntimeError):  # the loop is closed: the command is about to end anyway
                loop.call_soon_threadsafe(this.cancel)

        handlers.append(asked)
        return await work

    handlers: list[Callable[[int], None]] = []
    with signals_go_to(lambda number: handlers[0](number) if handlers else _ends_before_it_began(number)):
        try:
            return asyncio.run(main())
        except asyncio.CancelledError:
            if not received:
                raise
            raise typer.Exit(exit_code_after(received[0])) from None


@contextmanager
def signals_go_to(handle: Callable[[int], object]) -> Iterator[None]:
    """`handle` gets the signals in ASKING; those that whoever started us wants to be ignored (nohup) stay ignored."""
    before = {number: signal.getsignal(number) for number in ASKING}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, lambda number, _: handle(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(number: int, line: str) -> NoReturn:
    """Nothing is awaited and nothing flushed: what the rows say is all that stays."""
    with suppress(OSError):
        cursor = SHOW_CURSOR if os.isatty(2) else b""
        os.write(2, cursor + f"\nroadmap: {line}\n".encode(errors="replace"))
    os._exit(exit_code_after(number))


def _ends_before_it_began(number: int) -> NoReturn:
    raise typer.Exit(exit_code_after(number))
