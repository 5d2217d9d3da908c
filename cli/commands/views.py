"""Commands that only read: roadmaps, tasks, events, drawings of graphs."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, assert_never

import typer

from cli.inputs import user_filter, validate_id
from cli.options import After, Json, Limit, OfUser, RoadmapId, TaskId
from cli.output.output import command_line, console, echo_err, print_json, print_rich, print_text
from cli.session import ask
from domain.errors import InvalidInput, NotFound
from rendering.text.text import one_line

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.queries.status import RoadmapView, StatusCheck, TaskView
    from orchestrator.queries.structures import Removed
    from repository.roadmaps.content_queries import ContentState
    from repository.runs.events import Event
    from repository.tables.roadmaps import ContentVersionRow, RoadmapRow

PAGE = 50


class Format(StrEnum):
    """How `show` shows a roadmap."""

    TREE = "tree"
    JSON = "json"
    MARKDOWN = "markdown"


def list_roadmaps(
    user: OfUser = None,
    deleted: Annotated[bool, typer.Option("--deleted", "--bin", help="Only those in the bin.")] = False,
    limit: Limit = PAGE,
    after: After = None,
    json: Json = False,
) -> None:
    """List roadmaps, newest first."""
    from cli.output.tables import ROADMAP_FIELDS, roadmaps_table

    user_id = user_filter(user)
    cursor = None if after is None else validate_id(after, "roadmap")

    async def page(orchestrator: "Orchestrator") -> "Sequence[RoadmapRow]":
        before = None if cursor is None else ((await orchestrator.roadmap(cursor)).created_at, cursor)
        return await orchestrator.roadmaps.page(user_id=user_id, binned=deleted, before=before, limit=limit + 1)

    rows = ask(page)
    shown, following = rows[:limit], rows[limit - 1].roadmap_id if len(rows) > limit else None
    if json:
        print_json({"roadmaps": [row.model_dump(include=ROADMAP_FIELDS) for row in shown], "next": following})
    elif shown:
        print_rich(roadmaps_table(shown))
        bin_ = ["--deleted"] if deleted else []
        _tell_next_page(["list", *_option("user", user), *bin_, *_limit(limit)], following)
    elif deleted:
        echo_err("The bin is empty.")
    else:
        echo_err('There are no roadmaps here. Make one: roadmap create "learn to draw"')


def tasks(
    roadmap: Annotated[str | None, typer.Option(metavar="ID", help="Only runs of this roadmap.")] = None,
    user: OfUser = None,
    limit: Limit = PAGE,
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
        found = await orchestrator.tasks.page(roadmap_id=roadmap_id, user_id=user_id, before=before, limit=limit + 1)
        if not found and roadmap_id is not None:
            await orchestrator.status(roadmap_id)  # a roadmap that does not exist is no empty list
        return found

    found = ask(page)
    shown, following = found[:limit], found[limit - 1].task_id if len(found) > limit else None
    if json:
        print_json({"tasks": [task.model_dump(mode="json") for task in shown], "next": following})
    elif shown:
        print_rich(tasks_table(shown))
        _tell_next_page(["tasks", *_option("roadmap", roadmap), *_option("user", user), *_limit(limit)], following)
    else:
        echo_err("There are no runs here.")


def _tell_next_page(words: list[str], following: str | None) -> None:
    """Show the command that lists the next page, with every filter of this one, to be pasted."""
    if following is not None:
        echo_err(f"More: {command_line(['roadmap', *words, '--after', following])}")


def _option(name: str, value: str | None) -> list[str]:
    return [] if value is None else [f"--{name}", value]


def _limit(limit: int | None) -> list[str]:
    return [] if limit in (None, PAGE) else ["--limit", str(limit)]


def show(
    roadmap_id: RoadmapId,
    concept: Annotated[str | None, typer.Option(metavar="ID", help="Show this concept's contents.")] = None,
    format: Annotated[Format | None, typer.Option(help="How to show it: tree unless told.")] = None,
    json: Json = False,
) -> None:
    """Show a roadmap, or the contents of one concept."""
    from cli.output.tree import roadmap_tree
    from rendering.documents.markdown_document import roadmap_document

    if json and format not in (None, Format.JSON):
        raise InvalidInput(f"--json and --format {format} contradict each other: give one of them")
    if concept is not None and format is Format.TREE:
        raise InvalidInput("--concept shows contents, not a tree: leave --format away, or ask for json or markdown")
    wanted = Format.JSON if json else format or Format.TREE
    if concept is not None:
        _show_concept(validate_id(roadmap_id, "roadmap"), validate_id(concept, "concept"), wanted)
        return
    identifier = validate_id(roadmap_id, "roadmap")
    match wanted:
        case Format.JSON:
            print_json(ask(lambda orchestrator: orchestrator.roadmap(identifier)).as_json())
        case Format.MARKDOWN:
            document = roadmap_document(ask(lambda orchestrator: orchestrator.roadmaps.export(identifier)))
            _print_markdown(document, rendered=False)
        case Format.TREE:
            print_rich(*roadmap_tree(ask(lambda orchestrator: orchestrator.roadmap(identifier))))
        case _ as unreachable:
            assert_never(unreachable)


def _show_concept(roadmap_id: str, concept_id: str, wanted: Format) -> None:
    """Its newest contents; one that an edit took out of the roadmap stays readable, and it says so."""
    from orchestrator.queries.export import manuscript_of
    from rendering.documents.markdown_document import concept_document

    async def read(orchestrator: "Orchestrator") -> "tuple[RoadmapView, Removed | None, Sequence[ContentVersionRow]]":
        roadmap = await orchestrator.roadmap(roadmap_id)
        present = roadmap.framework is not None and roadmap.framework.find(concept_id) is not None
        removed = None if present else await orchestrator.structures.removed(roadmap_id, concept_id)
        return roadmap, removed, await orchestrator.contents.newest(roadmap_id, concept_id)

    roadmap, removed, contents = ask(read)
    note = ""
    if removed is not None:
        roadmap = roadmap.model_copy(update={"framework": removed.framework, "contents": _as_written(contents)})
        note = f"This concept is no longer part of the roadmap: an edit removed it after version {removed.version}."
    place = roadmap.framework.find(concept_id) if roadmap.framework else None
    if place is None:
        known = f"`roadmap show {roadmap_id}` lists them"
        raise NotFound(f"There is no concept {one_line(concept_id)!a} in {roadmap_id}; {known}.")
    if wanted is Format.JSON:
        print_json(_concept_json(roadmap, concept_id, contents, removed))
    else:
        document = concept_document(manuscript_of(roadmap, contents), place, note=note)
        _print_markdown(document, rendered=wanted is Format.TREE)


def _as_written(contents: "Sequence[ContentVersionRow]") -> "list[ContentState]":
    """A removed concept has no statuses any more: what was written for it is complete."""
    from domain.vocabulary import ContentStatus, ContentType
    from repository.roadmaps.content_queries import ContentState

    return [
        ContentState(
            concept_id=row.concept_id,
            content_type=ContentType(row.content_type),
            status=ContentStatus.COMPLETED,
            version=row.version,
            last_error=None,
            task_id=row.task_id,
            stale=False,
            items=len(row.payload.get("resources") or row.payload.get("questions") or []),
            updated_at=row.created_at,
        )
        for row in contents
    ]


def _concept_json(
    roadmap: "RoadmapView", concept_id: str, contents: "Sequence[ContentVersionRow]", removed: "Removed | None"
) -> dict[str, Any]:
    """The concept as in the framework, and its newest contents (null where there is none)."""
    concepts = (
        concept
        for stage in roadmap.as_json()["stages"]
        for module in stage["modules"]
        for concept in module["concepts"]
    )
    payloads = {row.content_type: row.payload for row in contents}
    return {
        "roadmap_id": roadmap.roadmap_id,
        **next(concept for concept in concepts if concept["concept_id"] == concept_id),
        "removed_after_version": None if removed is None else removed.version,
        "tutorial": payloads.get("tutorial"),
        "resources": payloads.get("resources"),
        "quiz": payloads.get("quiz"),
    }


def _print_markdown(document: str, *, rendered: bool) -> None:
    out = console()
    if rendered and out.is_terminal:
        from rich.markdown import Markdown

        out.print(Markdown(document, hyperlinks=False), width=min(out.width, 100))
    else:
        print_text(document.rstrip("\n"))


def status(roadmap_id: RoadmapId, json: Json = False) -> None:
    """Say what is running, failed or stale in a roadmap."""
    from cli.output.tables import status_report

    identifier = validate_id(roadmap_id, "roadmap")

    async def check(orchestrator: "Orchestrator") -> "tuple[StatusCheck, RoadmapView]":
        return await orchestrator.status(identifier), await orchestrator.roadmap(identifier)

    said, roadmap = ask(check)
    if json:
        print_json(said.model_dump(mode="json"))
    else:
        print_rich(*status_report(said, roadmap))


def log(
    task_id: TaskId,
    after: Annotated[int, typer.Option(metavar="SEQUENCE", min=0, help="Only events after this one.")] = 0,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="The most to show; all, unless given.")] = None,
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

    events = ask(read)
    shown = events[:limit]
    following = shown[-1].sequence if shown and len(events) > len(shown) else None
    if json:
        from dataclasses import asdict

        print_json({"events": [asdict(event) for event in shown], "next": following})
        return
    if shown and not after and shown[0].sequence > 1:
        echo_err("What happened before was pruned.")
    for event in shown:
        print_text(line_of(event))
        for line in details(event):
            print_text(f"{'':<11}{line}")
    words = ["log", task_id, *_option("limit", None if limit is None else str(limit))]
    _tell_next_page(words, None if following is None else str(following))


def graph(
    name: Annotated[str, typer.Argument(metavar="NAME", help="creation, retry or modification.")] = "creation",
    json: Json = False,
) -> None:
    """Draw the graph of a kind of run, as Mermaid."""
    from orchestrator.graphs.creation import build_creation_graph
    from orchestrator.graphs.modification import build_modification_graph
    from orchestrator.graphs.retry import build_retry_graph

    graphs = {
        "creation": build_creation_graph,
        "retry": build_retry_graph,
        "modification": build_modification_graph,
    }
    if name not in graphs:
        raise InvalidInput(f"there is no graph {one_line(name)!a}; there are {', '.join(graphs)}")
    drawing = graphs[name]().compile().get_graph().draw_mermaid()
    if json:
        print_json({"name": name, "mermaid": drawing})
    else:
        print_text(drawing.rstrip("\n"))
