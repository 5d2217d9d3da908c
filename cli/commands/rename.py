"""`roadmap rename`: give a roadmap a title of one's own."""

from typing import Annotated

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import print_json, print_text
from cli.session import with_orchestrator
from rendering.text.text import one_line


def rename(
    roadmap_id: RoadmapId,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="At most 200 characters.")],
    json: Json = False,
) -> None:
    """Give a roadmap another title. Later changes of the roadmap keep it."""
    identifier = validate_id(roadmap_id, "roadmap")
    roadmap = with_orchestrator(lambda orchestrator: orchestrator.rename(identifier, title))
    if json:
        print_json({"roadmap_id": roadmap.roadmap_id, "title": roadmap.title})
    else:
        print_text(f"Roadmap {roadmap.roadmap_id} is called: {one_line(roadmap.title)}")
