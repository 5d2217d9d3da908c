"""Commands on runs that go on elsewhere: watch one, cancel one."""

import asyncio
import time
from typing import TYPE_CHECKING, Final

import typer

from cli.inputs import known_id
from cli.opening import ask, read_settings
from cli.options import Json, TaskId
from cli.output import complain, print_text, tell
from cli.signals import run_until_asked
from cli.summaries import Outcome, exit_code_of, print_run, show_outcome
from domain.errors import Conflict, RoadmapError
from domain.vocabulary import ACTIVE, FINAL, TaskStatus

if TYPE_CHECKING:
    from orchestrator import Orchestrator, Settings
    from orchestrator.status import TaskView

LOOK_EVERY: Final = 0.5
"""Seconds between looks at the row, which knows what no event tells: that nobody is at it."""
TAKEOVER: Final = 4.0
"""Seconds that a run whose process died gets to be taken over; a living worker needs two."""


def watch(task_id: TaskId, json: Json = False) -> None:
    """Follow a run from its first event to its end. Exits by what becomes of it; Ctrl-C leaves it alone."""
    identifier = known_id(task_id, "task")
    outcome = run_until_asked(_watch(read_settings(), identifier), at_once="stopped watching")
    show_outcome(outcome, as_json=json)
    raise typer.Exit(exit_code_of(outcome.task))


async def _watch(settings: "Settings", task_id: str) -> Outcome:
    from cli.progress import LogDisplay, watch_to_the_end
    from nodes.authors.nobody import Nobody
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, author=Nobody()) as orchestrator:
        task = await orchestrator.task(task_id)
        tell(f"Roadmap {task.roadmap_id}")
        tell(f"Task    {task.task_id}")
        try:
            story = orchestrator.follow(task_id)
            task = await watch_to_the_end(story, _last_task(orchestrator, task_id), plain=LogDisplay())
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
            tell("No worker is running, so it waits: `roadmap worker` starts one.")
        told = task.waiting_for_worker
        if task.live:
            moved = time.monotonic()
        elif time.monotonic() - moved > TAKEOVER:
            raise Conflict(
                f"Task {task_id} is stale: its process died and no worker takes it over. "
                f"`roadmap resume {task_id}` goes on with it, and so does any `roadmap worker`."
            )
        await asyncio.sleep(LOOK_EVERY)


async def _say_that_it_goes_on(orchestrator: "Orchestrator", task_id: str) -> None:
    try:
        task = await orchestrator.task(task_id)
    except RoadmapError:
        complain(f"stopped watching task {task_id}")
        return
    goes_on = ", which goes on" if task.status in ACTIVE and task.live else f", which is {task.status}"
    complain(f"stopped watching task {task_id}{goes_on}: `roadmap watch {task_id}` follows it again")


def cancel(task_id: TaskId, json: Json = False) -> None:
    """End a run; what it finished is kept. Returns when no call of it can start any more."""
    identifier = known_id(task_id, "task")
    task = ask(lambda orchestrator: orchestrator.cancel(identifier))
    if json:
        print_run(task)
    else:
        print_text(f"Task {task.task_id} is {task.status}.")
    tell(f"Next:\n  roadmap resume {task.task_id}")
