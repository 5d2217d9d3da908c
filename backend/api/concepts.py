"""Contents of concepts: read them and their versions, and generate them again."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.api.answers import STARTED, Started, started
from backend.api.roadmap_schemas import PreferenceChanges
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep, SettingsDep
from backend.errors import reject_other_methods
from backend.inputs import ConceptId, Key, RoadmapId, TaskId, Version, terms_of
from backend.openapi import documented
from domain.checks.code_runs import BlockRun, read_runs
from domain.parts import placed_doubts
from domain.request import Shape, Word, Words
from domain.vocabulary import ContentStatus, ContentType
from orchestrator.commands.run_request import RetryRequest
from orchestrator.learners.wishes import Wish
from repository.tables.roadmaps import ContentVersionRow

router = APIRouter(prefix="/roadmaps/{roadmap_id}/concepts/{concept_id:path}/{content_type}", tags=["concepts"])


class RetryBody(Shape):
    """Options for generating one content again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instructions": "more exercises, fewer words"}]})

    preferences: PreferenceChanges | None = None
    instructions: Words | None = None
    lesson: Word | None = Field(default=None, description="Only this lesson of a tutorial of several, such as `l2`.")


class RevertBody(Shape):
    """The version that becomes the newest one again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1, le=2_000_000_000)


class StartedRetry(Started):
    concept_id: str
    content_type: ContentType


class ContentDoubt(BaseModel):
    """A finding of the checks that the author of a content did not mend."""

    rule: str
    message: str
    part: str | None
    """The id of the question, or of the section or lesson, that it is about; null for the whole content."""
    heading: str | None
    """The heading of that section, in Markdown; null for a question and for what precedes the first heading."""


class ContentAnswer(BaseModel):
    """One content. `content` is null while there is no version; `status` is null if its concept was removed."""

    roadmap_id: str
    concept_id: str
    content_type: ContentType
    status: ContentStatus | None
    stale: bool
    out_of_date: bool = Field(
        description="Whether its newest version was made from another lesson than the newest one."
    )
    last_error: str | None
    version: int
    newest_version: int
    author: str | None
    task_id: str | None
    created_at: datetime | None
    content: dict[str, Any] | None
    doubts: list[ContentDoubt]
    code: list[BlockRun] | None
    """What became of its blocks of Python and SQL; null where no code was run. A block that is left out was not."""


class ContentVersion(BaseModel):
    version: int
    author: str
    task_id: str
    created_at: datetime
    doubts: list[ContentDoubt]
    code: list[BlockRun] | None


class ContentVersions(BaseModel):
    roadmap_id: str
    concept_id: str
    content_type: ContentType
    versions: list[ContentVersion]


class ContentWishes(BaseModel):
    wishes: list[Wish]


def _doubts(row: ContentVersionRow) -> list[ContentDoubt]:
    placed = placed_doubts(row.doubts, row.payload)
    return [ContentDoubt.model_validate(doubt, from_attributes=True) for doubt in placed]


def _code(row: ContentVersionRow) -> list[BlockRun] | None:
    return None if row.code_report is None else read_runs(row.code_report)


def _version(row: ContentVersionRow) -> ContentVersion:
    return ContentVersion(
        version=row.version,
        author=row.author,
        task_id=row.task_id,
        created_at=row.created_at,
        doubts=_doubts(row),
        code=_code(row),
    )


@router.get("/versions", responses=documented(404, 422))
async def list_content_versions(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
) -> ContentVersions:
    """All versions of a content, newest first."""
    rows = await orchestrator.contents.versions(roadmap_id, concept_id, content_type, owner=caller.reads)
    return ContentVersions(
        roadmap_id=roadmap_id,
        concept_id=concept_id,
        content_type=content_type,
        versions=[_version(row) for row in rows],
    )


@router.get("/wishes", responses=documented(404, 422))
async def list_wishes(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
) -> ContentWishes:
    """The wishes for a content, oldest first. Every new version follows those that were not taken back."""
    wishes = await orchestrator.wishes.of(roadmap_id, concept_id, content_type, owner=caller.reads)
    return ContentWishes(wishes=list(wishes))


@router.delete("/wishes/{task_id}", responses=documented(404, 422))
async def take_back_wish(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
) -> ContentWishes:
    """Take back the wish of a run; a second call changes nothing."""
    wishes = await orchestrator.wishes.take_back(roadmap_id, concept_id, content_type, task_id, owner=caller.writes)
    return ContentWishes(wishes=list(wishes))


@router.post("/revert", responses=documented(400, 404, 409, 413, 415, 422))
async def revert_content(
    request: Request,
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    settings: SettingsDep,
    body: RevertBody,
) -> ContentVersion:
    """Put an older version back: the newest version becomes a copy of it, byte for byte. Nothing is generated.

    Wishes that were made after that version are taken back. A second call changes nothing.
    """
    terms = terms_of(request, caller, settings, owner=caller.writes)
    row = await orchestrator.revert(roadmap_id, concept_id, content_type, body.version, terms=terms)
    return _version(row)


reject_other_methods(router, "/revert", "POST")
reject_other_methods(router, "/retry", "POST")  # or the route below would read `retry` as a content type


@router.get("", responses=documented(404, 422))
async def read_content(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    version: Version = None,
) -> ContentAnswer:
    """The newest version of a content, or an older one. Contents of removed concepts stay readable."""
    state, row = await orchestrator.contents.get(roadmap_id, concept_id, content_type, version, owner=caller.reads)
    return ContentAnswer(
        roadmap_id=roadmap_id,
        concept_id=concept_id,
        content_type=content_type,
        status=state.status if state else None,
        stale=state.stale if state else False,
        out_of_date=state.out_of_date if state else False,
        last_error=state.last_error if state else None,
        version=row.version if row else 0,
        newest_version=state.version if state else row.version if row else 0,
        author=row.author if row else None,
        task_id=row.task_id if row else state.task_id if state else None,
        created_at=row.created_at if row else None,
        content=row.payload if row else None,
        doubts=_doubts(row) if row else [],
        code=_code(row) if row else None,
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
    """Generate one content again; the present version stays readable until the new one is ready."""
    options = body or RetryBody()
    terms = terms_of(request, caller, settings, owner=caller.writes, key=key, body=options)
    retry = RetryRequest(
        preferences=options.preferences.given() if options.preferences else None,
        instructions=options.instructions,
        lesson_id=options.lesson,
    )
    task = await orchestrator.retry(roadmap_id, concept_id, content_type, retry, detach=True, terms=terms)
    answer = started(request, response, task)
    return StartedRetry(**answer.model_dump(), concept_id=concept_id, content_type=content_type)
