"""Data for the script that keeps a page up to date (static/app.js)."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from fastapi.responses import Response

from backend.pages.support.templating import address
from orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView
from rendering.languages.translation import language


def live(
    request: Request,
    etag_path: Sequence[str],
    etag: str,
    tasks: Mapping[str, int] | None = None,
    *,
    busy: bool = False,
    path: Sequence[str] = (),
    query: str = "",
) -> dict[str, str]:
    """Return the data attributes of a page.

    `etag_path`: path that returns `etag` until the page would look different, with a `query`. `tasks`: id of each run
    to follow -> the last event that the page shows. `busy`: the page may change soon without events. `path`: of the
    page, if its own address cannot be read because it answers a form.
    """
    at = address(request)
    own = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return {
        "url": at(*path) if path and request.method != "GET" else own,
        "etag-url": at(*etag_path) + query,
        "etag": _in_language(etag),
        "busy": "yes" if tasks or busy else "",
        "tasks": " ".join(f"{task_id}:{last}" for task_id, last in (tasks or {}).items()),
        "streams": at("api", "v1", "tasks", "TASK", "stream"),
    }


def etag_response(etag: str) -> Response:
    """Return the answer at the address that `live` names: the etag of the page in the language of the reader."""
    return Response(_in_language(etag), media_type="text/plain", headers={"Vary": "Accept-Language, Cookie"})


def _in_language(etag: str) -> str:
    return etag and f"{etag} {language()}"


async def live_roadmap(
    request: Request, orchestrator: Orchestrator, roadmap: RoadmapView, etag: str, path: Sequence[str] = ()
) -> dict[str, str]:
    """Return the data of a page of a roadmap: it follows all live runs."""
    live_tasks = [task.task_id for task in roadmap.active_tasks if task.live]
    last_events = await orchestrator.events.last_sequences(live_tasks)
    busy = bool(roadmap.active_tasks)
    return live(request, ("roadmaps", roadmap.roadmap_id, "pulse"), etag, last_events, busy=busy, path=path)
