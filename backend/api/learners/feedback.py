"""Notes on concepts, and reports that something in a content is wrong."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from backend.api.learners.learning import Learner
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep
from backend.errors import reject_other_methods
from backend.inputs import MAX_ATTEMPT_ID_LENGTH, VISIBLE, ConceptId, RoadmapId
from backend.openapi import documented
from backend.paging import Limit
from domain.request import Shape, Text, Word
from domain.vocabulary import ContentType
from orchestrator.learners.feedback import MAX_NOTE_LENGTH, MAX_REPORT_LENGTH, Note, Report

router = APIRouter(tags=["learning"])
CONCEPT = "/roadmaps/{roadmap_id}/concepts/{concept_id:path}"


class NoteBody(Shape):
    """A note, and the version that it replaces."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Ask Kim about this.", "version": 0}]})

    note: Annotated[str, Field(max_length=MAX_NOTE_LENGTH)] = Field(description="Markdown; empty to delete it.")
    version: int = Field(ge=0, le=2_000_000_000, description="As it was shown; 0 for a first note.")


class ReportBody(Shape):
    """What is wrong in a content."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"report_id": "b1f6-1", "version": 1, "part": "Question 2", "words": "Two options are right."}]
        }
    )

    report_id: Annotated[str, Field(pattern=VISIBLE, max_length=MAX_ATTEMPT_ID_LENGTH)] = Field(
        description="Chosen by the caller; a report that is sent twice counts once."
    )
    version: int = Field(ge=1, le=2_000_000_000, description="Of the content that was shown.")
    part: Word = Field(default="", description="The question, the link or the section, in words.")
    words: Annotated[Text, Field(min_length=1, max_length=MAX_REPORT_LENGTH)]


class Reports(BaseModel):
    reports: list[Report]


@router.get("/reports", responses=documented(422))
async def list_reports(caller: CallerDep, orchestrator: OrchestratorDep, limit: Limit = 50) -> Reports:
    """Reports on contents that were not written again since, newest first; a learner sees the learner's own."""
    return Reports(reports=list(await orchestrator.feedback.all_reports(caller.reads, limit=limit)))


@router.get("/roadmaps/{roadmap_id}/reports", responses=documented(404, 422))
async def list_reports_of_roadmap(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Reports:
    """Reports on the contents of a roadmap that were not written again since, newest first."""
    return Reports(reports=list(await orchestrator.feedback.reports(roadmap_id, owner=caller.reads)))


@router.post(CONCEPT + "/{content_type}/reports", responses=documented(400, 403, 404, 413, 415, 422))
async def report_content(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    content_type: ContentType,
    body: ReportBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Report:
    """Report that something in a content is wrong. The page of the concept offers it as the instructions of a retry."""
    return await orchestrator.feedback.report(
        roadmap_id,
        concept_id,
        content_type,
        caller.acting_for(user_id),
        report_id=body.report_id,
        version=body.version,
        part=body.part,
        words=body.words,
        owner=caller.reads,
    )


@router.get(CONCEPT + "/note", responses=documented(403, 404, 422))
async def read_note(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Note:
    """One's own note on a concept."""
    return await orchestrator.feedback.note(roadmap_id, concept_id, caller.acting_for(user_id), owner=caller.reads)


@router.put(CONCEPT + "/note", responses=documented(400, 403, 404, 409, 413, 415, 422))
async def save_note(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    body: NoteBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Note:
    """Save a note. A conflict if it was changed since the version that it replaces."""
    return await orchestrator.feedback.save_note(
        roadmap_id,
        concept_id,
        caller.acting_for(user_id),
        body.note,
        version=body.version,
        owner=caller.reads,
    )


reject_other_methods(router, CONCEPT + "/note", "GET", "PUT")  # or a route would read `note` as a content type
