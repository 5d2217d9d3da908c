"""What all pages of a roadmap show above their own part."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from backend.auth import Caller
from backend.pages.answers import reader_of
from backend.pages.live import live_roadmap
from backend.pages.views.map import Map, map_of
from backend.pages.views.pace import pace_line
from domain.framework import Concept
from orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView


@dataclass(frozen=True, slots=True)
class Frame:
    """The roadmap as it was read, and what its template is given."""

    roadmap: RoadmapView
    learned: frozenset[str]
    map: Map
    context: dict[str, Any]

    @property
    def concepts(self) -> list[Concept]:
        return self.roadmap.framework.concepts() if self.roadmap.framework else []


async def frame_of(request: Request, roadmap_id: str, caller: Caller, orchestrator: Orchestrator) -> Frame:
    """Raises NotFound."""
    beat = await orchestrator.roadmaps.etag(
        roadmap_id
    )  # before the rest: what changes meanwhile is seen at the next beat
    roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    learned = frozenset((await orchestrator.learning.done(caller.user_id, [roadmap_id]))[roadmap_id])
    last = None
    if roadmap.framework_version == 0 and not roadmap.active_tasks:
        last = next(iter(await orchestrator.tasks.page(roadmap_id=roadmap_id, limit=1)), None)
    drawn = map_of(roadmap, learned, last)
    live = await live_roadmap(request, orchestrator, roadmap, beat)
    context = {
        "reader": reader_of(caller),
        "map": drawn,
        "live": live,
        "pace": pace_line(roadmap.pace, orchestrator.now()),
    }
    return Frame(roadmap, learned, drawn, context)
