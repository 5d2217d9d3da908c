"""The Author port: what a node asks for (a brief) and what comes back (an answer).

A brief is all that an author may know; its JSON is the canonical input in the ledger's key,
so it holds no clock, no model and no setting of the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.contents import Quiz, Resources, Tutorial
from domain.framework import Concept, Framework, FrameworkDraft
from domain.request import Intent, LearningRequest, Preferences
from domain.review import EditPlan, Issue, NewParts, StructureReview
from domain.vocabulary import ContentType


class Role(StrEnum):
    """What an author is asked to be."""

    INTENT = "intent"
    FRAMEWORK = "framework"
    STRUCTURE_REVIEW = "structure_review"
    EDIT_PLAN = "edit_plan"
    NEW_PARTS = "new_parts"
    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"


T = TypeVar("T", bound=BaseModel)
C = TypeVar("C", Tutorial, Resources, Quiz)


class Brief(BaseModel, Generic[T]):
    """One request to an author; its answer must validate as `shape`, which is T."""

    model_config = ConfigDict(frozen=True)
    role: ClassVar[Role]
    shape: ClassVar[type[BaseModel]]


class IntentBrief(Brief[Intent]):
    role = Role.INTENT
    shape = Intent
    request: LearningRequest


class FrameworkBrief(Brief[FrameworkDraft]):
    role = Role.FRAMEWORK
    shape = FrameworkDraft
    request: LearningRequest
    intent: Intent
    max_concepts: int


class StructureReviewBrief(Brief[StructureReview]):
    role = Role.STRUCTURE_REVIEW
    shape = StructureReview
    request: LearningRequest
    intent: Intent | None
    """None in a modification: the framework stands already."""
    framework: Framework


class EditPlanBrief(Brief[EditPlan]):
    """A plan that mends `issues` and follows `feedback` (a person's words, empty where nobody spoke)."""

    role = Role.EDIT_PLAN
    shape = EditPlan
    preferences: Preferences
    framework: Framework
    issues: list[Issue]
    feedback: str = ""
    edit_round: int = 0
    """Rounds of editing before this one: if the same issue is back, the last plan did not mend it."""
    max_concepts: int


class NewPartsBrief(Brief[NewParts]):
    """The parts that the `add` operations of a plan call for; no other part is written anew."""

    role = Role.NEW_PARTS
    shape = NewParts
    preferences: Preferences
    framework: Framework
    plan: EditPlan


class ContentBrief(Brief[C], Generic[C]):
    """What the three generators tell about the concept they write for."""

    content_type: ClassVar[ContentType]
    preferences: Preferences
    roadmap_title: str
    stage_name: str
    module_name: str
    concept: Concept
    prerequisite_names: list[str]
    instructions: str = ""


class TutorialBrief(ContentBrief[Tutorial]):
    role = Role.TUTORIAL
    shape = Tutorial
    content_type = ContentType.TUTORIAL


class ResourcesBrief(ContentBrief[Resources]):
    role = Role.RESOURCES
    shape = Resources
    content_type = ContentType.RESOURCES


class QuizBrief(ContentBrief[Quiz]):
    role = Role.QUIZ
    shape = Quiz
    content_type = ContentType.QUIZ


@dataclass(frozen=True, slots=True)
class Answer:
    """What an author wrote, not yet checked, and what it cost (tokens, US dollars)."""

    content: dict[str, Any]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    finish_reason: str | None = None


class Author(Protocol):
    """Writes what a brief asks for.

    Raises ModelUnavailable when its model cannot be reached or used. The shape of an answer is checked by
    the caller; `objections` say what was wrong with the answers before, oldest first.
    """

    @property
    def name(self) -> str: ...

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Answer: ...
