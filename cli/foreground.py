"""Start a run, follow it to its end and exit by its status: the shared path of all commands that start one.

With `--detach` the command only queues the run for a worker. Ctrl-C, SIGTERM and SIGHUP end the run cleanly: its row
becomes `cancelled`, and `roadmap resume` continues it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from cli.exit_codes import exit_code_of
from cli.output.outcome import RunOutcome, show_detached, show_outcome
from cli.output.stdio import echo_err, print_error
from cli.session import read_run_settings
from cli.terminal.signals import run_until_signal
from domain.errors import RoadmapError, Unavailable
from domain.vocabulary import ACTIVE, TaskStatus, TaskType

if TYPE_CHECKING:
    from cli.output.progress import RunProgress
    from domain.waits.model_wait import ModelWait
    from orchestrator import Orchestrator, Settings
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

RunRequest = Callable[["Orchestrator"], Awaitable["TaskView | None"]]
"""Start a run with an orchestrator and return its task, None if there is nothing to do."""

KILLED_BEFORE_THE_RUN: Final = "ended at once; the run becomes stale within seconds: continue it with `roadmap resume`"


def run_and_follow(request: RunRequest, *, detach: bool, json: bool, nothing: Callable[[], None] | None = None) -> None:
    """Start a run, print its outcome and exit by its status.

    detach: return once the run is queued.
    nothing: prints that there is nothing to do; required if `request` may return None.
    """
    settings = read_run_settings()
    outcome = run_until_signal(_run(settings, request, detach=detach), at_once=KILLED_BEFORE_THE_RUN)
    if outcome is None:
        assert nothing is not None
        nothing()
    elif detach:
        show_detached(outcome, as_json=json)
    else:
        show_outcome(outcome, as_json=json)
        raise typer.Exit(exit_code_of(outcome.task))


async def _run(settings: "Settings", request: RunRequest, *, detach: bool) -> RunOutcome | None:
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="reader" if detach else "foreground") as orchestrator:
        task = await _start(orchestrator, request)
        if task is None:
            return None
        echo_err(f"Roadmap {task.roadmap_id}")
        echo_err(f"Task    {task.task_id}")
        _print_interpretation(task)
        if not detach:
            task = await _follow(orchestrator, task)
        return await RunOutcome.of(orchestrator, task)


def _print_interpretation(task: "TaskView") -> None:
    """Print how deadline and goal were interpreted, so that the user can stop the run if that is wrong."""
    from rendering.text.pace_text import understood

    if task.pace is not None and task.task_type is TaskType.CREATION:
        for line in understood(task.pace):
            print_error(line)


async def _start(orchestrator: "Orchestrator", request: RunRequest) -> "TaskView | None":
    """Start the run. An interruption waits for the request to finish, then ends the task that it created."""
    starting = asyncio.ensure_future(request(orchestrator))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None and (task := starting.result()) is not None:
            await _end(orchestrator, task)
        else:
            print_error("interrupted before the run started")
        raise


async def _follow(orchestrator: "Orchestrator", started: "TaskView") -> "TaskView":
    from cli.output.progress import follow_to_end

    task_id = started.task_id
    progress = None
    try:
        progress, last = await _replay(orchestrator, task_id)
        events = orchestrator.follow(task_id, after=last)
        task = await follow_to_end(events, orchestrator.wait(task_id), progress=progress)
    except asyncio.CancelledError:
        echo_err("Interrupted: ending the run ... (press again to exit at once)")
        if progress is not None and progress.waiting is not None:
            _print_wait(progress.waiting)
        await _end(orchestrator, started)
        raise
    except Unavailable as error:
        hint = f"Finished contents of task {task_id} are kept; continue it with `roadmap resume {task_id}`."
        raise type(error)(f"{str(error).rstrip('.')}. {hint}") from error
    if task.status is TaskStatus.CANCELLED:
        print_error(f"another command cancelled task {task_id}: {task.error_message}")
    return task


def _print_wait(wait: "ModelWait") -> None:
    """Print why an interrupted run had not gone on."""
    from rendering.text.event_text import wait_in_words

    echo_err(f"It was waiting for {wait_in_words(wait, datetime.now(UTC))}")


async def _replay(orchestrator: "Orchestrator", task_id: str) -> "tuple[RunProgress, int]":
    """Return the progress of a resumed run before it was resumed, and the last event of that; empty for a new run."""
    from cli.output.progress import RunProgress

    progress, last = RunProgress(), 0
    events: list[Event] = []
    while page := await orchestrator.events.page(task_id, after=events[-1].sequence if events else 0):
        events += page
    resumed = [event.sequence for event in events if event.type in {"run_resumed", "review_decided"}]
    if resumed:
        last = resumed[-1]
        for event in events[:last]:
            progress.apply(event)
    return progress, last


async def _end(orchestrator: "Orchestrator", started: "TaskView") -> None:
    """Interrupt a run and print the status of its row, which may be another than the one intended."""
    try:
        task = await orchestrator.interrupt(started.task_id)
    except RoadmapError as error:
        print_error(f"interrupted; the status of task {started.task_id} is unknown: {error}")
        return
    if task.status in ACTIVE:
        hint = f"follow it with `roadmap watch {task.task_id}`, end it with `roadmap cancel {task.task_id}`"
    elif task.status is TaskStatus.COMPLETED:
        hint = f"see `roadmap show {task.roadmap_id}`"
    else:
        hint = f"continue with `roadmap resume {task.task_id}`, see `roadmap show {task.roadmap_id}`"
    print_error(f"interrupted; task {task.task_id} is {task.status}: {hint}.")
