"""Practice: tests of stages and cards, made from what is written already."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from backend.api.learners.learning import Choice, Learner
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep
from backend.inputs import RoadmapId, StageId
from backend.openapi import documented
from domain.quizzes.stage_test import MAX_QUESTIONS
from domain.request import Shape, Word
from orchestrator.learners.practice import Flashcards, StageAnswer, StageResult, StageTest

router = APIRouter(prefix="/roadmaps/{roadmap_id}", tags=["learning"])

Attempt = Annotated[int, Query(ge=1, le=1_000_000, description="Another attempt has other questions.")]


class QuestionAnswer(Shape):
    """The answer to a question of a test."""

    concept_id: Word
    version: int = Field(ge=1, le=2_000_000_000)
    question_id: Word
    chosen: Choice = Field(description="Indices of the chosen options; empty for a question without an answer.")


class StageTestBody(Shape):
    """A learner's answers to the test of a stage."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answers": [{"concept_id": "c-1-1-1", "version": 1, "question_id": "q1", "chosen": [0]}]}]
        }
    )

    answers: Annotated[list[QuestionAnswer], Field(min_length=1, max_length=MAX_QUESTIONS)]


@router.get("/stage-tests/{stage_id:path}", responses=documented(403, 404, 422))
async def read_stage_test(
    roadmap_id: RoadmapId,
    stage_id: StageId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    attempt: Attempt = 1,
    user_id: Learner = None,
) -> StageTest:
    """A test of a stage that mixes in questions of earlier stages; the same for the same attempt of a learner."""
    learner = caller.acting_for(user_id)
    return await orchestrator.practice.stage_test(roadmap_id, stage_id, learner, attempt=attempt, owner=caller.reads)


@router.post("/stage-tests/{stage_id:path}", responses=documented(400, 404, 413, 415, 422))
async def grade_stage_test(
    roadmap_id: RoadmapId, stage_id: StageId, body: StageTestBody, caller: CallerDep, orchestrator: OrchestratorDep
) -> StageResult:
    """Grade the answers to the test of a stage. The result is not stored."""
    answers = [StageAnswer(**answer.model_dump()) for answer in body.answers]
    return await orchestrator.practice.grade_stage_test(roadmap_id, stage_id, answers, owner=caller.reads)


@router.get("/cards", responses=documented(404, 422))
async def read_cards(roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep) -> Flashcards:
    """Flashcards for repetition: the terms and misconceptions of the course book; empty without a book."""
    return await orchestrator.practice.cards(roadmap_id, owner=caller.reads)
