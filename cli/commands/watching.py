"""Commands on runs that go on elsewhere: watch one, cancel one."""

import asyncio
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.inputs import validate_id
from cli.options import Json, TaskId
from cli.output.output import echo_err, print_error, print_json_line, print_text
from cli.output.summaries import Outcome, exit_code_of, print_run, show_outcome, show_problems
from cli.session import ask, read_settings
from cli.terminal.signals import run_until_asked
from domain.errors import Conflict, RoadmapError
from domain.vocabulary import ACTIVE, FINAL, TaskStatus

if TYPE_CHECKING:
    from cli.output.progress import RunStanding
    from orchestrator import Orchestrator, Settings
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event

POLL_INTERVAL_SECONDS: Final = 0.5
"""Seconds between looks at the row, which knows what no event tells: that nobody is at it."""
TAKEOVER: Final = 4.0
"""Seconds that a run whose process died gets to be taken over; a living worker needs two."""


class EventLines:
    """Every event on stdout as it comes: as `roadmap log` shows it, or as a line of JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def show(self, standing: "RunStanding", event: "Event") -> None:  # noqa: ARG002
        from rendering.text.event_text import details, line_of

        if self._as_json:
            print_json_line(asdict(event))
            return
        indented = [f"{'':<11}{line}" for line in details(event)]
        print_text("\n".join([line_of(event), *indented]), flush=True)


def watch(
    task_id: TaskId,
    json: Annotated[bool, typer.Option("--json", help="Print one event a line, as JSON (JSON Lines).")] = False,
) -> None:
    """Print the events of a run, from the first to the last. Exits by what becomes of it; Ctrl-C leaves it alone."""
    identifier = validate_id(task_id, "task")
    outcome = run_until_asked(_watch(read_settings(), identifier, as_json=json), at_once="stopped watching")
    if json:
        show_problems(outcome)
    else:
        show_outcome(outcome, as_json=False)
    raise typer.Exit(exit_code_of(outcome.task))


async def _watch(settings: "Settings", task_id: str, *, as_json: bool) -> Outcome:
    from cli.output.progress import watch_to_the_end
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="reader") as orchestrator:
        task = await orchestrator.task(task_id)
        echo_err(f"Roadmap {task.roadmap_id}")
        echo_err(f"Task    {task.task_id}")
        try:
            story, shown = orchestrator.follow(task_id), EventLines(as_json=as_json)
            task = await watch_to_the_end(story, _last_task(orchestrator, task_id), shown=shown)
        except asyncio.CancelledError:
            await _say_that_it_goes_on(orchestrator, task_id)
            raise
        if task.roadmap_id is None:  # of the legacy system, which kept no relation
            raise Conflict(f"Task {task_id} belongs to no roadmap; `roadmap log {task_id}` tells what is known of it.")
        return await Outcome.of(orchestrator, task)


async def _last_task(orchestrator: "Orchestrator", task_id: str) -> "TaskView":
    """The task once it is final or waits for a review. Raises Conflict when nobody will move it any more."""
    moved, told = time.monotonic(), False
    while True:
        task = await orchestrator.task(task_id)
        if task.status in FINAL or task.status is TaskStatus.HUMAN_REVIEW_PENDING:
            return task
        if task.waiting_for_worker and not told:
            echo_err("No worker is running, so it waits: `roadmap worker` starts one.")
        told = task.waiting_for_worker
        if task.live:
            moved = time.monotonic()
        elif time.monotonic() - moved > TAKEOVER:
            raise Conflict(
                f"Task {task_id} is stale: its process died and no worker takes it over. "
                f"`roadmap resume {task_id}` goes on with it, and so does any `roadmap worker`."
            )
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


async def _say_that_it_goes_on(orchestrator: "Orchestrator", task_id: str) -> None:
    try:
        task = await orchestrator.task(task_id)
    except RoadmapError:
        print_error(f"stopped watching task {task_id}")
        return
    goes_on = ", which goes on" if task.status in ACTIVE and task.live else f", which is {task.status}"
    print_error(f"stopped watching task {task_id}{goes_on}: `roadmap watch {task_id}` follows it again")


def cancel(task_id: TaskId, json: Json = False) -> None:
    """End a run; what it finished is kept. Returns when no call of it can start any more."""
    identifier = validate_id(task_id, "task")
    task = ask(lambda orchestrator: orchestrator.cancel(identifier))
    if json:
        print_run(task)
    else:
        print_text(f"Task {task.task_id} is {task.status}.")
    echo_err(f"Next:\n  roadmap resume {task.task_id}")
