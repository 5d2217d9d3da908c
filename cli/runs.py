"""Commands that start a run, follow it to its end, and exit by what became of it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, assert_never

import typer

from cli.inputs import read_request
from cli.opening import read_settings
from cli.options import Json
from cli.output import complain, one_line, print_json, print_text, seconds, tell
from domain.errors import Conflict, RoadmapError, Unavailable
from domain.vocabulary import TaskStatus

if TYPE_CHECKING:
    from domain.request import LearningRequest
    from orchestrator import Orchestrator, Settings
    from orchestrator.status import RoadmapView, TaskView

MOST_SHOWN: Final = 10
"""Failures and warnings in a summary; the rest is in `roadmap status` and in --json."""

FIELDS_OF_A_RUN: Final = {"task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary"}


class Outcome(NamedTuple):
    """What a run came to, read back from the rows."""

    task: "TaskView"
    roadmap: "RoadmapView"


def create(
    goal: Annotated[str | None, typer.Argument(metavar="GOAL", help="What is to be learned, in any language.")] = None,
    level: Annotated[str | None, typer.Option(metavar="LEVEL", help="beginner, intermediate or advanced.")] = None,
    hours_per_week: Annotated[str | None, typer.Option(metavar="N", help="Hours of study a week, 1 to 168.")] = None,
    motivation: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is to be learned.")] = None,
    background: Annotated[str | None, typer.Option(metavar="TEXT", help="What the learner has done so far.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of the contents, as `en`; else the goal's.")
    ] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="Whose roadmap it is (default: local).")] = None,
    request: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A request as JSON, `-` for standard input; options override its fields."),
    ] = None,
    json: Json = False,
) -> None:
    """Create a roadmap with all its contents."""
    wanted = read_request(
        goal,
        request,
        {
            "current_level": level,
            "available_hours_per_week": hours_per_week,
            "motivation": motivation,
            "career_background": background,
            "primary_language": language,
            "user_id": user,
        },
    )
    settings = read_settings()
    outcome = asyncio.run(_create(settings, wanted))
    _show(outcome, as_json=json)
    raise typer.Exit(exit_code_of(outcome.task))


def exit_code_of(task: "TaskView") -> int:
    """How a command ends that ran this task. Raises Conflict for a task that another process has taken over."""
    match task.status:
        case TaskStatus.COMPLETED | TaskStatus.HUMAN_REVIEW_PENDING:
            return 0
        case TaskStatus.FAILED | TaskStatus.PARTIAL_FAILURE | TaskStatus.CANCELLED:
            return 1
        case TaskStatus.PENDING | TaskStatus.PROCESSING:
            raise Conflict(
                f"another process runs task {task.task_id} now; `roadmap log {task.task_id}` tells how it goes"
            )
        case _:
            assert_never(task.status)


async def _create(settings: "Settings", request: "LearningRequest") -> Outcome:
    from orchestrator import Orchestrator

    started: list[TaskView] = []
    try:
        async with Orchestrator.open(settings) as orchestrator:
            task = await orchestrator.create(request)
            started.append(task)
            tell(f"Roadmap {task.roadmap_id}")
            tell(f"Task    {task.task_id}")
            return await _follow(orchestrator, task)
    except asyncio.CancelledError:
        if started:
            await _say_how_it_was_left(settings, started[0])
        else:
            complain("interrupted before the run had begun")
        raise
    except Unavailable:
        if started:
            tell(f"Task {started[0].task_id} was cut off. What is finished is kept; when the cause below is mended,")
            tell(f"`roadmap status {started[0].roadmap_id}` says how it was left.")
        raise


async def _follow(orchestrator: "Orchestrator", started: "TaskView") -> Outcome:
    from cli.progress import watch_to_the_end

    try:
        task = await watch_to_the_end(orchestrator, started.task_id)
    except asyncio.CancelledError:
        tell("Interrupted: ending the run ...")
        raise
    assert task.roadmap_id is not None
    return Outcome(task, await orchestrator.roadmap(task.roadmap_id))


async def _say_how_it_was_left(settings: "Settings", started: "TaskView") -> None:
    """After Ctrl-C: what the row says, since a row is believed more than an intention."""
    from orchestrator import Orchestrator

    try:
        async with Orchestrator.open(settings) as orchestrator:
            task = await orchestrator.task(started.task_id)
    except RoadmapError as error:
        complain(f"interrupted, and the run's row cannot be read: {error}")
        return
    complain(
        f"interrupted; task {task.task_id} is {task.status}. The roadmap and its finished contents are kept: "
        f"`roadmap show {task.roadmap_id}` shows them, `roadmap log {task.task_id}` what was done."
    )


def _show(outcome: Outcome, *, as_json: bool) -> None:
    task = outcome.task
    _show_problems(task)
    if as_json:
        print_json(task.model_dump(mode="json", include=FIELDS_OF_A_RUN))
    else:
        print_text(_result(task))
    _show_next(outcome)


def _result(task: "TaskView") -> str:
    summary = task.execution_summary
    if not summary or not summary["total"]:
        return f"Roadmap {task.roadmap_id}: {task.status}. {one_line(task.error_message or '')}".rstrip()
    counts = f"{summary['completed']} of {summary['total']} contents in {seconds(summary['seconds'])}"
    return f"Roadmap {task.roadmap_id}: {task.status}, {counts}."


def _show_problems(task: "TaskView") -> None:
    summary = task.execution_summary or {}
    failures = [f"{f['content_type']} of {f['concept_id']}: {f['reason']}" for f in summary.get("failures", [])]
    warnings = [f"{w['issue']} {w['suggestion']}" for w in summary.get("warnings", [])]
    for heading, lines in (("Failed", failures), ("Warnings", warnings)):
        if lines:
            tell(f"{heading}:")
            for line in lines[:MOST_SHOWN]:
                tell(f"  {one_line(line, 300)}")
            if len(lines) > MOST_SHOWN:
                tell(f"  ... and {len(lines) - MOST_SHOWN} more")


def _show_next(outcome: Outcome) -> None:
    roadmap_id, framework = outcome.roadmap.roadmap_id, outcome.roadmap.framework
    tell("Next:")
    if framework is not None and framework.concepts():
        tell(f"  roadmap show {roadmap_id}")
        tell(f"  roadmap show {roadmap_id} --concept {framework.concepts()[0].concept_id}")
        tell(f"  roadmap show {roadmap_id} --format markdown > roadmap.md")
    if outcome.task.status is not TaskStatus.COMPLETED:
        tell(f"  roadmap status {roadmap_id}")
        tell(f"  roadmap log {outcome.task.task_id}")
