"""`roadmap delete` and `roadmap restore`: move a roadmap to the bin and back."""

from typing import TYPE_CHECKING

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import command_line, echo_err, print_json, print_text
from cli.session import with_orchestrator

if TYPE_CHECKING:
    from orchestrator.queries.status import RoadmapView


def delete(roadmap_id: RoadmapId, json: Json = False) -> None:
    """Move a roadmap to the bin. No run can be started for it there; `roadmap restore` takes it out again."""
    identifier = validate_id(roadmap_id, "roadmap")
    roadmap = with_orchestrator(lambda orchestrator: orchestrator.bin(identifier))
    _print(roadmap, "is in the bin", as_json=json)
    echo_err(f"Next:\n  {command_line(['roadmap', 'restore', identifier])}\n  roadmap list --deleted")


def restore(roadmap_id: RoadmapId, json: Json = False) -> None:
    """Take a roadmap out of the bin."""
    identifier = validate_id(roadmap_id, "roadmap")
    roadmap = with_orchestrator(lambda orchestrator: orchestrator.restore(identifier))
    _print(roadmap, "is restored", as_json=json)
    echo_err(f"Next:\n  {command_line(['roadmap', 'show', identifier])}")


def _print(roadmap: "RoadmapView", state: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"roadmap_id": roadmap.roadmap_id, "title": roadmap.title, "deleted_at": roadmap.deleted_at})
    else:
        print_text(f"Roadmap {roadmap.roadmap_id} {state}.")
