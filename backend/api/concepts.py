"""Contents of concepts: read, also older versions, and make anew."""

from fastapi import APIRouter, Request, Response

from backend.api.answers import STARTED, started
from backend.api.schemas import ContentAnswer, ContentVersion, ContentVersions, RetryBody, StartedRetry
from backend.auth import CallerDep
from backend.errors import documented, reject_other_methods
from backend.inputs import ConceptId, Key, RoadmapId, Version, terms_of
from backend.resources import OrchestratorDep, SettingsDep
from domain.vocabulary import ContentType
from orchestrator.commands.run_request import RetryRequest

router = APIRouter(prefix="/roadmaps/{roadmap_id}/concepts/{concept_id:path}/{content_type}", tags=["concepts"])


@router.get("/versions", responses=documented(404, 422))
async def list_content_versions(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
) -> ContentVersions:
    """What was ever written, newest first."""
    found = await orchestrator.contents.versions(roadmap_id, concept_id, content_type, owner=caller.reads)
    return ContentVersions(
        roadmap_id=roadmap_id,
        concept_id=concept_id,
        content_type=content_type,
        versions=[ContentVersion.model_validate(row, from_attributes=True) for row in found],
    )


reject_other_methods(router, "/retry", "POST")  # or the route below would take `retry` for a type of content


@router.get("", responses=documented(404, 422))
async def read_content(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    version: Version = None,
) -> ContentAnswer:
    """One content as it stands, or an older version of it. Those of removed concepts stay readable."""
    state, row = await orchestrator.contents.get(roadmap_id, concept_id, content_type, version, owner=caller.reads)
    return ContentAnswer(
        roadmap_id=roadmap_id,
        concept_id=concept_id,
        content_type=content_type,
        status=state.status if state else None,
        stale=state.stale if state else False,
        last_error=state.last_error if state else None,
        version=row.version if row else 0,
        newest_version=state.version if state else row.version if row else 0,
        author=row.author if row else None,
        task_id=row.task_id if row else state.task_id if state else None,
        created_at=row.created_at if row else None,
        content=row.payload if row else None,
    )


@router.post("/retry", status_code=202, responses=documented(400, 404, 409, 413, 415, 422) | STARTED)
async def retry_content(
    request: Request,
    response: Response,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    body: RetryBody | None = None,
    key: Key = None,
) -> StartedRetry:
    """Make one content anew; the finished one stays readable until the new version is there."""
    said = body or RetryBody()
    terms = terms_of(request, caller, settings, owner=caller.writes, key=key, body=said)
    wanted = RetryRequest(
        preferences=said.preferences.given() if said.preferences else None, instructions=said.instructions
    )
    task = await orchestrator.retry(roadmap_id, concept_id, content_type, wanted, detach=True, terms=terms)
    answer = started(request, response, task)
    return StartedRetry(**answer.model_dump(), concept_id=concept_id, content_type=content_type)
