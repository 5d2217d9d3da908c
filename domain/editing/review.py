"""Reviews of frameworks: validation, decisions of users, and edit plans."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic.config import JsonDict

from domain.course.book import CourseBook
from domain.course.drafts import PlanDraft
from domain.framework import ConceptDraft, Difficulty, ModuleDraft, StageDraft
from domain.request import MAX_WORDS_LENGTH, Word, Words
from domain.vocabulary import ContentType

Severity = Literal["critical", "warning"]
MAX_EDIT_ROUNDS: Final = 3
"""Rounds of editing that one validation may start."""

Action = Literal["add", "remove", "rename", "move", "change", "rewrite", "revert"]
_SYNONYMS: Final[dict[str, Action]] = {
    **dict.fromkeys(("update", "edit", "modify", "set", "revise", "alter"), "change"),
    **dict.fromkeys(("delete", "drop"), "remove"),
    **dict.fromkeys(("create", "insert", "append"), "add"),
    **dict.fromkeys(("reorder", "relocate"), "move"),
    **dict.fromkeys(("regenerate", "redo"), "rewrite"),
    **dict.fromkeys(("restore", "reset"), "revert"),
}
"""Words that authors write for an action."""
TargetType = Literal["stage", "module", "concept"]


class Issue(BaseModel):
    """A problem of a framework; `location` is the id of a part, or empty for the whole framework."""

    severity: Severity = Field(description="critical: the goal cannot be reached like this.")
    category: str = Field(description="One or two words, such as gap, order, repetition or scope.")
    location: str = Field(default="", description="Id of the part that it is about; empty for the whole roadmap.")
    issue: str = Field(description="What is wrong, one or two sentences.")
    suggestion: str = Field(description="What to change, one or two sentences.")


class DimensionScore(BaseModel):
    dimension: str = Field(description="What is judged, such as order, completeness or workload.")
    score: float = Field(ge=0, le=100, description="From 0 to 100, the best.")
    rationale: str = Field(default="", description="The reason, one sentence.")


class StructureReview(BaseModel):
    """An author's opinion of a framework whose structure is sound. Scores are from 0 to 100."""

    overall_score: float = Field(ge=0, le=100, description="From 0 to 100, the best.")
    dimension_scores: list[DimensionScore] = Field(default=[], description="Scores of single respects.")
    issues: list[Issue] = Field(default=[], description="What should be changed; empty if nothing.")
    validation_summary: str = Field(description="The verdict in one to three sentences.")


class Validation(BaseModel):
    """The result of the checks by code and author; valid means without critical issues."""

    is_valid: bool
    overall_score: float | None = Field(default=None, ge=0, le=100)
    """None where the author has no opinion: rules only count parts."""
    dimension_scores: list[DimensionScore] = []
    issues: list[Issue] = []
    validation_summary: str


def _read_action(word: Any) -> Any:
    folded = word.strip().casefold() if isinstance(word, str) else word
    return _SYNONYMS.get(folded, folded) if isinstance(folded, str) else word


def _without_nulls(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: value for name, value in content.items() if value is not None}
    return content


class AuthoredPart(BaseModel):
    """A part of an answer in which null means absent, as strict schemas make authors write it."""

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_absent(cls, content: Any) -> Any:
        return _without_nulls(content)


class Position(AuthoredPart):
    """The target of a part. `parent_id` None: its current parent, or the roadmap. `index` None: at the end."""

    parent_id: str | None = Field(
        default=None, description="Id of the stage or module that the part goes into; null: its present one."
    )
    index: Annotated[int | None, BeforeValidator(lambda index: None if index == -1 else index)] = Field(
        default=None, ge=0, description="Place among its siblings, from 0; null: at the end."
    )


_TEXTS: Final[JsonDict] = {"type": "array", "items": {"type": "string"}}
_VALUES: Final[JsonDict] = {
    "properties": {
        "name": {"type": "string", "description": "Name, unique in the roadmap."},
        "description": {"type": "string", "description": "One or two sentences."},
        "estimated_hours": {"type": "number", "description": "Hours of study, of a concept."},
        "difficulty": {
            "type": "string",
            "enum": list(get_args(Difficulty)),
            "description": "Of a concept, for this learner.",
        },
        "prerequisites": {**_TEXTS, "description": "Ids of concepts that come before a concept."},
        "keywords": {**_TEXTS, "description": "Terms that a concept is about."},
    },
    "additionalProperties": False,
}
"""The schema for authors. Without fixed names, a model could add properties endlessly."""


MAX_WISH_LENGTH: Final = MAX_WORDS_LENGTH
"""Characters of the wish of one rewrite."""
MAX_REWRITTEN: Final = 60
"""Concepts that one operation names."""


class Operation(AuthoredPart):
    """One edit. `target_id` is the part to edit; an `add` has a `position` instead, a `rewrite` names `concept_ids`."""

    action: Annotated[Action, BeforeValidator(_read_action)] = Field(description="What is done with the part.")
    target_type: Annotated[
        TargetType, BeforeValidator(lambda word: word.lower() if isinstance(word, str) else word)
    ] = Field(description="Kind of the part.")
    target_id: str | None = Field(default=None, description="Id of the part to edit; null for add.")
    position: Position | None = Field(default=None, description="Where the part goes, for add and move.")
    values: Annotated[dict[str, Any], BeforeValidator(_without_nulls)] = Field(
        default={}, json_schema_extra=_VALUES, description="The new values; only those that change."
    )
    reason: str = Field(default="", description="Why, one sentence; for add also what the new part is about.")
    concept_ids: list[str] = Field(
        default=[],
        json_schema_extra={"maxItems": MAX_REWRITTEN},
        description="For rewrite: ids of the concepts whose contents are written again.",
    )
    content_types: list[str] = Field(
        default=[],
        json_schema_extra={"items": {"type": "string", "enum": list(ContentType)}},
        description="For rewrite and revert: which contents of the concept; tutorial is the lesson.",
    )
    wish: str = Field(
        default="",
        json_schema_extra={"maxLength": MAX_WISH_LENGTH},
        description="For rewrite: what the learner wants of these contents, and nothing about others.",
    )
    version: int | None = Field(default=None, description="For revert: the version that is put back, exactly.")


class EditPlan(BaseModel):
    feedback_summary: str = Field(description="What the plan changes, or why it changes nothing, one sentence.")
    operations: list[Operation] = Field(description="In the order in which they are carried out.")


class Decision(BaseModel):
    """The decision of a user in a review. A rejection needs feedback."""

    approved: bool
    feedback: Words = ""
    by: Word = ""
    round: int | None = Field(default=None, ge=1)
    """The round that the user has seen; None for the open one."""
    course_book: CourseBook | None = None
    """The book as people edited it during the review; None where nobody did."""

    @model_validator(mode="after")
    def _rejected_with_words(self) -> Self:
        if not self.approved and not self.feedback.strip():
            raise ValueError("a rejection needs feedback: say what should change")
        return self


class NewPart(AuthoredPart):
    """The part that an author wrote for one `add` of a plan. `operation`: its index in the plan. One part is set."""

    operation: int = Field(ge=0, description="The number of the addition that the part is for.")
    stage: StageDraft | None = Field(default=None, description="The new stage; null where it is another part.")
    module: ModuleDraft | None = Field(default=None, description="The new module; null where it is another part.")
    concept: ConceptDraft | None = Field(default=None, description="The new concept; null where it is another part.")
    plans: list[PlanDraft] = Field(
        default=[], description="The plan of each new concept, with its exact name as `concept_id`."
    )


class NewParts(BaseModel):
    parts: list[NewPart] = Field(description="One for every addition.")


def without_effect(plan: EditPlan, refused: Sequence[Issue] = ()) -> str:
    """Say in one line that a plan changed nothing, and why."""
    reasons = "; ".join(issue.issue for issue in refused if issue.category == "operation_refused")
    why = reasons or plan.feedback_summary or "The plan for it has no operations; ask for the change in other words."
    return " ".join(f"Nothing was changed. {why}".split())[:500]
