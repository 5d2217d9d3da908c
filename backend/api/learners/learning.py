"""Learning: mark concepts as done, take quizzes, read the progress."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep
from backend.errors import reject_other_methods
from backend.inputs import MAX_ATTEMPT_ID_LENGTH, VISIBLE, ConceptId, RoadmapId, Version
from backend.openapi import documented
from backend.paging import Limit
from domain.learners.progress import ConceptMark
from domain.request import Shape, UserId
from orchestrator.learners.learning import Progress, QuizAttempt, ShownQuiz

router = APIRouter(prefix="/roadmaps/{roadmap_id}", tags=["learning"])

Learner = Annotated[UserId | None, Query(description="The learner; only the role `service` may name another user.")]
Choice = Annotated[list[Annotated[int, Field(ge=0, le=1000)]], Field(max_length=100)]


class MarkBody(Shape):
    """What a learner says about a concept: `done` and `known` count as learned."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mark": "in_progress"}]})

    mark: ConceptMark | None


class AttemptBody(Shape):
    """A learner's answers to one version of a quiz."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"attempt_id": "b1f6-1", "version": 1, "answers": [[0], [1, 2], []]}]}
    )

    attempt_id: str = Field(
        pattern=VISIBLE,
        max_length=MAX_ATTEMPT_ID_LENGTH,
        description="Chosen by the caller; an attempt that is sent twice counts once.",
    )
    version: int = Field(ge=1, le=2_000_000_000, description="The version of the quiz that was shown.")
    answers: Annotated[list[Choice], Field(max_length=1000)] = Field(
        description="Indices of the chosen options for each question; an empty list for a question without an answer."
    )


class AttemptAnswer(QuizAttempt):
    """A graded attempt; `attempts` and `best_score` cover all attempts of the learner at this quiz."""

    attempts: int
    best_score: float


class Attempts(BaseModel):
    attempts: list[QuizAttempt]


@router.get("/progress", responses=documented(403, 404, 422))
async def read_progress(
    roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, user_id: Learner = None
) -> Progress:
    """The concepts that are done, and the results of quizzes."""
    return await orchestrator.learning.progress(roadmap_id, caller.acting_for(user_id), owner=caller.reads)


@router.put("/concepts/{concept_id:path}/done", responses=documented(403, 404, 422))
async def mark_done(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Progress:
    """Mark a concept as done. Repeating it has no effect."""
    return await _mark(roadmap_id, concept_id, caller, orchestrator, user_id, done=True)


@router.delete("/concepts/{concept_id:path}/done", responses=documented(403, 404, 422))
async def mark_undone(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Progress:
    """Mark a concept as not done. Repeating it has no effect."""
    return await _mark(roadmap_id, concept_id, caller, orchestrator, user_id, done=False)


async def _mark(
    roadmap_id: str, concept_id: str, caller: Caller, orchestrator: OrchestratorDep, user_id: str | None, *, done: bool
) -> Progress:
    learner = caller.acting_for(user_id)
    return await orchestrator.learning.mark(roadmap_id, concept_id, learner, done=done, owner=caller.reads)


@router.put("/concepts/{concept_id:path}/mark", responses=documented(400, 403, 404, 413, 415, 422))
async def mark_concept(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    body: MarkBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> Progress:
    """Say how far one is with a concept; `null` removes the mark. Repeating it has no effect."""
    learner = caller.acting_for(user_id)
    return await orchestrator.learning.set_mark(roadmap_id, concept_id, learner, body.mark, owner=caller.reads)


# Routes below would read `done` and `mark` as content types.
reject_other_methods(router, "/concepts/{concept_id:path}/mark", "PUT")
reject_other_methods(router, "/concepts/{concept_id:path}/done", "PUT", "DELETE")


@router.get("/concepts/{concept_id:path}/quiz/questions", responses=documented(404, 422))
async def read_questions(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    version: Version = None,
) -> ShownQuiz:
    """A quiz without the correct answers, to show to a learner."""
    return await orchestrator.learning.quiz(roadmap_id, concept_id, version, owner=caller.reads)


@router.post("/concepts/{concept_id:path}/quiz/attempts", responses=documented(400, 403, 404, 409, 413, 415, 422))
async def submit_attempt(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    body: AttemptBody,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
) -> AttemptAnswer:
    """Grade an attempt and store it. An attempt that is sent again counts once and gets the same response."""
    submission = await orchestrator.learning.submit(
        roadmap_id,
        concept_id,
        caller.acting_for(user_id),
        attempt_id=body.attempt_id,
        version=body.version,
        answers=body.answers,
        owner=caller.reads,
    )
    return AttemptAnswer(
        **submission.attempt.model_dump(), attempts=submission.attempts, best_score=submission.best_score
    )


@router.get("/concepts/{concept_id:path}/quiz/attempts", responses=documented(403, 404, 422))
async def list_attempts(
    roadmap_id: RoadmapId,
    concept_id: ConceptId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    user_id: Learner = None,
    limit: Limit = 50,
) -> Attempts:
    """Attempts at the quiz of a concept, newest first, each graded by the version that was shown."""
    learner = caller.acting_for(user_id)
    attempts = await orchestrator.learning.attempts(roadmap_id, concept_id, learner, limit=limit, owner=caller.reads)
    return Attempts(attempts=attempts)
