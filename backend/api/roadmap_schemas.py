"""Request and response bodies of the roadmap routes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from backend.api.answers import Started
from domain.course.book import CourseBook
from domain.editing.diff import Change
from domain.pace.pace import MAX_ZONE_LENGTH, Pace
from domain.request import (
    ContentPreference,
    Goal,
    LanguageCode,
    LearningRequest,
    Level,
    Preferences,
    Shape,
    Text,
    UserId,
    Word,
    Words,
)
from domain.text.names import MAX_NAME_LENGTH
from domain.vocabulary import ContentType, TaskStatus
from orchestrator.queries.search import Hit
from orchestrator.queries.status import AnyContentType, AnyTaskType, TaskView

MAX_REVIEW_TIMEOUT_SECONDS = 366 * 86_400.0


class GenerateRequest(Shape):
    """A request for a new roadmap."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "preferences": {
                        "learning_goal": "become a backend engineer in Go",
                        "available_hours_per_week": 6,
                        "current_level": "beginner",
                    }
                }
            ]
        }
    )

    preferences: Preferences
    user_id: UserId | None = Field(default=None, description="Only the role `service` may name another user.")
    session_id: Word | None = None
    additional_context: Text | None = None
    review: bool = Field(default=False, description="Wait for a person's approval before contents are generated.")
    review_timeout: Annotated[float, Field(gt=0, le=MAX_REVIEW_TIMEOUT_SECONDS, allow_inf_nan=False)] | None = Field(
        default=None, description="Seconds after which an unanswered review cancels the run."
    )

    time_zone: Annotated[str, Field(max_length=MAX_ZONE_LENGTH)] | None = Field(
        default=None,
        description="Time zone of the learner, in which the deadline is read: `Europe/Berlin`, `+02:00`. Default: UTC.",
    )

    def request(self, user_id: str) -> LearningRequest:
        """Return the request in the name of a user."""
        return LearningRequest(
            preferences=self.preferences,
            user_id=user_id,
            session_id=self.session_id,
            additional_context=self.additional_context,
        )


class EstimateRequest(Shape):
    """A roadmap that is not created yet."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"preferences": {"learning_goal": "become a backend engineer in Go"}}]}
    )

    preferences: Preferences
    time_zone: Annotated[str, Field(max_length=MAX_ZONE_LENGTH)] | None = Field(
        default=None, description="Time zone of the learner, in which the deadline is read. Default: UTC."
    )


class PreferenceChanges(Shape):
    """Preferences that replace those of the creation; absent fields stay unchanged."""

    learning_goal: Goal | None = None
    available_hours_per_week: Annotated[float, Field(ge=1, le=168, allow_inf_nan=False)] | None = None
    current_level: Level | None = None
    motivation: Text | None = None
    career_background: Text | None = None
    content_preference: Annotated[list[ContentPreference], Field(max_length=4)] | None = None
    target_deadline: Word | None = None
    industry: Word | None = None
    current_role: Word | None = None
    tech_stack: Text | None = None
    primary_language: LanguageCode | None = None
    secondary_language: LanguageCode | None = None

    def given(self) -> dict[str, Any]:
        """Return the fields that the body has."""
        return self.model_dump(exclude_none=True)


class RetryFailedBody(Shape):
    """Options for generating all failed and stale contents again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content_types": ["quiz"]}]})

    content_types: Annotated[list[ContentType], Field(min_length=1, max_length=len(ContentType))] | None = None
    out_of_date: bool = Field(
        default=False,
        description="Also generate contents again that were made from another lesson than the newest one.",
    )
    preferences: PreferenceChanges | None = None


class ModifyBody(Shape):
    """A change of the structure, described in words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instructions": "add a stage about testing"}]})

    instructions: Words = Field(min_length=1)
    review: bool = False
    review_timeout: Annotated[float, Field(gt=0, le=MAX_REVIEW_TIMEOUT_SECONDS, allow_inf_nan=False)] | None = None


class PaceBody(Shape):
    """Changes of the pace; absent fields stay unchanged."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"available_hours_per_week": 4, "target_deadline": "end of June"}]}
    )

    available_hours_per_week: Annotated[float, Field(ge=1, le=168, allow_inf_nan=False)] | None = None
    target_deadline: Word | None = Field(default=None, description="In words; an empty text removes the deadline.")
    time_zone: Annotated[str, Field(max_length=MAX_ZONE_LENGTH)] | None = Field(
        default=None, description="Time zone of the learner; default: the stored one."
    )


class TitleBody(Shape):
    """A title of one's own for a roadmap."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Guitar for the evenings"}]})

    title: Annotated[str, Field(min_length=1, max_length=MAX_NAME_LENGTH)]


class SearchAnswer(BaseModel):
    """What a search in a roadmap found."""

    hits: list[Hit]


class StartedCreation(Started):
    """A requested creation, and how the deadline and the hours of the request were understood."""

    pace: Pace | None = Field(description="The deadline and the hours a week as they were understood.")
    warnings: list[str] = Field(description="Parts of the request that are ignored.")


class ActiveTaskAnswer(BaseModel):
    """The newest live run of a roadmap; the last four fields are present only if there is one."""

    roadmap_id: str
    has_active_task: bool
    task_id: str | None
    status: TaskStatus | None
    current_step: str | None = None
    task_type: AnyTaskType | None = None
    concept_id: str | None = None
    content_type: AnyContentType | None = None


class RoadmapSummary(BaseModel):
    roadmap_id: str
    user_id: str
    title: str
    total_estimated_hours: float
    recommended_completion_weeks: int
    framework_version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class RoadmapPage(BaseModel):
    roadmaps: list[RoadmapSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Stages(BaseModel):
    """The framework, with statuses, versions and counts merged into its concepts."""

    model_config = ConfigDict(extra="allow")

    roadmap_id: str
    title: str
    stages: list[dict[str, Any]]


class RoadmapAnswer(BaseModel):
    """A roadmap. Until the framework exists, `framework` is null and `active_tasks` has the run that creates it."""

    roadmap_id: str
    user_id: str
    title: str
    framework_version: int = Field(description="0: the framework is a draft that was not accepted yet.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="When it was moved to the bin.")
    framework: Stages | None
    course_book: CourseBook | None = Field(description="What all contents agree on; null for roadmaps without one.")
    active_tasks: list[TaskView]
    pace: Pace | None = Field(description="The pace as it was understood; `/pace` has what is left today.")


class BookAnswer(BaseModel):
    """The course book of a roadmap, or of a run that waits for review; null where there is none."""

    course_book: CourseBook | None


class StructureVersion(BaseModel):
    version: int
    title: str
    concepts: int
    replaced_at: datetime | None = Field(description="When the next version replaced it; null for the present one.")


class StructureVersions(BaseModel):
    roadmap_id: str
    versions: list[StructureVersion]


class StructureDiff(BaseModel):
    roadmap_id: str
    before: int
    after: int
    changes: list[Change]
