"""`roadmap watch` and `roadmap cancel`: follow or cancel a run of another process."""

import asyncio
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.exit_codes import exit_code_of
from cli.inputs import validate_id
from cli.options import Json, TaskId
from cli.output.outcome import RunOutcome, print_run, show_outcome, show_problems
from cli.output.stdio import echo_err, print_error, print_json_line, print_text
from cli.session import read_run_settings, with_orchestrator
from cli.terminal.signals import run_until_signal
from domain.errors import Conflict, RoadmapError
from domain.vocabulary import ACTIVE, FINAL, TaskStatus

if TYPE_CHECKING:
    from cli.output.progress import RunProgress
    from orchestrator import Orchestrator, Settings
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

POLL_INTERVAL_SECONDS: Final = 0.5
"""The row is polled too: no event reports that the process of the run has died."""
TAKEOVER_TIMEOUT_SECONDS: Final = 4.0
"""Time for a worker to take over a run whose process died; a live worker needs two seconds."""


class EventLines:
    """Print each event on stdout as it arrives, in the form of `roadmap log` or as a line of JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def show(self, progress: "RunProgress", event: "Event") -> None:  # noqa: ARG002
        from rendering.text.event_text import details, line_of

        if self._as_json:
            print_json_line(asdict(event))
            return
        indented = [f"{'':<11}{line}" for line in details(event)]
        print_text("\n".join([line_of(event), *indented]), flush=True)


def watch(
    task_id: TaskId,
    json: Annotated[bool, typer.Option("--json", help="Print one event per line as JSON (JSON Lines).")] = False,
) -> None:
    """Print all events of a run until it ends. The exit code is that of the run; Ctrl-C only stops watching."""
    identifier = validate_id(task_id, "task")
    outcome = run_until_signal(_watch(read_run_settings(), identifier, as_json=json), at_once="stopped watching")
    if json:
        show_problems(outcome)
    else:
        show_outcome(outcome, as_json=False)
    raise typer.Exit(exit_code_of(outcome.task))


async def _watch(settings: "Settings", task_id: str, *, as_json: bool) -> RunOutcome:
    from cli.output.progress import follow_to_end
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="reader") as orchestrator:
        task = await orchestrator.task(task_id)
        echo_err(f"Roadmap {task.roadmap_id}")
        echo_err(f"Task    {task.task_id}")
        try:
            events, display = orchestrator.follow(task_id), EventLines(as_json=as_json)
            task = await follow_to_end(events, _last_task(orchestrator, task_id), shown=display)
        except asyncio.CancelledError:
            await _print_stopped_watching(orchestrator, task_id)
            raise
        if task.roadmap_id is None:  # legacy data without a relation
            raise Conflict(f"Task {task_id} belongs to no roadmap; see `roadmap log {task_id}`.")
        return await RunOutcome.of(orchestrator, task)


async def _last_task(orchestrator: "Orchestrator", task_id: str) -> "TaskView":
    """Return the task once it is final or waits for a review. Raises Conflict if no process continues it."""
    live_at, has_warned = time.monotonic(), False
    while True:
        task = await orchestrator.task(task_id)
        if task.status in FINAL or task.status is TaskStatus.HUMAN_REVIEW_PENDING:
            return task
        if task.waiting_for_worker and not has_warned:
            echo_err("No worker is running: start one with `roadmap worker`.")
        has_warned = task.waiting_for_worker
        if task.live:
            live_at = time.monotonic()
        elif time.monotonic() - live_at > TAKEOVER_TIMEOUT_SECONDS:
            raise Conflict(
                f"Task {task_id} is stale: its process died and no worker has taken it over. "
                f"Continue it with `roadmap resume {task_id}`, or start a `roadmap worker`."
            )
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


async def _print_stopped_watching(orchestrator: "Orchestrator", task_id: str) -> None:
    try:
        task = await orchestrator.task(task_id)
    except RoadmapError:
        print_error(f"stopped watching task {task_id}")
        return
    state = "it continues" if task.status in ACTIVE and task.live else f"it is {task.status}"
    if task.waiting_for_model is not None:
        from rendering.text.event_text import wait_in_words

        state = f"it waits for {wait_in_words(task.waiting_for_model, datetime.now(UTC))}"
    print_error(f"stopped watching task {task_id}; {state}. Watch it again with `roadmap watch {task_id}`")


def cancel(task_id: TaskId, json: Json = False) -> None:
    """Cancel a run and keep its finished contents. Returns once it can start no further model call."""
    identifier = validate_id(task_id, "task")
    task = with_orchestrator(lambda orchestrator: orchestrator.cancel(identifier))
    if json:
        print_run(task)
    else:
        print_text(f"Task {task.task_id} is {task.status}.")
    echo_err(f"Next:\n  roadmap resume {task.task_id}")
