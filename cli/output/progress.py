"""Showing how a run goes on, on stderr: drawn on a terminal, in a few plain lines elsewhere.

Watching never disturbs: when events cannot be read or shown any more, the run goes on unseen.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import aclosing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from cli.output.stdio import console, echo_err, print_error, silence_stderr, styled
from domain.errors import DatabaseUnavailable
from domain.vocabulary import FINAL, ContentType, Step, TaskType
from rendering.text.event_text import doing, gist, subject
from rendering.text.text import seconds

if TYPE_CHECKING:
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

LAST_WORDS: Final = 2.0
"""Seconds that the last events get to arrive once the run stands still, """
WHOLE_STORY: Final = 60.0
"""and when it is final: then the story has an end, which may be long in coming."""
PARTS: Final = 10
"""Without a terminal, contents are reported after every tenth of them, """
OFTENEST: Final = 1.0
"""but with this many seconds in between, and always when all are finished."""

BAR: Final = 16
"""Characters; the whole line then stays below 80, so that the ^C of an interruption does not wrap it."""
FAILURES_DRAWN: Final = 5
"""On a terminal; all of them stand in the summary, and the bar counts them."""

FLUSHED_EVENTS: Final = {
    "intent_analysed": "Goal",
    "framework_designed": "Designed",
    "framework_validated": "Checked",
    "edit_planned": "Planned",
    "framework_edited": "Changed",
    "run_handed_back": "Put back",
    "run_resumed": "Resumed",
}
"""Events that say what a step came to, or that the run went from hand to hand."""


TAKEOVER: Final = "its process had died; another one goes on with what is missing"


@dataclass
class RunStanding:
    """Where a run stands, from the events so far."""

    task_type: str = TaskType.CREATION
    queued: bool = True
    step: str = Step.INIT
    total: int | None = None
    """Contents of the run, once they are known."""
    running: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @property
    def doing(self) -> str:
        return "Waiting in the queue" if self.queued else doing(self.step)

    @property
    def finished(self) -> int:
        return len(self.done) + len(self.failed)

    def apply(self, event: "Event") -> None:
        payload = event.payload
        match event.type:
            case "run_requested":
                self.task_type, self.total = payload["task_type"], payload.get("contents")
            case "run_resumed":
                self.queued = True
                self.failed.clear()  # it is asked anew
            case "run_handed_back":
                self.queued = True
            case "run_started":
                self.queued = False
            case "step_started":
                self.step = payload["step"]
            case "framework_accepted" if self.task_type == TaskType.CREATION:
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

    def show(self, standing: RunStanding, event: "Event") -> None: ...


class PlainDisplay:
    """A line for each step and each failure, and one for every tenth of the contents."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._reported = 0
        self._reported_at = 0.0

    def show(self, standing: RunStanding, event: "Event") -> None:
        match event.type:
            case "step_started":
                echo_err(f"{doing(standing.step)} ...")
            case "content_failed":
                echo_err(f"  failed: {gist(event)}")
            case "run_started" if _is_takeover(event):
                echo_err(f"  Takeover: {TAKEOVER}")
            case _ if event.type in FLUSHED_EVENTS:
                echo_err(f"  {FLUSHED_EVENTS[event.type]}: {gist(event)}")
        self._report_contents(standing)

    def _report_contents(self, standing: RunStanding) -> None:
        if not standing.total:
            return
        part, now = standing.finished * PARTS // standing.total, time.monotonic()
        if part > self._reported and (part == PARTS or now - self._reported_at > OFTENEST):
            self._reported, self._reported_at = part, now
            echo_err(
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
            BarColumn(bar_width=BAR),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            console=console(stderr=True),
            transient=True,
        )
        self._bar = self._progress.add_task(RunStanding().doing, total=None, counts="")

    @contextmanager
    def drawn(self) -> Iterator[None]:
        self._progress.start()
        try:
            yield
        finally:
            with suppress(OSError):  # a terminal that was closed cannot be tidied up
                self._progress.stop()

    def show(self, standing: RunStanding, event: "Event") -> None:
        try:
            self._draw(standing, event)
        except OSError:  # the terminal was closed
            silence_stderr()

    def _draw(self, standing: RunStanding, event: "Event") -> None:
        if event.type == "content_failed" and len(standing.failed) <= FAILURES_DRAWN:
            self._line(f"   Failed  {gist(event)}", "red")
        elif event.type == "run_started" and _is_takeover(event):
            self._line(f"{'Takeover':>9}  {TAKEOVER}", "yellow")
        elif event.type in FLUSHED_EVENTS:
            self._line(f"{FLUSHED_EVENTS[event.type]:>9}  {gist(event)}", "dim")
        counts = f"{len(standing.done)} done {len(standing.running)} running {len(standing.failed)} failed"
        self._progress.update(
            self._bar,
            description=standing.doing,
            total=standing.total,
            completed=standing.finished,
            counts=counts if standing.total else "",
        )

    def _line(self, text: str, style: str) -> None:
        self._progress.console.print(styled(text, style), no_wrap=True, overflow="ellipsis")


def _is_takeover(event: "Event") -> bool:
    return event.payload.get("from") == "processing"


@contextmanager
def display() -> Iterator[Display]:
    """What suits stderr: drawn on a terminal, else a few plain lines."""
    err = console(stderr=True)
    if not err.is_terminal or err.is_dumb_terminal:
        yield PlainDisplay()
        return
    drawing = DrawnDisplay()
    with drawing.drawn():
        yield drawing


async def watch_to_the_end(
    story: "AsyncGenerator[Event, None]",
    end: "Awaitable[TaskView]",
    *,
    standing: RunStanding | None = None,
    shown: Display | None = None,
) -> "TaskView":
    """Show a run's story until `end` gives its last task; that task.

    `standing`: where the run stood before the story; `shown`: how to show it, else as suits stderr. Raises what `end`
    raises, and OSError where `shown` has nobody left to show it to.
    """
    with display() if shown is None else nullcontext(shown) as chosen:
        watching = asyncio.create_task(_watch(story, standing or RunStanding(), chosen))
        ending = asyncio.ensure_future(end)
        try:
            await asyncio.wait([watching, ending], return_when=asyncio.FIRST_COMPLETED)
            if watching.done() and isinstance(problem := watching.exception(), OSError):
                raise problem
            task = await ending
            await asyncio.wait([watching], timeout=WHOLE_STORY if task.status in FINAL else LAST_WORDS)
        finally:
            watching.cancel()
            ending.cancel()
            (told, _) = await asyncio.gather(watching, ending, return_exceptions=True)
    if isinstance(told, DatabaseUnavailable):
        print_error(f"the progress of the run could not be read to its end: {told}")
    if isinstance(told, OSError):
        raise told
    return task


async def _watch(story: "AsyncGenerator[Event, None]", standing: RunStanding, shown: Display) -> None:
    async with aclosing(story):
        async for event in story:
            standing.apply(event)
            shown.show(standing, event)
