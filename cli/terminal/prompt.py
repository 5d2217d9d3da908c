"""A conversation at a prompt: the main thread reads lines, an event loop in another thread does the work.

Line editing and Ctrl-C work in the main thread only, and reading there keeps no heartbeat and no other task waiting.
On a terminal, Ctrl-C at the prompt begins a new line, and while a command runs it stops that command; SIGTERM and a
closed terminal end the conversation in good order. Where lines come from a pipe, Ctrl-C ends it too.
"""

import asyncio
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import typer

from cli.output.stdio import echo_err, print_text
from cli.terminal.signals import end_at_once, exit_code_after, signals_go_to
from rendering.text.text import clean

T = TypeVar("T")
Completer = Callable[[Sequence[str]], Sequence[str]]
"""The words that may come behind the words before the cursor."""

KILLED_BEFORE_THE_RUN: Final = (
    "ended at once: within seconds the run counts as stale, and `roadmap step resume` goes on with it"
)


class Conversation:
    """Give `converse` the work, which asks for its lines here."""

    def __init__(self) -> None:
        self.terminal: Final = sys.stdin.isatty()
        self.complete: Completer = lambda _: ()
        self._questions: queue.SimpleQueue[tuple[str, asyncio.Future[str | None]] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[Any] | None = None
        self._command: asyncio.Task[Any] | None = None
        self._reading = False
        self._asked_to_end: int | None = None
        self._is_over = False

    async def line(self, prompt: str) -> str | None:
        """The next line, None after the last one. From a pipe it is echoed behind the prompt."""
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._questions.put((prompt, future))
        line = await future
        if line is not None and not self.terminal:
            print_text(f"{prompt}{clean(line.rstrip())}")
        return line

    async def interruptible(self, command: Coroutine[Any, Any, None]) -> bool:
        """Whether the command came to its end; Ctrl-C stops it before."""
        this = asyncio.current_task()
        assert this is not None
        self._command = asyncio.ensure_future(command)
        try:
            await self._command
        except asyncio.CancelledError:
            if this.cancelling():
                raise
            return False
        finally:
            self._command = None
        return True

    def hold(self, work: Coroutine[Any, Any, T]) -> T:
        """In the main thread; the result of the work. Exits by the signal that ended it before."""
        outcome: list[T] = []
        problems: list[BaseException] = []

        async def main() -> T:
            self._loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
            if self._asked_to_end is not None:
                work.close()
                raise asyncio.CancelledError
            return await work

        def run() -> None:
            try:
                outcome.append(asyncio.run(main()))
            except BaseException as problem:
                problems.append(problem)
            self._is_over = True
            self._questions.put(None)
            if self._reading:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        thread = threading.Thread(target=run, name="conversation")
        with signals_go_to(self._signalled):
            thread.start()
            while (question := self._questions.get()) is not None:
                self._answer(*question)
            thread.join()
        if self._asked_to_end is not None:
            raise typer.Exit(exit_code_after(self._asked_to_end))
        if problems:
            raise problems[0]
        return outcome[0]

    def _answer(self, prompt: str, future: "asyncio.Future[str | None]") -> None:
        line = self._read(prompt)
        assert self._loop is not None

        def answer() -> None:
            if not future.done():
                future.set_result(line)

        with suppress(RuntimeError):  # the loop is closed: the work has ended while this was read
            self._loop.call_soon_threadsafe(answer)

    def _read(self, prompt: str) -> str | None:
        if self.terminal:
            self._set_up_editing()
        while True:
            try:
                return self._read_once(prompt)
            except KeyboardInterrupt:  # begin a new line, unless it is time to end
                echo_err()
            except UnicodeDecodeError:
                echo_err("This is not UTF-8.")

    def _read_once(self, prompt: str) -> str | None:
        try:
            self._reading = True  # first, so that whoever ends the work either sees it or is seen
            if self._is_over or self._asked_to_end is not None:
                return None
            sys.stdout.flush()
            return input(prompt) if self.terminal else sys.stdin.readline() or None
        except (EOFError, OSError):  # Ctrl-D, or the terminal is gone
            self._reading = False
            echo_err()
            return None
        finally:
            self._reading = False

    def _signalled(self, number: int) -> None:
        if number == signal.SIGINT and self.terminal and self._asked_to_end is None:
            self._interrupt_command()
        elif self._is_over:
            pass
        elif self._asked_to_end is not None:
            end_at_once(number, KILLED_BEFORE_THE_RUN)
        else:
            self._end(number)
        if self._reading:
            raise KeyboardInterrupt

    def _interrupt_command(self) -> None:
        def cancel() -> None:
            if self._command is not None:
                self._command.cancel()

        if self._loop is not None and not self._reading:
            self._loop.call_soon_threadsafe(cancel)

    def _end(self, number: int) -> None:
        self._asked_to_end = number
        if number == signal.SIGHUP:  # nobody hears what is said from now on, and that is no reason to fail
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for heard in (1, 2):
                os.dup2(nowhere, heard)
        if self._loop is not None and self._work is not None:
            self._loop.call_soon_threadsafe(self._work.cancel)

    def _set_up_editing(self) -> None:
        try:
            import readline
        except ImportError:  # a Python without it: lines are read as they are typed
            return

        def candidates(text: str, state: int) -> str | None:
            before = readline.get_line_buffer()[: readline.get_begidx()].split()
            found = [word for word in self.complete(before) if word.startswith(text)]
            return f"{found[state]} " if state < len(found) else None

        readline.set_completer_delims(" ")
        readline.set_completer(candidates)
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
