"""Show the progress of a run on stderr: a progress bar on a terminal, a few plain lines elsewhere.

Errors of reading or showing events never affect the run: it continues without progress.
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
from domain.waits.model_wait import ModelWait, parse_wait
from rendering.text.event_text import doing, gist, subject
from rendering.text.text import seconds

if TYPE_CHECKING:
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

LAST_EVENTS_TIMEOUT_SECONDS: Final = 2.0
"""Time for the last events to arrive once the run waits for a review."""
FINAL_EVENTS_TIMEOUT_SECONDS: Final = 60.0
"""Time for the events of a final run: they have a definite end, which may be long in coming."""
REPORT_STEPS: Final = 10
"""Without a terminal, the contents are reported after each tenth of them."""
MIN_REPORT_INTERVAL_SECONDS: Final = 1.0
"""Minimum time between two such reports; the last one is always printed."""

BAR_CHARACTERS: Final = 16
"""Width of the bar; keeps the line below 80 characters, so that a typed ^C does not wrap it."""
MAX_FAILURES_DRAWN: Final = 5
"""Failures printed above the bar; the summary lists the others."""

REPORTED_EVENTS: Final = {
    "intent_analysed": "Goal",
    "framework_designed": "Designed",
    "framework_validated": "Checked",
    "edit_planned": "Planned",
    "framework_edited": "Changed",
    "course_designed": "Course",
    "course_not_designed": "No book",
    "step_given_up": "Given up",
    "run_handed_back": "Requeued",
    "run_resumed": "Resumed",
    "model_waiting": "Waiting",
    "model_answering": "Going on",
}
"""Events printed as a line, and their labels: results of steps, and changes of the process of the run."""


TAKEOVER_TEXT: Final = "the process of the run died; another one continues it"


@dataclass
class RunProgress:
    """Progress of a run according to its events so far."""

    task_type: str = TaskType.CREATION
    queued: bool = True
    step: str = Step.INIT
    total: int | None = None
    """Number of contents of the run, once it is known."""
    running: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    waiting: ModelWait | None = None
    """The current wait for a model that is busy or unreachable; None if there is none."""

    @property
    def doing(self) -> str:
        if self.queued:
            return "Waiting in the queue"
        return doing(self.step) if self.waiting is None else f"Waiting for {self.waiting.model}"

    @property
    def finished(self) -> int:
        return len(self.done) + len(self.failed)

    def apply(self, event: "Event") -> None:
        payload = event.payload
        if event.type != "content_started":  # its call may be the next try
            self.waiting = parse_wait(payload) if event.type == "model_waiting" else None
        match event.type:
            case "run_requested":
                self.task_type, self.total = payload["task_type"], payload.get("contents")
            case "run_resumed":
                self.queued = True
                self.failed.clear()  # failed contents are generated again
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
    """Shows progress as it changes."""

    def show(self, progress: RunProgress, event: "Event") -> None: ...


class PlainDisplay:
    """Print a line for each step, each failure and each tenth of the contents."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._reported = 0
        self._reported_at = 0.0

    def show(self, progress: RunProgress, event: "Event") -> None:
        match event.type:
            case "step_started":
                echo_err(f"{doing(progress.step)} ...")
            case "content_failed":
                echo_err(f"  failed: {gist(event)}")
            case "run_started" if _is_takeover(event):
                echo_err(f"  Takeover: {TAKEOVER_TEXT}")
            case _ if event.type in REPORTED_EVENTS:
                echo_err(f"  {REPORTED_EVENTS[event.type]}: {gist(event)}")
        self._report_contents(progress)

    def _report_contents(self, progress: RunProgress) -> None:
        if not progress.total:
            return
        part, now = progress.finished * REPORT_STEPS // progress.total, time.monotonic()
        if part > self._reported and (part == REPORT_STEPS or now - self._reported_at > MIN_REPORT_INTERVAL_SECONDS):
            self._reported, self._reported_at = part, now
            echo_err(
                f"  {progress.finished} of {progress.total} contents: {len(progress.done)} done, "
                f"{len(progress.running)} running, {len(progress.failed)} failed, "
                f"{seconds(now - self._began)}"
            )


class DrawnDisplay:
    """Draw the current step, then a bar over the contents; results of steps are printed above it."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=BAR_CHARACTERS),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            console=console(stderr=True),
            transient=True,
        )
        self._bar = self._progress.add_task(RunProgress().doing, total=None, counts="")

    @contextmanager
    def drawn(self) -> Iterator[None]:
        self._progress.start()
        try:
            yield
        finally:
            with suppress(OSError):  # the terminal was closed
                self._progress.stop()

    def show(self, progress: RunProgress, event: "Event") -> None:
        try:
            self._draw(progress, event)
        except OSError:  # the terminal was closed
            silence_stderr()

    def _draw(self, progress: RunProgress, event: "Event") -> None:
        if event.type == "content_failed" and len(progress.failed) <= MAX_FAILURES_DRAWN:
            self._line(f"   Failed  {gist(event)}", "red")
        elif event.type == "run_started" and _is_takeover(event):
            self._line(f"{'Takeover':>9}  {TAKEOVER_TEXT}", "yellow")
        elif event.type in REPORTED_EVENTS:
            self._line(f"{REPORTED_EVENTS[event.type]:>9}  {gist(event)}", "dim")
        counts = f"{len(progress.done)} done {len(progress.running)} running {len(progress.failed)} failed"
        self._progress.update(
            self._bar,
            description=progress.doing,
            total=progress.total,
            completed=progress.finished,
            counts=counts if progress.total else "",
        )

    def _line(self, text: str, style: str) -> None:
        self._progress.console.print(styled(text, style), no_wrap=True, overflow="ellipsis")


def _is_takeover(event: "Event") -> bool:
    return event.payload.get("from") == "processing"


@contextmanager
def display() -> Iterator[Display]:
    """Choose the display for stderr: a bar on a terminal, else plain lines."""
    err = console(stderr=True)
    if not err.is_terminal or err.is_dumb_terminal:
        yield PlainDisplay()
        return
    drawing = DrawnDisplay()
    with drawing.drawn():
        yield drawing


async def follow_to_end(
    events: "AsyncGenerator[Event, None]",
    end: "Awaitable[TaskView]",
    *,
    progress: RunProgress | None = None,
    shown: Display | None = None,
) -> "TaskView":
    """Show the events of a run until `end` returns its final task; return that task.

    progress: the progress before these events.
    shown: where to show them (default: the display for stderr).
    Raises the errors of `end`, and OSError if `shown` can no longer write.
    """
    with display() if shown is None else nullcontext(shown) as target:
        watching = asyncio.create_task(_show_events(events, progress or RunProgress(), target))
        ending = asyncio.ensure_future(end)
        try:
            await asyncio.wait([watching, ending], return_when=asyncio.FIRST_COMPLETED)
            if watching.done() and isinstance(problem := watching.exception(), OSError):
                raise problem
            task = await ending
            await asyncio.wait(
                [watching],
                timeout=FINAL_EVENTS_TIMEOUT_SECONDS if task.status in FINAL else LAST_EVENTS_TIMEOUT_SECONDS,
            )
        finally:
            watching.cancel()
            ending.cancel()
            (result, _) = await asyncio.gather(watching, ending, return_exceptions=True)
    if isinstance(result, DatabaseUnavailable):
        print_error(f"the remaining progress of the run could not be read: {result}")
    if isinstance(result, OSError):
        raise result
    return task


async def _show_events(events: "AsyncGenerator[Event, None]", progress: RunProgress, shown: Display) -> None:
    async with aclosing(events):
        async for event in events:
            progress.apply(event)
            shown.show(progress, event)
