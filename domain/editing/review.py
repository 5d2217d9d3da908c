"""Reviews of frameworks: validation, decisions of users, and edit plans."""

from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, Field, model_validator
from pydantic.config import JsonDict

from domain.framework import ConceptDraft, Difficulty, ModuleDraft, StageDraft
from domain.request import Text, Word

Severity = Literal["critical", "warning"]
Action = Literal["add", "remove", "rename", "move", "change"]
TargetType = Literal["stage", "module", "concept"]


class Issue(BaseModel):
    """A problem of a framework; `location` is the id of a part, or empty for the whole framework."""

    severity: Severity
    category: str
    location: str = ""
    issue: str
    suggestion: str


class DimensionScore(BaseModel):
    dimension: str
    score: float = Field(ge=0, le=100)
    rationale: str = ""


class StructureReview(BaseModel):
    """An author's opinion of a framework whose structure is sound. Scores are from 0 to 100."""

    overall_score: float = Field(ge=0, le=100)
    dimension_scores: list[DimensionScore] = []
    issues: list[Issue] = []
    validation_summary: str


class Validation(BaseModel):
    """The result of the checks by code and author; valid means without critical issues."""

    is_valid: bool
    overall_score: float | None = Field(default=None, ge=0, le=100)
    """None where the author has no opinion: rules only count parts."""
    dimension_scores: list[DimensionScore] = []
    issues: list[Issue] = []
    validation_summary: str


class Position(BaseModel):
    """The target of a part. `parent_id` None: its current parent, or the roadmap. `index` None: at the end."""

    parent_id: str | None = None
    index: int | None = Field(default=None, ge=0)


_TEXTS: Final[JsonDict] = {"type": "array", "items": {"type": "string"}}
_VALUES: Final[JsonDict] = {
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "estimated_hours": {"type": "number"},
        "difficulty": {"type": "string", "enum": list(get_args(Difficulty))},
        "prerequisites": _TEXTS,
        "keywords": _TEXTS,
    },
    "additionalProperties": False,
}
"""The schema for authors. Without fixed names, a model could add properties endlessly."""


class Operation(BaseModel):
    """One edit. `target_id` is the part to edit; an `add` has a `position` instead."""

    action: Action
    target_type: TargetType
    target_id: str | None = None
    position: Position | None = None
    values: dict[str, Any] = Field(default={}, json_schema_extra=_VALUES)
    reason: str = ""


class EditPlan(BaseModel):
    feedback_summary: str
    operations: list[Operation]


class Decision(BaseModel):
    """The decision of a user in a review. A rejection needs feedback."""

    approved: bool
    feedback: Text = ""
    by: Word = ""
    round: int | None = Field(default=None, ge=1)
    """The round that the user has seen; None for the open one."""

    @model_validator(mode="after")
    def _rejected_with_words(self) -> Self:
        if not self.approved and not self.feedback.strip():
            raise ValueError("a rejection needs feedback: say what should change")
        return self


class NewPart(BaseModel):
    """The part that an author wrote for one `add` of a plan. `operation`: its index in the plan. One part is set."""

    operation: int = Field(ge=0)
    stage: StageDraft | None = None
    module: ModuleDraft | None = None
    concept: ConceptDraft | None = None


class NewParts(BaseModel):
    parts: list[NewPart]
