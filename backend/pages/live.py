"""What a page tells the script that keeps it up to date (static/app.js says what it does with it)."""

from collections.abc import Mapping, Sequence

from fastapi import Request

from backend.pages.templating import address
from orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView


def live(
    request: Request, pulse: Sequence[str], beat: str, tasks: Mapping[str, int] | None = None, *, busy: bool = False
) -> dict[str, str]:
    """`pulse`: the address whose word is `beat` until something changes. `tasks`: the events that the page knows.

    `busy`: something moves without being followed.
    """
    at = address(request)
    return {
        "pulse": at(*pulse),
        "beat": beat,
        "busy": "yes" if tasks or busy else "",
        "tasks": " ".join(f"{task_id}:{last}" for task_id, last in (tasks or {}).items()),
        "streams": at("api", "v1", "tasks", "TASK", "stream"),
    }


async def live_roadmap(request: Request, orchestrator: Orchestrator, roadmap: RoadmapView, beat: str) -> dict[str, str]:
    """Of a page about a roadmap: all its runs that move are followed."""
    moving = [task.task_id for task in roadmap.active_tasks if task.live]
    known = await orchestrator.events.last_sequences(moving)
    return live(request, ("roadmaps", roadmap.roadmap_id, "pulse"), beat, known, busy=bool(roadmap.active_tasks))
