"""The Author port: nodes send a brief, authors return an answer.

A brief is all that an author may know. Its JSON is part of the ledger's key, so it holds no clock, no model and no
setting of the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from domain.authors import AuthorKind
from domain.checks.findings import Finding
from domain.content_plugins import PLUGINS, names_of
from domain.contents import PLACE_FIELDS, FoundPage, OpenQuestion, Quiz, QuizKey, Resources, Tutorial
from domain.course.book import ConceptPlan, CourseBook
from domain.course.drafts import BookDraft, ConceptPlans
from domain.editing.contents import ContentEdit, PastVersions
from domain.editing.review import EditPlan, Issue, NewParts, StructureReview
from domain.errors import InvalidInput, ModelUnavailable
from domain.framework import Concept, Framework, FrameworkDraft, Outline, StageParts
from domain.mending import Critique
from domain.parts import PartialAnswer, PartialQuiz, PartialResources, PartialTutorial
from domain.request import Intent, LearningRequest, Preferences
from domain.vocabulary import ContentType
from nodes.authors.reading.gate import MAX_NAME_LENGTH, storable_text

CUT_OFF: Final = "It was cut off at its token limit. Write it again, complete and more briefly."
"""The problem of an answer that was longer than its room."""


class AuthorRole(StrEnum):
    """The roles of authors. Values are part of ledger keys."""

    INTENT = "intent"
    FRAMEWORK = "framework"
    OUTLINE = "outline"
    STAGE = "stage"
    STRUCTURE_REVIEW = "structure_review"
    EDIT_PLAN = "edit_plan"
    NEW_PARTS = "new_parts"
    COURSE_BOOK = "course_book"
    CONCEPT_PLANS = "concept_plans"
    TUTORIAL = "tutorial"
    LESSON = "lesson"
    RESOURCES = "resources"
    QUIZ = "quiz"
    QUIZ_KEY = "quiz_key"
    CRITIQUE = "critique"
    vars().update(names_of(PLUGINS, "{}"))


T = TypeVar("T", bound=BaseModel)
C = TypeVar("C", bound=BaseModel)


class Brief(BaseModel, Generic[T]):
    """The data of one request to an author. The answer must validate as `shape`, which is T."""

    model_config = ConfigDict(frozen=True)
    role: ClassVar[AuthorRole]
    shape: ClassVar[type[BaseModel]]
    task: ClassVar[str] = ""
    """The part of a prompt that says what to write; prompts.py has it for the roles of this program."""
    partial: ClassVar[type[PartialAnswer] | None] = None
    """The shape of an answer that repairs some parts; None where an answer is repaired as a whole."""
    unkeyed: ClassVar[frozenset[str]] = frozenset()
    """Fields that are left out of ledger keys: settings, and values that code derives from the request.

    A subclass names its own only; those of its bases count too.
    """
    keyed_if_set: ClassVar[frozenset[str]] = frozenset()
    """Fields that are left out of ledger keys while they are empty, so that keys from before such a field stay."""

    @property
    def unasked(self) -> frozenset[str]:
        """Fields that the schema of an answer leaves out, since the data holds nothing that they could name."""
        return frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.unkeyed = frozenset().union(*(base.__dict__.get("unkeyed", ()) for base in cls.__mro__))


class IntentBrief(Brief[Intent]):
    role = AuthorRole.INTENT
    shape = Intent
    request: LearningRequest


class DesignBrief(Brief[T]):
    """The data from which a framework is designed."""

    unkeyed = frozenset({"max_concepts", "weeks"})
    request: LearningRequest
    intent: Intent
    max_concepts: int
    weeks: float | None = None
    """From the day of the request to the deadline, for authors without a model; models read the learner's own words."""


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
    """Of this stage, as the outline says."""
    earlier: list[str]
    """Names of the concepts of earlier stages: they may be prerequisites and are not taught again."""
    weeks: float | None = None


class StructureReviewBrief(Brief[StructureReview]):
    role = AuthorRole.STRUCTURE_REVIEW
    shape = StructureReview
    unkeyed = frozenset({"weeks"})
    keyed_if_set = frozenset({"asked_for", "accepted", "content_edits"})
    request: LearningRequest
    intent: Intent | None
    """None in a modification."""
    framework: Framework
    weeks: float | None = None
    asked_for: list[str] = []
    """All that a person has asked to change, oldest first."""
    accepted: Framework | None = None
    """The structure that a modification changes."""
    content_edits: list[ContentEdit] = []
    """The contents to be written again or put back."""


class EditPlanBrief(Brief[EditPlan]):
    """A plan that repairs `issues` and follows `feedback` (of a person; empty without any)."""

    role = AuthorRole.EDIT_PLAN
    shape = EditPlan
    unkeyed = frozenset({"max_concepts"})
    keyed_if_set = frozenset({"asked_for", "accepted", "content_edits", "versions", "learned"})
    preferences: Preferences
    framework: Framework
    """The proposal so far."""
    issues: list[Issue]
    feedback: str = ""
    edit_round: int = 0
    """Rounds of editing before this one: an issue that is back was not repaired by the last plan."""
    max_concepts: int
    asked_for: list[str] = []
    """All that a person has asked to change, oldest first; `feedback` is the newest, if it was not followed yet."""
    accepted: Framework | None = None
    """The structure that a modification changes; None in a creation."""
    content_edits: list[ContentEdit] = []
    """The edits of contents in the proposal."""
    versions: list[PastVersions] = []
    """Of contents that have several."""
    learned: list[str] = []
    """Ids of the concepts that the learner has learned."""


class NewPartsBrief(Brief[NewParts]):
    """The parts that the `add` operations of a plan call for; no other part is rewritten."""

    role = AuthorRole.NEW_PARTS
    shape = NewParts
    keyed_if_set = frozenset({"asked_for", "accepted", "book"})
    preferences: Preferences
    framework: Framework
    plan: EditPlan
    asked_for: list[str] = []
    accepted: Framework | None = None
    book: CourseBook | None = None
    """The course book that new concepts get plans for; None where there is none."""

    @property
    def unasked(self) -> frozenset[str]:
        return frozenset() if self.book else frozenset({"plans"})


class CourseBookBrief(Brief[BookDraft]):
    """The part of a course book that all lessons share."""

    role = AuthorRole.COURSE_BOOK
    shape = BookDraft
    request: LearningRequest
    framework: Framework
    warnings: list[str]
    """Of the review of the structure."""


class ConceptPlansBrief(Brief[ConceptPlans]):
    """The plans of `concept_ids`, which belong to one stage."""

    role = AuthorRole.CONCEPT_PLANS
    shape = ConceptPlans
    preferences: Preferences
    framework: Framework
    book: CourseBook
    """The shared part, with the plans that are there already."""
    concept_ids: list[str]


class ContentBrief(Brief[C], Generic[C]):
    """The data of a content: the concept and its surroundings. One subclass per content type, its role is the type.

    A further one, LessonBrief, is for the parts of a tutorial.
    """

    content_type: ClassVar[ContentType]
    unkeyed = frozenset({"present_version", "lesson", "earlier_wishes", "book", "framework"})
    keyed_if_set = frozenset({"lesson_hash"})
    preferences: Preferences
    roadmap_title: str
    stage_name: str
    module_name: str
    concept: Concept
    prerequisite_names: list[str]
    instructions: str = ""
    present_version: dict[str, Any] | None = None
    """The payload that is written again; None for a first version."""
    earlier_wishes: list[str] = []
    """Instructions of earlier runs that hold for this content too, oldest first."""
    lesson: str = ""
    """The lesson of the concept in Markdown, for contents that are written after it; else empty."""
    lesson_hash: str = ""
    """The `payload_hash` of the version that `lesson` is from: another lesson calls for another answer."""
    book: CourseBook | None = None
    """The course book of the roadmap, None where it has none."""
    framework: Framework | None = None
    """The structure that the book belongs to, for the names of its stages and concepts."""

    def more_data(self) -> dict[str, Any]:
        """Return what a prompt holds beside the fields that all contents have."""
        return {}

    def write_by_rules(self) -> C:
        """Return the content without a model, for the offline author. Raises InvalidInput where it cannot be done."""
        raise InvalidInput(f"the offline author cannot write a content of type {self.content_type}: set ROADMAP_MODEL")


class TutorialBrief(ContentBrief[Tutorial]):
    role = AuthorRole.TUTORIAL
    shape = Tutorial
    partial = PartialTutorial
    content_type = ContentType.TUTORIAL


class LessonBrief(ContentBrief[Tutorial]):
    """One lesson of a concept whose tutorial is a chain of several; its role is not the content type."""

    role = AuthorRole.LESSON
    shape = Tutorial
    partial = PartialTutorial
    content_type = ContentType.TUTORIAL
    plan: ConceptPlan
    """With all lessons of the concept."""
    index: int
    """Which of them is asked for, from 0."""

    def more_data(self) -> dict[str, Any]:
        lessons = self.plan.lessons
        own = lessons[self.index]
        return {
            "lesson_plan": {"number": self.index + 1, "title": own.title, "minutes": own.minutes},
            "lessons_of_the_concept": [lesson.title for lesson in lessons],
        }


class ResourcesBrief(ContentBrief[Resources]):
    role = AuthorRole.RESOURCES
    shape = Resources
    partial = PartialResources
    unkeyed = frozenset({"found"})
    content_type = ContentType.RESOURCES
    found: list[FoundPage] = []
    """Pages that a search found; empty without a search."""

    def more_data(self) -> dict[str, Any]:
        return {"search_results": [page.model_dump() for page in self.found]} if self.found else {}


class QuizBrief(ContentBrief[Quiz]):
    role = AuthorRole.QUIZ
    shape = Quiz
    partial = PartialQuiz
    content_type = ContentType.QUIZ

    @property
    def unasked(self) -> frozenset[str]:
        plan = self.book.plan_of(self.concept.concept_id) if self.book else None
        known = {"outcome": bool(plan and plan.outcomes), "heading": bool(self.lesson.strip())}
        return frozenset(name for name in PLACE_FIELDS if not known[name])


class QuizKeyBrief(Brief[QuizKey]):
    """A second opinion: the questions of a quiz, without their key, and the lesson that they are about."""

    role = AuthorRole.QUIZ_KEY
    shape = QuizKey
    unkeyed = frozenset({"lesson"})
    keyed_if_set = frozenset({"lesson_hash"})
    preferences: Preferences
    concept: Concept
    questions: list[OpenQuestion]
    lesson: str = ""
    """In Markdown; empty without one."""
    lesson_hash: str = ""


class CritiqueBrief(ContentBrief[Critique]):
    """A content to find the faults of, with all that its author was given; one subclass per content type."""

    role = AuthorRole.CRITIQUE
    shape = Critique
    unkeyed = frozenset({"surroundings"})
    written: dict[str, Any] = {}
    """The content, as its author wrote it."""
    surroundings: dict[str, Any] = {}
    """The data in the prompt of its author beside the fields that all contents have."""

    def more_data(self) -> dict[str, Any]:
        return self.surroundings

    def write_by_rules(self) -> Critique:
        return Critique(findings=[])  # rules know no subject


class LessonCritiqueBrief(CritiqueBrief):
    content_type = ContentType.TUTORIAL


class QuizCritiqueBrief(CritiqueBrief):
    content_type = ContentType.QUIZ


KnownBrief = (
    IntentBrief
    | FrameworkBrief
    | OutlineBrief
    | StageBrief
    | StructureReviewBrief
    | EditPlanBrief
    | NewPartsBrief
    | CourseBookBrief
    | ConceptPlansBrief
    | ContentBrief[Any]
    | QuizKeyBrief
)
"""Every brief, for a branch over them that ends in `assert_never`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, and their price in US dollars, None where it is unknown."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    estimated: bool = False
    """Whether the tokens are an estimate, for lack of a report."""

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """An answer of an author, not checked yet, with its tokens and its cost in US dollars."""

    content: dict[str, Any]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    """None where the price is unknown."""
    finish_reason: str | None = None
    problem: str | None = None
    """Why there is nothing to check (cut off, refused, no JSON), worded for the author; `content` is what came."""
    estimated: bool = False
    """Whether the tokens are an estimate."""

    @property
    def usage(self) -> Usage:
        return Usage(self.tokens_in, self.tokens_out, self.cost, self.estimated)


class FailureKind(StrEnum):
    """Consequence of a failed call for other calls."""

    TRANSIENT = "transient"
    """The same call may succeed later."""
    THIS_CALL = "this_call"
    """The same call fails again; others may succeed."""
    FOR_ALL = "for_all"
    """No call of this model can succeed: wrong key, no money, no such model."""


class CallFailed(ModelUnavailable):
    """A call brought no answer.

    `transient`: the same call may succeed later, after `wait` seconds at the earliest. `denied`: no call can succeed.
    `unless_answered`: a denial that concerns this call alone if the model has answered others. `billed`: the call may
    cost money nevertheless, such as after a timeout. `step_down`: the author asks in another way or another model at
    the next try, which is made at once. `away`: the model refuses every call for now, such as by a rate limit, so that
    other calls wait as well. `never_worked`: whether the model has never answered at its address; None where the
    author does not know. A refusal may name limits: `context_window` (tokens of prompt and answer together) and
    `output_limit` (tokens of an answer). `answer`: text of an answer that the provider did not pass on.
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
        unless_answered: bool = False,
        step_down: bool = False,
        away: bool = False,
        never_worked: bool | None = None,
        status: int | None = None,
        context_window: int | None = None,
        output_limit: int | None = None,
        answer: str | None = None,
    ) -> None:
        super().__init__(storable_text(reason))
        self.model = storable_text(model, MAX_NAME_LENGTH)
        self.outcome = storable_text(outcome, MAX_NAME_LENGTH)
        """Short, for the ledger: `failed 429`, `failed timeout`, ..."""
        self.transient = transient and not denied
        self.denied = denied
        self.wait = wait
        self.billed = billed
        self.unless_answered = unless_answered
        self.step_down = step_down
        self.away = away
        self.never_worked = never_worked
        self.status = status
        """The HTTP status, also of an error inside an answer with status 200."""
        self.context_window = context_window
        self.output_limit = output_limit
        self.answer = answer
        self.used = Usage()
        """The most that it may have used, where it is `billed`."""

    @property
    def kind(self) -> FailureKind:
        if self.denied:
            return FailureKind.FOR_ALL
        return FailureKind.TRANSIENT if self.transient else FailureKind.THIS_CALL


class NoRoom(CallFailed):
    """The model has no room for the answer, however short the prompt: only a smaller part can be asked for."""


class Author(Protocol):
    """Writes what a brief asks for. The caller checks the shape of the answer.

    `write` raises CallFailed for a call without an answer. `objections` are the problems of earlier answers to the
    same brief, oldest first.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> AuthorKind:
        """Its kind. Rules are asked for no opinion and for no change in words."""
        ...

    @property
    def most_concepts(self) -> int | None:
        """Concepts that fit into one answer; a larger framework is asked for in parts. None: any number."""
        ...

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:
        """Return the most that a call can use."""
        ...

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer: ...


@runtime_checkable
class AuthorByGoal(Protocol):
    """An author that is another one for some goals. Others are the same for every run."""

    def for_goal(self, preferences: Preferences, max_concepts: int, weeks: float | None) -> Author:
        """Return the author of a run. `weeks`: until the deadline, None without one."""
        ...


@runtime_checkable
class RepairingAuthor(Protocol):
    """An author that can also repair parts of an answer. Others are asked to write it again."""

    async def repair(self, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> AuthorAnswer:
        """Return a complete answer: `former`, with new parts for those that were found wanting. Raises as `write`."""
        ...
