"""`roadmap show` and `roadmap status`: one roadmap, the contents of a concept, what runs and what failed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from cli.inputs import validate_id
from cli.options import Json, Language, RoadmapId
from cli.output.stdio import print_json, print_markdown, print_rich, print_text
from cli.session import with_orchestrator
from domain.authors import kind_of
from domain.errors import InvalidInput, NotFound
from domain.vocabulary import STRUCTURAL, TaskStatus
from rendering.languages.translation import _
from rendering.text.text import one_line, warnings_in_words

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.queries.status import RoadmapView, StatusCheck
    from orchestrator.queries.structures import Removed
    from repository.contents.content_queries import ContentState
    from repository.tables.roadmaps import ContentVersionRow


WITH_STRUCTURE: Final = (TaskStatus.COMPLETED, TaskStatus.PARTIAL_FAILURE)
"""Final statuses of runs whose structure was accepted."""


class Format(StrEnum):
    """Output format of `roadmap show`."""

    TREE = "tree"
    JSON = "json"
    MARKDOWN = "markdown"


def show(
    roadmap_id: RoadmapId,
    concept: Annotated[str | None, typer.Option(metavar="ID", help="Show the contents of this concept.")] = None,
    format: Annotated[Format | None, typer.Option(help="Output format (default: tree).")] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="Language of headings and notes that the program adds to a document (default: en)."),
    ] = None,
    json: Json = False,
) -> None:
    """Show a roadmap, or the contents of one concept."""
    from cli.output.tree import roadmap_tree
    from rendering.documents.markdown_document import roadmap_document
    from rendering.languages.translation import read_in

    if json and format not in (None, Format.JSON):
        raise InvalidInput(f"--json and --format {format} contradict each other: give only one")
    if concept is not None and format is Format.TREE:
        raise InvalidInput("--format tree does not apply to --concept: use json or markdown, or omit --format")
    output_format = Format.JSON if json else format or Format.TREE
    if language is not None and (output_format is Format.JSON or (concept is None and output_format is Format.TREE)):
        raise InvalidInput("--language applies to documents: add --format markdown")
    language = language or Language.ENGLISH
    if concept is not None:
        with read_in(language):
            _print_concept(validate_id(roadmap_id, "roadmap"), validate_id(concept, "concept"), output_format)
        return
    identifier = validate_id(roadmap_id, "roadmap")
    match output_format:
        case Format.JSON:
            roadmap = with_orchestrator(lambda orchestrator: orchestrator.roadmap(identifier))
            book = roadmap.course_book
            shown = {"course_book": book.model_dump(mode="json")} if book else {}
            print_json(roadmap.as_json() | shown)
        case Format.MARKDOWN:
            manuscript = with_orchestrator(lambda orchestrator: orchestrator.roadmaps.export(identifier))
            with read_in(language):
                print_text(roadmap_document(manuscript).rstrip("\n"))
        case Format.TREE:
            print_rich(*roadmap_tree(*with_orchestrator(lambda orchestrator: _with_warnings(orchestrator, identifier))))
        case _ as unreachable:
            assert_never(unreachable)


async def _with_warnings(orchestrator: "Orchestrator", roadmap_id: str) -> "tuple[RoadmapView, list[str]]":
    """Return a roadmap, and the warnings of the last run that made or changed its structure."""
    roadmap = await orchestrator.roadmap(roadmap_id)
    last = await orchestrator.tasks.page(
        roadmap_id=roadmap_id, task_types=tuple(STRUCTURAL), statuses=WITH_STRUCTURE, limit=1
    )
    return roadmap, warnings_in_words((last[0].execution_summary if last else None) or {})


def _print_concept(roadmap_id: str, concept_id: str, output_format: Format) -> None:
    """Print the newest contents of a concept; one that an edit removed from the roadmap gets a note."""
    from orchestrator.queries.export import manuscript_of
    from rendering.documents.markdown_document import concept_document
    from rendering.text.text import CONFIGURE, origin_note

    async def read(orchestrator: "Orchestrator") -> "tuple[RoadmapView, Removed | None, Sequence[ContentVersionRow]]":
        roadmap = await orchestrator.roadmap(roadmap_id)
        present = roadmap.framework is not None and roadmap.framework.find(concept_id) is not None
        removed = None if present else await orchestrator.structures.removed(roadmap_id, concept_id)
        return roadmap, removed, await orchestrator.contents.newest(roadmap_id, concept_id)

    roadmap, removed, contents = with_orchestrator(read)
    note = ""
    if removed is not None:
        roadmap = roadmap.model_copy(update={"framework": removed.framework, "contents": _completed_states(contents)})
        note = _(
            "This concept is no longer part of the roadmap: an edit removed it after version {number}. Its contents "
            "and your progress are kept.",
            number=removed.version,
        )
    origins = dict.fromkeys(origin_note(row.author) for row in contents if kind_of(row.author) != "model")
    if origins:
        note = " ".join(filter(None, [note, *origins, _("A model writes after {command}.", command=f"`{CONFIGURE}`")]))
    place = roadmap.framework.find(concept_id) if roadmap.framework else None
    if place is None:
        hint = f"list them with `roadmap show {roadmap_id}`"
        raise NotFound(f"There is no concept {one_line(concept_id)!a} in {roadmap_id}; {hint}.")
    if output_format is Format.JSON:
        print_json(_concept_json(roadmap, concept_id, contents, removed))
    else:
        document = concept_document(manuscript_of(roadmap, contents), place, note=note)
        print_markdown(document, rendered=output_format is Format.TREE)


def _completed_states(contents: "Sequence[ContentVersionRow]") -> "list[ContentState]":
    """Return states for the contents of a removed concept, which has none any more: all are completed."""
    from domain.content_types import CONTENT_SPECS
    from domain.vocabulary import ContentStatus, ContentType
    from repository.contents.content_queries import ContentState

    return [
        ContentState(
            concept_id=row.concept_id,
            content_type=ContentType(row.content_type),
            status=ContentStatus.COMPLETED,
            version=row.version,
            last_error=None,
            task_id=row.task_id,
            stale=False,
            items=CONTENT_SPECS[ContentType(row.content_type)].items_in(row.payload),
            updated_at=row.created_at,
        )
        for row in contents
    ]


def _concept_json(
    roadmap: "RoadmapView", concept_id: str, contents: "Sequence[ContentVersionRow]", removed: "Removed | None"
) -> dict[str, Any]:
    """Return the concept as in the framework, with its newest contents (null if missing)."""
    from domain.parts import placed_doubts
    from domain.vocabulary import ContentType

    concepts = (
        concept
        for stage in roadmap.as_json()["stages"]
        for module in stage["modules"]
        for concept in module["concepts"]
    )
    payloads = {row.content_type: row.payload for row in contents}
    doubts = {
        row.content_type: [
            {"rule": doubt.rule, "message": doubt.message, "part": doubt.part, "heading": doubt.heading}
            for doubt in placed_doubts(row.doubts, row.payload)
        ]
        for row in contents
        if row.doubts
    }
    code = {row.content_type: row.code_report for row in contents if row.code_report is not None}
    return {
        "roadmap_id": roadmap.roadmap_id,
        **next(concept for concept in concepts if concept["concept_id"] == concept_id),
        "removed_after_version": None if removed is None else removed.version,
        **{content_type.value: payloads.get(content_type) for content_type in ContentType},
        "doubts": doubts,
        "code": code,
    }


def status(roadmap_id: RoadmapId, json: Json = False) -> None:
    """Show what is running, failed, stale or out of date in a roadmap."""
    from cli.output.tables import status_report

    identifier = validate_id(roadmap_id, "roadmap")

    async def check(orchestrator: "Orchestrator") -> "tuple[StatusCheck, RoadmapView]":
        return await orchestrator.status(identifier), await orchestrator.roadmap(identifier)

    status_check, roadmap = with_orchestrator(check)
    if json:
        print_json(status_check.model_dump(mode="json", exclude_unset=True))
    else:
        print_rich(*status_report(status_check, roadmap))
