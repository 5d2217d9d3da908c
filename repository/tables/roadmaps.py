"""Tables of roadmaps: structures, contents and content versions."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from domain.content_plugins import NAME
from domain.vocabulary import ContentStatus
from repository.tables.columns import json, json_list, moment, number, one_of, string


class RoadmapRow(SQLModel, table=True):
    """A roadmap and its current structure. Tasks refer to roadmaps, never the other way round."""

    __tablename__: ClassVar[Any] = "roadmap_metadata"
    __table_args__ = (
        Index("ix_roadmap_metadata_created_at", "created_at", "roadmap_id"),
        Index("ix_roadmap_metadata_user_id_created_at", "user_id", "created_at", "roadmap_id"),
    )

    roadmap_id: str = string(key=True)
    user_id: str = string()
    title: str = string()
    total_estimated_hours: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    recommended_completion_weeks: int = number()
    framework_data: dict[str, Any] | None = json()
    framework_version: int = number()
    """0 while the framework is a draft."""
    created_at: datetime = moment()
    updated_at: datetime = moment()
    deleted_at: datetime | None = moment(required=False)
    pace: dict[str, Any] | None = json()
    """Current hours a week and deadline (domain/pace/pace.py); null for roadmaps of older versions."""
    course_book: dict[str, Any] | None = json()
    """The book of the structure beside it (domain/course/book.py); null for a roadmap without one."""
    own_title: str | None = string(required=False)
    """The title that its owner gave it; new structures do not change it."""


class FrameworkVersionRow(SQLModel, table=True):
    """An older structure of a roadmap."""

    __tablename__: ClassVar[Any] = "framework_versions"

    roadmap_id: str = string(key=True)
    version: int = Field(primary_key=True)
    framework_data: dict[str, Any] = json(required=True)
    created_at: datetime = moment()
    course_book: dict[str, Any] | None = json()


class ContentRow(SQLModel, table=True):
    """The state of one content of one concept."""

    __tablename__: ClassVar[Any] = "concept_contents"
    __table_args__ = (
        CheckConstraint(f"content_type ~ '^{NAME.pattern}$'", name="ck_concept_contents_content_type"),
        CheckConstraint(one_of("status", ContentStatus), name="ck_concept_contents_status"),
        Index("ix_concept_contents_task_id", "task_id"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    roadmap_id: str = string(key=True)
    concept_id: str = string(key=True)
    content_type: str = string(key=True)
    status: str = string(default=ContentStatus.PENDING)
    version: int = number()
    """The newest version; 0 without a version."""
    task_id: str | None = string(required=False)
    """The task that claimed it last; null for contents of the legacy system."""
    attempt: int = number()
    last_error: str | None = string(required=False)
    updated_at: datetime = moment()


class ContentVersionRow(SQLModel, table=True):
    """A version of a content; append-only."""

    __tablename__: ClassVar[Any] = "content_versions"

    roadmap_id: str = string(key=True)
    concept_id: str = string(key=True)
    content_type: str = string(key=True)
    version: int = Field(primary_key=True)
    payload: dict[str, Any] = json(required=True)
    task_id: str = string()
    author: str = string()
    doubts: list[dict[str, Any]] = json_list()
    """What the checks found and the author did not mend: `rule`, `message` and `part` (null: the whole content)."""
    created_at: datetime = moment()
    payload_hash: str | None = string(required=False)
    """SHA-256 of the payload; null for versions of older programs."""
    lesson_hash: str | None = string(required=False)
    """The `payload_hash` of the lesson that it was made from; null where it was made from none."""
    code_report: list[dict[str, Any]] | None = json()
    """What became of its code blocks (domain/checks/code_runs.py); null where no code was run."""


class WishRow(SQLModel, table=True):
    """A wish of a request for one content. It holds for every later version until it is taken back."""

    __tablename__: ClassVar[Any] = "content_wishes"

    roadmap_id: str = string(key=True)
    concept_id: str = string(key=True)
    content_type: str = string(key=True)
    task_id: str = string(key=True)
    wish: str = string()
    created_at: datetime = moment()
    withdrawn_at: datetime | None = moment(required=False)
