"""Repetition: questions of quizzes that are due, and the answers to them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from backend.api.learners.learning import Choice, Learner
from backend.auth import CallerDep
from backend.dependencies import OrchestratorDep
from backend.inputs import MAX_ATTEMPT_ID_LENGTH, VISIBLE
from backend.openapi import documented
from backend.paging import Limit
from domain.request import Shape, Word
from orchestrator.learners.repetition import Due, GradedAnswer, RepetitionAnswer

router = APIRouter(prefix="/repetition", tags=["learning"])


class AnswerBody(Shape):
    """An answer to a question that is due; all but the first and the last field are as they were shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer_id": "b1f6-1",
                    "roadmap_id": "chess-1c53b125",
                    "concept_id": "c-1-1-1",
                    "question_id": "q1",
                    "version": 1,
                    "answers": 0,
                    "chosen": [0],
                }
            ]
        }
    )

    answer_id: Annotated[str, Field(pattern=VISIBLE, max_length=MAX_ATTEMPT_ID_LENGTH)] = Field(
        description="Chosen by the caller; an answer that is sent twice counts once."
    )
    roadmap_id: Word
    concept_id: Word
    question_id: Word
    version: int = Field(ge=1, le=2_000_000_000)
    answers: int = Field(ge=0, le=1_000_000_000, description="How often the question was answered before.")
    chosen: Choice = Field(description="Indices of the chosen options; empty if the learner does not know.")


@router.get("", responses=documented(403, 422))
async def read_due(caller: CallerDep, orchestrator: OrchestratorDep, user_id: Learner = None, limit: Limit = 20) -> Due:
    """The questions that a learner is asked now, without their key, in the order in which they are asked."""
    return await orchestrator.repetition.due(caller.acting_for(user_id), limit=limit, owner=caller.reads)


@router.post("/answers", responses=documented(400, 403, 404, 409, 413, 415, 422))
async def answer_question(
    body: AnswerBody, caller: CallerDep, orchestrator: OrchestratorDep, user_id: Learner = None
) -> GradedAnswer:
    """Grade an answer and say when the question is asked again. A conflict if it was answered or replaced meanwhile."""
    answer = RepetitionAnswer(**body.model_dump())
    return await orchestrator.repetition.answer(caller.acting_for(user_id), answer, owner=caller.reads)
