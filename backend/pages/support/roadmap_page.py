"""The frame that all pages of a roadmap share."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from backend.auth import Caller
from backend.pages.support.live import live_roadmap
from backend.pages.support.page_route import reader_of
from backend.pages.support.permissions import blocked_contents, permissions_of
from backend.pages.views.roadmaps.learner import go_on_after, standings_of
from backend.pages.views.roadmaps.map import Map, map_of
from backend.pages.views.roadmaps.pace import pace_line
from domain.framework import Concept
from orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView
from rendering.text.text import origin_note


@dataclass(frozen=True, slots=True)
class Frame:
    """A roadmap, and the template context that its pages share."""

    roadmap: RoadmapView
    learned: frozenset[str]
    map: Map
    context: dict[str, Any]

    @property
    def concepts(self) -> list[Concept]:
        return self.roadmap.framework.concepts() if self.roadmap.framework else []


async def frame_of(
    request: Request, roadmap_id: str, caller: Caller, orchestrator: Orchestrator, tab: str | None = None
) -> Frame:
    """Read a roadmap for one of its pages. Raises NotFound.

    `tab`: last part of the path of the page, empty for the map, if the page answers a form.
    """
    # First, so that a later change is noticed at the next check.
    etag = await orchestrator.roadmaps.etag(roadmap_id, caller.user_id)
    roadmap = await orchestrator.roadmap(roadmap_id, owner=caller.reads)
    progress = await orchestrator.learning.progress(roadmap_id, caller.user_id, owner=caller.reads)
    standings = standings_of(progress)
    learned = frozenset(concept_id for concept_id, standing in standings.items() if standing.learned)
    last = None
    if roadmap.framework_version == 0 and not roadmap.active_tasks:
        last = next(iter(await orchestrator.tasks.page(roadmap_id=roadmap_id, limit=1)), None)
    drawn = map_of(roadmap, standings, last, await blocked_contents(roadmap.contents))
    path = () if tab is None else ("roadmaps", roadmap_id, *filter(None, [tab]))
    may = permissions_of(caller, roadmap)
    stopped = [run.task_id for run in drawn.runs if not run.live] + ([drawn.ended.task_id] if drawn.ended else [])
    live = await live_roadmap(request, orchestrator, roadmap, etag, path)
    context = {
        "reader": reader_of(caller),
        "may": may,
        "resumable": {task for task in stopped if may.owns and await orchestrator.may_resume(task)},
        "map": drawn,
        "live": live,
        "go_on": go_on_after(roadmap, progress),
        "pace": pace_line(roadmap.pace, orchestrator.now()),
        "by_rules": roadmap.by_rules,
        "BY_RULES": origin_note(roadmap.plan_author),
        "language": await orchestrator.contents.language(roadmap_id),
        "has_book": roadmap.course_book is not None,
    }
    return Frame(roadmap, learned, drawn, context)
