"""`roadmap wishes` and `revert`: show the wishes for a content, take one back, put an older version back."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import with_orchestrator
from domain.vocabulary import ContentType
from rendering.text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator import Orchestrator
    from orchestrator.learners.wishes import Wish
    from repository.tables.roadmaps import ContentVersionRow


def wishes(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="ID from `roadmap show`.")],
    content_type: Annotated[ContentType, typer.Argument(metavar="CONTENT_TYPE", help="Content with the wishes.")],
    take_back: Annotated[str | None, typer.Option(metavar="TASK_ID", help="Take back the wish of this run.")] = None,
    json: Json = False,
) -> None:
    """Show the wishes that every new version of a content follows, or take one back."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")
    task_id = None if take_back is None else validate_id(take_back, "task")

    async def read_or_take_back(orchestrator: "Orchestrator") -> "Sequence[Wish]":
        if task_id is None:
            return await orchestrator.wishes.of(roadmap, concept, content_type)
        return await orchestrator.wishes.take_back(roadmap, concept, content_type, task_id)

    shown = with_orchestrator(read_or_take_back)
    if json:
        print_json({"wishes": [wish.model_dump(mode="json") for wish in shown]})
        return
    for wish in shown:
        state = "taken back" if wish.withdrawn_at else "holds"
        print_text(f"{wish.task_id}  {state}  {one_line(wish.wish)}")
    if not shown:
        echo_err("There are no wishes for this content. Make one: roadmap retry ... --instructions TEXT")


def revert(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="ID from `roadmap show`.")],
    content_type: Annotated[ContentType, typer.Argument(metavar="CONTENT_TYPE", help="Content to put back.")],
    version: Annotated[int, typer.Option(metavar="N", min=1, help="Version that becomes the newest one again.")],
    json: Json = False,
) -> None:
    """Put an older version of a content back, byte for byte. It needs no model, and takes later wishes back."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")

    async def put_back(orchestrator: "Orchestrator") -> "ContentVersionRow":
        return await orchestrator.revert(roadmap, concept, content_type, version)

    row = with_orchestrator(put_back)
    if json:
        fields = ("roadmap_id", "concept_id", "content_type", "version")
        print_json({name: getattr(row, name) for name in fields})
    elif row.version == version:
        print_text(f"Version {version} is the newest already.")
    else:
        print_text(f"Version {row.version} of the {content_type} of {concept} is a copy of version {version}.")
