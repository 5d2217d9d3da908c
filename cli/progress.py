"""Showing how a run goes on, on stderr: drawn on a terminal, in a few plain lines elsewhere.

Watching never disturbs: when events cannot be read or shown any more, the run goes on unseen.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from cli.output import complain, console, seconds, styled, tell
from cli.stories import doing, gist, subject
from domain.errors import DatabaseUnavailable
from domain.vocabulary import ContentType, Step

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.status import TaskView
    from repository.events import Event

LAST_WORDS: Final = 2.0
"""Seconds that the last events get to arrive once the run is over."""
PARTS: Final = 10
"""Without a terminal, contents are reported after every tenth of them, """
OFTENEST: Final = 1.0
"""but with this many seconds in between, and always when all are finished."""

FAILURES_DRAWN: Final = 5
"""On a terminal; all of them stand in the summary, and the bar counts them."""

TOLD_AT_ONCE: Final = {
    "intent_analysed": "Goal",
    "framework_designed": "Designed",
    "framework_validated": "Checked",
    "edit_planned": "Planned",
    "framework_edited": "Changed",
}
"""Events that say what a step came to."""


@dataclass
class Standing:
    """Where a run stands, from the events so far."""

    step: str = Step.INIT
    total: int | None = None
    """Contents of the run, once they are known."""
    running: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @property
    def finished(self) -> int:
        return len(self.done) + len(self.failed)

    def apply(self, event: "Event") -> None:
        payload = event.payload
        match event.type:
            case "step_started":
                self.step = payload["step"]
            case "framework_accepted":
                self.total = payload["concepts"] * len(ContentType)
            case "content_started":
                self._move(subject(payload), self.running)
            case "content_completed":
                self._move(subject(payload), self.done)
            case "content_failed":
                self._move(subject(payload), self.failed)
            case "run_finished":
                self.step = payload["status"]
                self.running.clear()

    def _move(self, content: str, to: set[str]) -> None:
        for group in (self.running, self.done, self.failed):
            group.discard(content)
        to.add(content)


class Display(Protocol):
    """Shows a standing as it changes."""

    def show(self, standing: Standing, event: "Event") -> None: ...


class PlainDisplay:
    """A line for each step and each failure, and one for every tenth of the contents."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._reported = 0
        self._reported_at = 0.0

    def show(self, standing: Standing, event: "Event") -> None:
        match event.type:
            case "step_started":
                tell(f"{doing(standing.step)} ...")
            case "content_failed":
                tell(f"  failed: {gist(event)}")
            case _ if event.type in TOLD_AT_ONCE:
                tell(f"  {TOLD_AT_ONCE[event.type]}: {gist(event)}")
        self._report_contents(standing)

    def _report_contents(self, standing: Standing) -> None:
        if not standing.total:
            return
        part, now = standing.finished * PARTS // standing.total, time.monotonic()
        if part > self._reported and (part == PARTS or now - self._reported_at > OFTENEST):
            self._reported, self._reported_at = part, now
            tell(
                f"  {standing.finished} of {standing.total} contents: {len(standing.done)} done, "
                f"{len(standing.running)} running, {len(standing.failed)} failed, "
                f"{seconds(now - self._began)}"
            )


class DrawnDisplay:
    """The present step, then a bar over the contents; what steps came to scrolls by above."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            console=console(stderr=True),
            transient=True,
        )
        self._bar = self._progress.add_task(doing(Step.INIT), total=None, counts="")

    @contextmanager
    def drawn(self) -> Iterator[None]:
        with self._progress:
            yield

    def show(self, standing: Standing, event: "Event") -> None:
        if event.type == "content_failed" and len(standing.failed) <= FAILURES_DRAWN:
            self._line(f"   Failed  {gist(event)}", "red")
        elif event.type in TOLD_AT_ONCE:
            self._line(f"{TOLD_AT_ONCE[event.type]:>9}  {gist(event)}", "dim")
        counts = f"{len(standing.done)} done {len(standing.running)} running {len(standing.failed)} failed"
        self._progress.update(
            self._bar,
            description=doing(standing.step),
            total=standing.total,
            completed=standing.finished,
            counts=counts if standing.total else "",
        )

    def _line(self, text: str, style: str) -> None:
        self._progress.console.print(styled(text, style), no_wrap=True, overflow="ellipsis")


@contextmanager
def display() -> Iterator[Display]:
    """What suits stderr."""
    err = console(stderr=True)
    if err.is_terminal and not err.is_dumb_terminal:
        drawing = DrawnDisplay()
        with drawing.drawn():
            yield drawing
    else:
        yield PlainDisplay()


async def watch_to_the_end(orchestrator: "Orchestrator", task_id: str) -> "TaskView":
    """Show a run until it is over; its final task. Raises what `Orchestrator.wait` raises."""
    with display() as shown:
        watching = asyncio.create_task(_watch(orchestrator.follow(task_id), shown))
        try:
            task = await orchestrator.wait(task_id)
            await asyncio.wait([watching], timeout=LAST_WORDS)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    return task


async def _watch(story: "AsyncGenerator[Event, None]", shown: Display) -> None:
    standing = Standing()
    try:
        async with aclosing(story):
            async for event in story:
                standing.apply(event)
                shown.show(standing, event)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    except DatabaseUnavailable as error:
        complain(f"the progress of the run cannot be read: {error}")
