"""A prompt: the main thread reads lines, an event loop in another thread executes the commands.

Line editing and Ctrl-C only work in the main thread, and a blocking read there does not delay heartbeats. On a
terminal, Ctrl-C at the prompt starts a new line, during a command it stops that command. SIGTERM and a closed terminal
end the conversation cleanly; if the lines come from a pipe, so does Ctrl-C.
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

from cli.exit_codes import exit_code_after
from cli.output.stdio import echo_err, print_text
from cli.terminal.signals import end_at_once, handle_signals
from rendering.text.text import clean

T = TypeVar("T")
Completer = Callable[[Sequence[str]], Sequence[str]]
"""Map the words before the cursor to the candidates for the next one."""

KILLED_BEFORE_THE_RUN: Final = (
    "ended at once; the run becomes stale within seconds: continue it with `roadmap step resume`"
)


class Conversation:
    """Run work that reads its input lines from here."""

    def __init__(self) -> None:
        self.terminal: Final = sys.stdin.isatty()
        self.complete: Completer = lambda _: ()
        self._questions: queue.SimpleQueue[tuple[str, asyncio.Future[str | None]] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[Any] | None = None
        self._command: asyncio.Task[Any] | None = None
        self._reading = False
        self._end_signal: int | None = None
        self._is_over = False

    async def line(self, prompt: str) -> str | None:
        """Read the next line, None at the end of input. A line from a pipe is echoed after the prompt."""
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._questions.put((prompt, future))
        line = await future
        if line is not None and not self.terminal:
            print_text(f"{prompt}{clean(line.rstrip())}")
        return line

    async def interruptible(self, command: Coroutine[Any, Any, None]) -> bool:
        """Run a command that Ctrl-C can stop; return whether it was completed."""
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

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` and return its result; call it in the main thread. Exits by the signal that ended it."""
        outcome: list[T] = []
        problems: list[BaseException] = []

        async def main() -> T:
            self._loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
            if self._end_signal is not None:
                work.close()
                raise asyncio.CancelledError
            return await work

        def run_loop() -> None:
            try:
                outcome.append(asyncio.run(main()))
            except BaseException as problem:
                problems.append(problem)
            self._is_over = True
            self._questions.put(None)
            if self._reading:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        thread = threading.Thread(target=run_loop, name="conversation")
        with handle_signals(self._handle_signal):
            thread.start()
            while (question := self._questions.get()) is not None:
                self._answer(*question)
            thread.join()
        if self._end_signal is not None:
            raise typer.Exit(exit_code_after(self._end_signal))
        if problems:
            raise problems[0]
        return outcome[0]

    def _answer(self, prompt: str, future: "asyncio.Future[str | None]") -> None:
        line = self._read(prompt)
        assert self._loop is not None

        def answer() -> None:
            if not future.done():
                future.set_result(line)

        with suppress(RuntimeError):  # the loop is closed: the work ended during the read
            self._loop.call_soon_threadsafe(answer)

    def _read(self, prompt: str) -> str | None:
        if self.terminal:
            self._set_up_editing()
        while True:
            try:
                return self._read_once(prompt)
            except KeyboardInterrupt:  # start a new line, unless the conversation is ending
                echo_err()
            except UnicodeDecodeError:
                echo_err("The input is not valid UTF-8.")

    def _read_once(self, prompt: str) -> str | None:
        try:
            self._reading = True  # set before the checks: a concurrent end either sees it or is seen here
            if self._is_over or self._end_signal is not None:
                return None
            sys.stdout.flush()
            return input(prompt) if self.terminal else sys.stdin.readline() or None
        except (EOFError, OSError):  # Ctrl-D, or the terminal is gone
            self._reading = False
            echo_err()
            return None
        finally:
            self._reading = False

    def _handle_signal(self, number: int) -> None:
        if number == signal.SIGINT and self.terminal and self._end_signal is None:
            self._interrupt_command()
        elif self._is_over:
            pass
        elif self._end_signal is not None:
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
        self._end_signal = number
        if number == signal.SIGHUP:  # the terminal is closed: discard all output from now on
            devnull = os.open(os.devnull, os.O_WRONLY)
            for descriptor in (1, 2):
                os.dup2(devnull, descriptor)
        if self._loop is not None and self._work is not None:
            self._loop.call_soon_threadsafe(self._work.cancel)

    def _set_up_editing(self) -> None:
        try:
            import readline
        except ImportError:  # this Python lacks readline: no line editing
            return

        def candidates(text: str, state: int) -> str | None:
            before = readline.get_line_buffer()[: readline.get_begidx()].split()
            matches = [word for word in self.complete(before) if word.startswith(text)]
            return f"{matches[state]} " if state < len(matches) else None

        readline.set_completer_delims(" ")
        readline.set_completer(candidates)
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
