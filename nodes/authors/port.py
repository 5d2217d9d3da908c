"""The Author port: what a node asks for (a brief) and what comes back (an answer).

A brief is all that an author may know; its JSON is the canonical input in the ledger's key,
so it holds no clock, no model and no setting of the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.contents import FoundPage, OpenQuestion, Quiz, QuizKey, Resources, Tutorial
from domain.editing.review import EditPlan, Issue, NewParts, StructureReview
from domain.errors import ModelUnavailable
from domain.framework import Concept, Framework, FrameworkDraft, Outline, StageParts
from domain.request import Intent, LearningRequest, Preferences
from domain.vocabulary import ContentType


class AuthorRole(StrEnum):
    """What an author is asked to be."""

    INTENT = "intent"
    FRAMEWORK = "framework"
    OUTLINE = "outline"
    STAGE = "stage"
    STRUCTURE_REVIEW = "structure_review"
    EDIT_PLAN = "edit_plan"
    NEW_PARTS = "new_parts"
    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"
    QUIZ_KEY = "quiz_key"


T = TypeVar("T", bound=BaseModel)
C = TypeVar("C", bound=BaseModel)


class Brief(BaseModel, Generic[T]):
    """One request to an author; its answer must validate as `shape`, which is T."""

    model_config = ConfigDict(frozen=True)
    role: ClassVar[AuthorRole]
    shape: ClassVar[type[BaseModel]]
    unkeyed: ClassVar[frozenset[str]] = frozenset()
    """Fields that no answer hangs on: from settings, or what code reads from the request. No key has them."""


class IntentBrief(Brief[Intent]):
    role = AuthorRole.INTENT
    shape = Intent
    request: LearningRequest


class DesignBrief(Brief[T]):
    """What a framework is designed from."""

    unkeyed = frozenset({"max_concepts", "weeks"})
    request: LearningRequest
    intent: Intent
    max_concepts: int
    weeks: float | None = None
    """From the day of the request to the deadline, for an author of rules; models are given the learner's words."""


class FrameworkBrief(DesignBrief[FrameworkDraft]):
    role = AuthorRole.FRAMEWORK
    shape = FrameworkDraft


class OutlineBrief(DesignBrief[Outline]):
    """The stages of a framework that is too large for one answer."""

    role = AuthorRole.OUTLINE
    shape = Outline


class StageBrief(Brief[StageParts]):
    """The modules and concepts of the stage at `index` of an outline."""

    role = AuthorRole.STAGE
    shape = StageParts
    unkeyed = frozenset({"weeks"})
    request: LearningRequest
    intent: Intent
    outline: Outline
    index: int
    max_concepts: int
    """For this stage, by the outline."""
    earlier: list[str]
    """Names of the concepts of the stages before: they may be prerequisites, and are not taught again."""
    weeks: float | None = None


class StructureReviewBrief(Brief[StructureReview]):
    role = AuthorRole.STRUCTURE_REVIEW
    shape = StructureReview
    unkeyed = frozenset({"weeks"})
    request: LearningRequest
    intent: Intent | None
    """None in a modification: the framework stands already."""
    framework: Framework
    weeks: float | None = None


class EditPlanBrief(Brief[EditPlan]):
    """A plan that mends `issues` and follows `feedback` (a person's words, empty where nobody spoke)."""

    role = AuthorRole.EDIT_PLAN
    shape = EditPlan
    unkeyed = frozenset({"max_concepts"})
    preferences: Preferences
    framework: Framework
    issues: list[Issue]
    feedback: str = ""
    edit_round: int = 0
    """Rounds of editing before this one: if the same issue is back, the last plan did not mend it."""
    max_concepts: int


class NewPartsBrief(Brief[NewParts]):
    """The parts that the `add` operations of a plan call for; no other part is written anew."""

    role = AuthorRole.NEW_PARTS
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
    role = AuthorRole.TUTORIAL
    shape = Tutorial
    content_type = ContentType.TUTORIAL


class ResourcesBrief(ContentBrief[Resources]):
    role = AuthorRole.RESOURCES
    shape = Resources
    unkeyed = frozenset({"found"})
    content_type = ContentType.RESOURCES
    found: list[FoundPage] = []
    """What a search gave, if there was one."""


class QuizBrief(ContentBrief[Quiz]):
    role = AuthorRole.QUIZ
    shape = Quiz
    content_type = ContentType.QUIZ


class QuizKeyBrief(Brief[QuizKey]):
    """A second opinion: the questions of a quiz, without their key."""

    role = AuthorRole.QUIZ_KEY
    shape = QuizKey
    preferences: Preferences
    concept: Concept
    questions: list[OpenQuestion]


KnownBrief = (
    IntentBrief
    | FrameworkBrief
    | OutlineBrief
    | StageBrief
    | StructureReviewBrief
    | EditPlanBrief
    | NewPartsBrief
    | TutorialBrief
    | ResourcesBrief
    | QuizBrief
    | QuizKeyBrief
)
"""All that there are: for a branch over them that ends in `assert_never`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, and their price in US dollars: None where nobody knows it."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    estimated: bool = False
    """Whether the tokens are an estimate, since no report of them can be had."""

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """What an author wrote, not yet checked, and what it cost (tokens, US dollars)."""

    content: dict[str, Any]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    """None where nobody knows the price."""
    finish_reason: str | None = None
    problem: str | None = None
    """Why there is nothing to check (cut off, refused, no JSON), in words for the author; `content` is what came."""
    estimated: bool = False
    """Whether the tokens are an estimate."""

    @property
    def usage(self) -> Usage:
        return Usage(self.tokens_in, self.tokens_out, self.cost, self.estimated)


class CallFailed(ModelUnavailable):
    """One call brought no answer.

    `transient`: the same call may succeed later, not before `wait` seconds; `denied`: no call can succeed;
    `billed`: the model may have worked for it all the same, as where its answer did not come in time.
    """

    def __init__(
        self,
        reason: str,
        *,
        model: str,
        outcome: str,
        transient: bool = True,
        denied: bool = False,
        wait: float | None = None,
        billed: bool = False,
    ) -> None:
        super().__init__(reason)
        self.model = model
        self.outcome = outcome
        """In two words, for the ledger: `failed 429`, `failed timeout`, ..."""
        self.transient = transient
        self.denied = denied
        self.wait = wait
        self.billed = billed
        self.used = Usage()
        """What it may have used at most, where it is `billed`."""


class Author(Protocol):
    """Writes what a brief asks for.

    Raises CallFailed for a call without an answer. The shape of an answer is checked by the caller; `objections` say
    what was wrong with the answers before, oldest first.
    """

    @property
    def name(self) -> str: ...

    @property
    def most_concepts(self) -> int | None:
        """Concepts that one answer may hold: a larger framework is asked for in parts. None: any number."""
        ...

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:
        """The most that a call can use."""
        ...

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer: ...
