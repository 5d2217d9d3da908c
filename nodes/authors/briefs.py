"""Briefs: all that an author may know of what it is asked for.

The JSON of a brief is part of the ledger's key, so it holds no clock, no model and no setting of the machine.
"""

from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.content_plugins import PLUGINS, names_of
from domain.contents import PLACE_FIELDS, FoundPage, OpenQuestion, Quiz, QuizKey, Resources, Tutorial
from domain.course.book import ConceptPlan, CourseBook
from domain.course.drafts import BookDraft, ConceptPlans
from domain.editing.contents import ContentEdit, PastVersions
from domain.editing.review import EditPlan, Issue, NewParts, StructureReview
from domain.errors import InvalidInput
from domain.framework import Concept, Framework, FrameworkDraft, Outline, StageParts
from domain.mending import Critique
from domain.parts import PartialAnswer, PartialQuiz, PartialResources, PartialTutorial
from domain.request import Intent, LearningRequest, Preferences
from domain.vocabulary import ContentType


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
    unkeyed = frozenset({"weeks", "earlier_issues", "max_concepts"})
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
    earlier_issues: list[Issue] = []
    """Of the review before. The same structure is not judged twice, so they are in no key."""
    max_concepts: int | None = None


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
    unkeyed = frozenset({"single_lessons"})
    keyed_if_set = frozenset({"asked_for", "accepted", "book"})
    preferences: Preferences
    framework: Framework
    plan: EditPlan
    asked_for: list[str] = []
    accepted: Framework | None = None
    book: CourseBook | None = None
    """The course book that new concepts get plans for; None where there is none."""
    single_lessons: bool = False
    """Whether every concept is one lesson, so that its plan names none."""

    @property
    def unasked(self) -> frozenset[str]:
        if self.book is None:
            return frozenset({"plans"})
        return frozenset({"lessons"}) if self.single_lessons else frozenset()


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
    unkeyed = frozenset({"single_lessons"})
    keyed_if_set = frozenset({"asked_for", "former"})
    preferences: Preferences
    framework: Framework
    book: CourseBook
    """The shared part, with the plans that are there already."""
    concept_ids: list[str]
    asked_for: list[str] = []
    """All that a person has asked to change, oldest first."""
    former: list[ConceptPlan] = []
    """The plans that those of them had which a change has touched."""
    single_lessons: bool = False
    """Whether every concept is one lesson, so that its plan names none."""

    @property
    def unasked(self) -> frozenset[str]:
        return frozenset({"lessons"}) if self.single_lessons else frozenset()


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
