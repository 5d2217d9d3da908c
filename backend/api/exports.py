"""Exports: a whole roadmap as one file."""

import asyncio
import re
from typing import Annotated, Final, Literal, assert_never

from fastapi import APIRouter, Query, Response

from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep
from backend.inputs import RoadmapId
from backend.openapi import documented
from domain.roadmap_export import Manuscript
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from rendering.languages.translation import read_in

router = APIRouter(prefix="/roadmaps/{roadmap_id}", tags=["roadmaps"])

FileFormat = Literal["markdown", "html"]
Language = Literal["en", "zh"]
_FILES: Final = {"markdown": ("text/markdown", "md"), "html": ("text/html", "html")}
_UNSAFE_IN_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


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
    format: Annotated[FileFormat, Query(description="Markdown, or self-contained HTML.")] = "markdown",
    notes: Annotated[bool, Query(description="With the caller's own notes, if the roadmap is the caller's.")] = True,
    language: Annotated[Language, Query(description="Language of headings and notes that the program adds.")] = "en",
) -> Response:
    """The framework, the weekly plan and the newest contents, as one file."""
    manuscript = await orchestrator.roadmaps.export(
        roadmap_id, owner=caller.reads, notes_of=caller.user_id if notes else None
    )
    media_type, suffix = _FILES[format]
    name = _UNSAFE_IN_NAME.sub("-", roadmap_id).strip(".-")[:100] or "roadmap"
    return Response(
        await asyncio.to_thread(_document, manuscript, format, language),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{suffix}"',
            # The content is untrusted: a browser that shows the file anyway must treat it as another origin.
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )


def _document(manuscript: Manuscript, format: FileFormat, language: Language) -> str:
    with read_in(language):
        match format:
            case "markdown":
                return roadmap_document(manuscript).rstrip() + "\n"
            case "html":
                return html_document(manuscript)
            case _ as unreachable:
                assert_never(unreachable)
