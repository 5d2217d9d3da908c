"""A whole roadmap as one file to keep."""

import asyncio
import re
from typing import Annotated, Final, Literal, assert_never

from fastapi import APIRouter, Query, Response

from backend.auth import CallerDep
from backend.errors import documented
from backend.inputs import RoadmapId
from backend.resources import OrchestratorDep
from domain.roadmap_export import Manuscript
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document

router = APIRouter(prefix="/roadmaps/{roadmap_id}", tags=["roadmaps"])

FileFormat = Literal["markdown", "html"]
_FILES: Final = {"markdown": ("text/markdown", "md"), "html": ("text/html", "html")}
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")


@router.get(
    "/export",
    response_class=Response,
    responses=documented(404, 422)
    | {200: {"description": "The file.", "content": {kind: {} for kind, _ in _FILES.values()}}},
)
async def export_roadmap(
    roadmap_id: RoadmapId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    format: Annotated[FileFormat, Query(description="Markdown, or HTML that needs nothing else.")] = "markdown",
) -> Response:
    """The framework, the plan and the newest contents, as one file."""
    manuscript = await orchestrator.roadmaps.export(roadmap_id, owner=caller.reads)
    kind, ending = _FILES[format]
    name = _ODD.sub("-", roadmap_id).strip(".-")[:100] or "roadmap"
    return Response(
        await asyncio.to_thread(_written, manuscript, format),
        media_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            # It was written by others: should a browser show it all the same, then as a stranger's.
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )


def _written(manuscript: Manuscript, format: FileFormat) -> str:
    match format:
        case "markdown":
            return roadmap_document(manuscript).rstrip() + "\n"
        case "html":
            return html_document(manuscript)
        case _ as unreachable:
            assert_never(unreachable)
