"""What is said about a framework: the validation of it, and the plan of an edit."""

from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, Field, model_validator
from pydantic.config import JsonDict

from domain.framework import ConceptDraft, Difficulty, ModuleDraft, StageDraft
from domain.request import Text, Word

Severity = Literal["critical", "warning"]
Action = Literal["add", "remove", "rename", "move", "change"]
TargetType = Literal["stage", "module", "concept"]


class Issue(BaseModel):
    """One thing that is wrong; `location` is an id of the framework, or empty for the whole of it."""

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
    """An author's opinion of a framework whose structure is sound. Scores run from 0 to 100."""

    overall_score: float = Field(ge=0, le=100)
    dimension_scores: list[DimensionScore] = []
    issues: list[Issue] = []
    validation_summary: str


class Validation(BaseModel):
    """The verdict of code and author together: valid means that no critical issue is left."""

    is_valid: bool
    overall_score: float | None = Field(default=None, ge=0, le=100)
    """None where the author has no opinion: rules count, and do not judge."""
    dimension_scores: list[DimensionScore] = []
    issues: list[Issue] = []
    validation_summary: str


class Position(BaseModel):
    """Where a part goes: under which parent (None: where it is, or the roadmap itself), at which index (None: last)."""

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
"""What an author is asked for: free names would let a model write new ones for ever."""


class Operation(BaseModel):
    """One edit. `target_id` names the part that is edited; an `add` has none and goes to `position`."""

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
    """A person's answer to a review. A rejection needs feedback."""

    approved: bool
    feedback: Text = ""
    by: Word = ""
    round: int | None = Field(default=None, ge=1)
    """The round that the person has seen; None: the one that is open."""

    @model_validator(mode="after")
    def _rejected_with_words(self) -> Self:
        if not self.approved and not self.feedback.strip():
            raise ValueError("a rejection needs feedback: say what should change")
        return self


class NewPart(BaseModel):
    """What an author wrote for one `add` of a plan (`operation` is its index there); exactly one part is filled."""

    operation: int = Field(ge=0)
    stage: StageDraft | None = None
    module: ModuleDraft | None = None
    concept: ConceptDraft | None = None


class NewParts(BaseModel):
    parts: list[NewPart]
