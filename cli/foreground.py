"""The one path of all commands that start a run: ask for it, follow it here to its end, exit by what became of it.

With `--detach` they only ask for it; a worker runs it. Ctrl-C, SIGTERM and SIGHUP end the run in good order: its row
reads `cancelled`, and `roadmap resume` goes on with it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import typer

from cli.output.output import echo_err, print_error
from cli.output.summaries import Outcome, exit_code_of, show_detached, show_outcome
from cli.session import read_settings
from cli.terminal.signals import run_until_asked
from domain.errors import RoadmapError, Unavailable
from domain.vocabulary import ACTIVE, TaskStatus, TaskType

if TYPE_CHECKING:
    from cli.output.progress import RunStanding
    from orchestrator import Orchestrator, Settings
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

RunRequest = Callable[["Orchestrator"], Awaitable["TaskView | None"]]
"""Asks an orchestrator for a run; None where there is nothing to do."""

KILLED_BEFORE_THE_RUN: Final = (
    "ended at once, before the run was: within seconds it counts as stale, and `roadmap resume` goes on with it"
)


def run_and_follow(request: RunRequest, *, detach: bool, json: bool, nothing: Callable[[], None] | None = None) -> None:
    """Exits by the run's status; with `detach` at once. `nothing` says that there is nothing to do."""
    settings = read_settings()
    outcome = run_until_asked(_carry_out(settings, request, detach=detach), at_once=KILLED_BEFORE_THE_RUN)
    if outcome is None:
        assert nothing is not None
        nothing()
    elif detach:
        show_detached(outcome, as_json=json)
    else:
        show_outcome(outcome, as_json=json)
        raise typer.Exit(exit_code_of(outcome.task))


async def _carry_out(settings: "Settings", request: RunRequest, *, detach: bool) -> Outcome | None:
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="reader" if detach else "foreground") as orchestrator:
        task = await _requested(orchestrator, request)
        if task is None:
            return None
        echo_err(f"Roadmap {task.roadmap_id}")
        echo_err(f"Task    {task.task_id}")
        _tell_understood(task)
        if not detach:
            task = await _followed(orchestrator, task)
        return await Outcome.of(orchestrator, task)


def _tell_understood(task: "TaskView") -> None:
    """What was made of the deadline and the goal, at once: it may be not what was meant."""
    from rendering.text.pace_text import understood

    if task.pace is not None and task.task_type is TaskType.CREATION:
        for line in understood(task.pace):
            print_error(line)


async def _requested(orchestrator: "Orchestrator", request: RunRequest) -> "TaskView | None":
    """Make a request; if it is interrupted, wait for its task, and end that.

    The orchestrator shields the commit. Here the request is only kept, so that its result is known: `asyncio.wait`
    does not cancel what it waits for.
    """
    requesting = asyncio.ensure_future(request(orchestrator))
    try:
        await asyncio.wait([requesting])
        return requesting.result()
    except asyncio.CancelledError:
        await asyncio.wait([requesting])
        if requesting.exception() is None and (task := requesting.result()) is not None:
            await _end(orchestrator, task)
        else:
            print_error("interrupted before the run had begun")
        raise


async def _followed(orchestrator: "Orchestrator", started: "TaskView") -> "TaskView":
    from cli.output.progress import watch_to_the_end

    task_id = started.task_id
    try:
        standing, last = await _before(orchestrator, task_id)
        story = orchestrator.follow(task_id, after=last)
        task = await watch_to_the_end(story, orchestrator.wait(task_id), standing=standing)
    except asyncio.CancelledError:
        echo_err("Interrupted: ending the run ... (once more ends this command at once)")
        await _end(orchestrator, started)
        raise
    except Unavailable as error:
        rest = f"Task {task_id} was cut off: what it finished is kept, and `roadmap resume {task_id}` goes on with it."
        raise type(error)(f"{str(error).rstrip('.')}. {rest}") from error
    if task.status is TaskStatus.CANCELLED:
        print_error(f"another command cancelled task {task_id}: {task.error_message}")
    return task


async def _before(orchestrator: "Orchestrator", task_id: str) -> "tuple[RunStanding, int]":
    """Where a run that goes on had stood, and the event up to which that was told; of a new one, nothing."""
    from cli.output.progress import RunStanding

    standing, last = RunStanding(), 0
    passed: list[Event] = []
    while events := await orchestrator.events.page(task_id, after=passed[-1].sequence if passed else 0):
        passed += events
    resumed = [event.sequence for event in passed if event.type in {"run_resumed", "review_decided"}]
    if resumed:
        last = resumed[-1]
        for event in passed[:last]:
            standing.apply(event)
    return standing, last


async def _end(orchestrator: "Orchestrator", started: "TaskView") -> None:
    """Say what the row says then, since a row is believed more than an intention."""
    try:
        task = await orchestrator.interrupt(started.task_id)
    except RoadmapError as error:
        print_error(f"interrupted, and what became of task {started.task_id} cannot be read: {error}")
        return
    if task.status in ACTIVE:
        how = f"`roadmap watch {task.task_id}` follows it, `roadmap cancel {task.task_id}` ends it"
    elif task.status is TaskStatus.COMPLETED:
        how = f"`roadmap show {task.roadmap_id}` shows what it made"
    else:
        how = f"`roadmap resume {task.task_id}` goes on, `roadmap show {task.roadmap_id}` shows what is finished"
    print_error(f"interrupted; task {task.task_id} is {task.status}: {how}.")
