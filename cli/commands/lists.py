"""Commands that print a list page by page: roadmaps, runs, the events of a run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.inputs import user_filter, validate_id
from cli.options import After, Json, Limit, OfUser, TaskId
from cli.output.stdio import command_line, echo_err, print_json, print_rich, print_text
from cli.session import with_orchestrator

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.queries.status import TaskView
    from repository.runs.events import Event
    from repository.tables.roadmaps import RoadmapRow

DEFAULT_LIMIT: Final = 50


def list_roadmaps(
    user: OfUser = None,
    deleted: Annotated[bool, typer.Option("--deleted", "--bin", help="List the bin instead.")] = False,
    out_of_date: Annotated[
        bool, typer.Option("--out-of-date", help="Only roadmaps with contents that are out of date.")
    ] = False,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List roadmaps, newest first."""
    from cli.output.tables import ROADMAP_FIELDS, roadmaps_table

    user_id = user_filter(user)
    cursor = None if after is None else validate_id(after, "roadmap")

    async def page(orchestrator: "Orchestrator") -> "Sequence[RoadmapRow]":
        before = None if cursor is None else ((await orchestrator.roadmap(cursor)).created_at, cursor)
        return await orchestrator.roadmaps.page(
            user_id=user_id, binned=deleted, out_of_date=out_of_date, before=before, limit=limit + 1
        )

    rows = with_orchestrator(page)
    shown, following = rows[:limit], rows[limit - 1].roadmap_id if len(rows) > limit else None
    if json:
        print_json({"roadmaps": [row.model_dump(include=ROADMAP_FIELDS) for row in shown], "next": following})
    elif shown:
        print_rich(roadmaps_table(shown))
        flags = [*(["--deleted"] if deleted else []), *(["--out-of-date"] if out_of_date else [])]
        _print_next_page(["list", *_option("user", user), *flags, *_limit(limit)], following)
    elif out_of_date:
        echo_err("No roadmap has contents that are out of date.")
    elif deleted:
        echo_err("The bin is empty.")
    else:
        echo_err('No roadmaps found. Create one: roadmap create "learn to draw"')


def tasks(
    roadmap: Annotated[str | None, typer.Option(metavar="ID", help="Only runs of this roadmap.")] = None,
    user: OfUser = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    json: Json = False,
) -> None:
    """List runs, newest first."""
    from cli.output.tables import tasks_table

    user_id = user_filter(user)
    roadmap_id = None if roadmap is None else validate_id(roadmap, "roadmap")
    cursor = None if after is None else validate_id(after, "task")

    async def page(orchestrator: "Orchestrator") -> "list[TaskView]":
        before = None if cursor is None else ((await orchestrator.task(cursor)).created_at, cursor)
        rows = await orchestrator.tasks.page(roadmap_id=roadmap_id, user_id=user_id, before=before, limit=limit + 1)
        if not rows and roadmap_id is not None:
            await orchestrator.status(roadmap_id)  # raises NotFound for an unknown roadmap
        return rows

    rows = with_orchestrator(page)
    shown, following = rows[:limit], rows[limit - 1].task_id if len(rows) > limit else None
    if json:
        print_json({"tasks": [task.model_dump(mode="json") for task in shown], "next": following})
    elif shown:
        print_rich(tasks_table(shown))
        _print_next_page(["tasks", *_option("roadmap", roadmap), *_option("user", user), *_limit(limit)], following)
    else:
        echo_err("No runs found.")


def log(
    task_id: TaskId,
    after: Annotated[int, typer.Option(metavar="SEQUENCE", min=0, help="Only events after this sequence number.")] = 0,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Maximum number of events (default: all).")
    ] = None,
    json: Json = False,
) -> None:
    """Show the events of a run."""
    from rendering.text.event_text import details, line_of

    identifier = validate_id(task_id, "task")

    async def read(orchestrator: "Orchestrator") -> "list[Event]":
        events = await orchestrator.events.page(identifier, after=after)
        while (limit is None or len(events) <= limit) and (
            more := await orchestrator.events.page(identifier, after=events[-1].sequence if events else after)
        ):
            events += more
        return events

    events = with_orchestrator(read)
    shown = events[:limit]
    following = shown[-1].sequence if shown and len(events) > len(shown) else None
    if json:
        from dataclasses import asdict

        print_json({"events": [asdict(event) for event in shown], "next": following})
        return
    if shown and not after and shown[0].sequence > 1:
        echo_err("Earlier events were pruned.")
    for event in shown:
        print_text(line_of(event))
        for line in details(event):
            print_text(f"{'':<11}{line}")
    words = ["log", task_id, *_option("limit", None if limit is None else str(limit))]
    _print_next_page(words, None if following is None else str(following))


def _print_next_page(words: list[str], following: str | None) -> None:
    """Print the command for the next page, with all filters of this one, ready to paste."""
    if following is not None:
        echo_err(f"More: {command_line(['roadmap', *words, '--after', following])}")


def _option(name: str, value: str | None) -> list[str]:
    return [] if value is None else [f"--{name}", value]


def _limit(limit: int | None) -> list[str]:
    return [] if limit in (None, DEFAULT_LIMIT) else ["--limit", str(limit)]
