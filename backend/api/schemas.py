"""What requests hold and answers look like. A task reads as it does everywhere (orchestrator/queries/status.py)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
)
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from orchestrator.queries.status import TaskView

MAX_REVIEW_TIMEOUT_SECONDS = 366 * 86_400.0


class GenerateRequest(Shape):
    """A new roadmap."""

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
    user_id: UserId | None = Field(default=None, description="Only the role `service` may name another.")
    session_id: Word | None = None
    additional_context: Text | None = None
    review: bool = Field(default=False, description="Stop for a person's approval before contents are made.")
    review_timeout: Annotated[float, Field(gt=0, le=MAX_REVIEW_TIMEOUT_SECONDS, allow_inf_nan=False)] | None = Field(
        default=None, description="Seconds until a review that nobody answers cancels the run."
    )

    time_zone: Annotated[str, Field(max_length=MAX_ZONE_LENGTH)] | None = Field(
        default=None,
        description="Of the learner, as `Europe/Berlin` or `+02:00`: in it the deadline becomes a date. Else UTC.",
    )

    def request(self, user_id: str) -> LearningRequest:
        return LearningRequest(
            preferences=self.preferences,
            user_id=user_id,
            session_id=self.session_id,
            additional_context=self.additional_context,
        )


class PreferenceChanges(Shape):
    """Fields of the preferences that replace the creation's; what is absent stays."""

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
        return self.model_dump(exclude_none=True)


class RetryBody(Shape):
    """One content anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instructions": "more exercises, fewer words"}]})

    preferences: PreferenceChanges | None = None
    instructions: Text | None = None


class RetryFailedBody(Shape):
    """Everything that failed or is stale."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content_types": ["quiz"]}]})

    content_types: Annotated[list[ContentType], Field(min_length=1, max_length=3)] | None = None
    preferences: PreferenceChanges | None = None


class ModifyBody(Shape):
    """A change of the structure, in words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instructions": "add a stage about testing"}]})

    instructions: Text = Field(min_length=1)
    review: bool = False
    review_timeout: Annotated[float, Field(gt=0, le=MAX_REVIEW_TIMEOUT_SECONDS, allow_inf_nan=False)] | None = None


class ReviewBody(Shape):
    """A person's answer to a review; a rejection needs feedback."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"approved": False, "feedback": "put the basics of Git first"}]}
    )

    approved: bool
    feedback: Text = ""
    round: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The round that the person has seen: another one is a conflict."
    )


class Started(BaseModel):
    """A run that was asked for; `task_id` is null where there was nothing to do."""

    task_id: str | None
    roadmap_id: str
    status: TaskStatus | None
    task_type: TaskType | None


class StartedCreation(Started):
    """A new roadmap, and what was made of the words of its request."""

    pace: Pace | None = Field(description="How deadline and hours a week were understood.")
    warnings: list[str] = Field(description="What was asked for and is ignored.")


class StartedRetry(Started):
    concept_id: str
    content_type: ContentType


class PaceBody(Shape):
    """What is to be different; what is absent stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"available_hours_per_week": 4, "target_deadline": "end of June"}]}
    )

    available_hours_per_week: Annotated[float, Field(ge=1, le=168, allow_inf_nan=False)] | None = None
    target_deadline: Word | None = Field(default=None, description="In words; an empty text takes it away.")
    time_zone: Annotated[str, Field(max_length=MAX_ZONE_LENGTH)] | None = Field(
        default=None, description="Of the learner; unless given, the one that is stored."
    )


class ActiveTaskAnswer(BaseModel):
    """The newest live run of a roadmap; the last four fields only where there is one."""

    roadmap_id: str
    has_active_task: bool
    task_id: str | None
    status: TaskStatus | None
    current_step: str | None = None
    task_type: TaskType | None = None
    concept_id: str | None = None
    content_type: ContentType | None = None


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


class TaskPage(BaseModel):
    tasks: list[TaskView]
    next: str | None


class Stages(BaseModel):
    """The framework, statuses, versions and counts merged into its concepts."""

    model_config = ConfigDict(extra="allow")

    roadmap_id: str
    title: str
    stages: list[dict[str, Any]]


class RoadmapAnswer(BaseModel):
    """A roadmap. Before its framework exists `framework` is null and `active_tasks` names the run that makes it."""

    roadmap_id: str
    user_id: str
    title: str
    framework_version: int = Field(description="0: nothing was accepted yet, the framework is a draft.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Since when it lies in the bin.")
    framework: Stages | None
    active_tasks: list[TaskView]
    pace: Pace | None = Field(description="As it was understood; `/pace` tells what is left today.")


class StructureVersion(BaseModel):
    version: int
    title: str
    concepts: int
    replaced_at: datetime | None = Field(description="When the next one took its place; null for the present one.")


class StructureVersions(BaseModel):
    roadmap_id: str
    versions: list[StructureVersion]


class StructureDiff(BaseModel):
    roadmap_id: str
    before: int
    after: int
    changes: list[Change]


class ContentAnswer(BaseModel):
    """One content. `content` is null while there is no version; `status` is null once its concept was removed."""

    roadmap_id: str
    concept_id: str
    content_type: ContentType
    status: ContentStatus | None
    stale: bool
    last_error: str | None
    version: int
    newest_version: int
    author: str | None
    task_id: str | None
    created_at: datetime | None
    content: dict[str, Any] | None


class ContentVersion(BaseModel):
    version: int
    author: str
    task_id: str
    created_at: datetime


class ContentVersions(BaseModel):
    roadmap_id: str
    concept_id: str
    content_type: ContentType
    versions: list[ContentVersion]


class EventAnswer(BaseModel):
    task_id: str
    sequence: int
    type: str
    payload: dict[str, Any]
    created_at: datetime


class EventPage(BaseModel):
    events: list[EventAnswer]
    next: int | None = Field(description="Ask for events after this one; null where there are no more now.")


class Health(BaseModel):
    status: Literal["ok"]


class ReadinessResponse(BaseModel):
    status: Literal["ready", "not ready"]
    database: bool
    migrations: bool
    detail: str | None = None
