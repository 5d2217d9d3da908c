"""Tables, named constraints and indexes. A test holds them against the migrations (`alembic check`).

Times are timestamptz, written by the database's clock. Ids are text.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from domain.vocabulary import ACTIVE, RETRY_OF, STRUCTURAL, ContentStatus, ContentType, Role, TaskStatus, TaskType
from domain.webhooks import DeliveryStatus, WebhookEvent


def _one_of(column: str, words: Iterable[StrEnum]) -> str:
    return f"{column} IN ({', '.join(sorted(repr(word.value) for word in words))})"


def _time(*, required: bool = True) -> Any:
    if required:
        return Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


def _text(*, default: str | None = None, required: bool = True, key: bool = False) -> Any:
    column = Column(Text, nullable=not required, primary_key=key, server_default=default)
    return Field(sa_column=column) if required else Field(default=None, sa_column=column)


def _number(default: int = 0) -> Any:
    return Field(default=default, sa_column_kwargs={"server_default": text(str(default))})


def _json(*, required: bool = False) -> Any:
    # none_as_null: Python's None is SQL NULL, never the JSON word null.
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=not required))


_ACTIVE = _one_of("status", ACTIVE)
_SINGLE_RETRY = _one_of("task_type", RETRY_OF.values())


class TaskRow(SQLModel, table=True):
    """One run, creation or retry."""

    __tablename__: ClassVar[Any] = "roadmap_tasks"
    __table_args__ = (
        CheckConstraint(_one_of("task_type", TaskType), name="ck_roadmap_tasks_task_type"),
        CheckConstraint(_one_of("status", TaskStatus), name="ck_roadmap_tasks_status"),
        CheckConstraint(_one_of("content_type", ContentType), name="ck_roadmap_tasks_content_type"),
        CheckConstraint(
            f"({_SINGLE_RETRY}) = (concept_id IS NOT NULL) AND (concept_id IS NULL) = (content_type IS NULL)",
            name="ck_roadmap_tasks_single_retry_names_its_content",
        ),
        Index("idx_roadmap_tasks_roadmap_id_status", "roadmap_id", "status"),
        Index("idx_roadmap_tasks_roadmap_id_created_at", "roadmap_id", text("created_at DESC")),
        Index("idx_roadmap_tasks_active", "updated_at", postgresql_where=text(_ACTIVE)),
        Index("idx_roadmap_tasks_active_user", "user_id", postgresql_where=text(_ACTIVE)),
        Index("idx_roadmap_tasks_created_at", "created_at", "task_id"),
        Index("idx_roadmap_tasks_status_created_at", "status", "created_at", "task_id"),
        Index("idx_roadmap_tasks_task_type_created_at", "task_type", "created_at", "task_id"),
        Index("idx_roadmap_tasks_user_id_created_at", "user_id", "created_at", "task_id"),
        Index(
            "uq_roadmap_tasks_active_content",
            "roadmap_id",
            "concept_id",
            "content_type",
            unique=True,
            postgresql_where=text(f"{_ACTIVE} AND concept_id IS NOT NULL"),
        ),
        Index(
            "uq_roadmap_tasks_active_structure",
            "roadmap_id",
            unique=True,
            postgresql_where=text(f"{_ACTIVE} AND {_one_of('task_type', STRUCTURAL)}"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},  # room on the page keeps updates HOT
    )

    task_id: str = _text(key=True)
    user_id: str = _text()
    roadmap_id: str | None = _text(required=False)
    task_type: str = _text(default=TaskType.CREATION)
    concept_id: str | None = _text(required=False)
    content_type: str | None = _text(required=False)
    status: str = _text(default=TaskStatus.PENDING)
    current_step: str = _text(default="init")
    user_request: dict[str, Any] | None = _json()
    error_message: str | None = _text(required=False)
    execution_summary: dict[str, Any] | None = _json()
    attempt: int = _number()
    """The fencing token of all writes of the task."""
    worker_id: str | None = _text(required=False)
    """Who runs it now; null while nobody does."""
    fruitless_starts: int = _number()
    """Starts in a row that committed neither a content nor a ledger row."""
    round: int = _number()
    """How often a failed run was resumed: part of the ledger's keys, so that what failed is asked anew."""
    review: dict[str, Any] | None = _json()
    """interrupt_id, round, requested_at, deadline; once it is decided also decision, feedback, by."""
    accepted_version: int | None = Field(default=None)
    """The framework_version that the run made, once it did."""
    created_at: datetime = _time()
    updated_at: datetime = _time()
    completed_at: datetime | None = _time(required=False)


STEPPER = "stepper-"
"""How the worker ids of interactive steppers begin: their tasks wait for a person and are never taken over."""


class WorkerRow(SQLModel, table=True):
    """The lease of one process that runs tasks."""

    __tablename__: ClassVar[Any] = "workers"

    worker_id: str = _text(key=True)
    kind: str = _text()
    host: str = _text()
    pid: int
    timeout: float
    """Seconds without a renewal after which the process counts as dead."""
    started_at: datetime = _time()
    alive_until: datetime = _time()


class RoadmapRow(SQLModel, table=True):
    """A roadmap and its present structure. It names no task: the tasks name the roadmap."""

    __tablename__: ClassVar[Any] = "roadmap_metadata"
    __table_args__ = (
        Index("ix_roadmap_metadata_created_at", "created_at", "roadmap_id"),
        Index("ix_roadmap_metadata_user_id_created_at", "user_id", "created_at", "roadmap_id"),
    )

    roadmap_id: str = _text(key=True)
    user_id: str = _text()
    title: str = _text()
    total_estimated_hours: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    recommended_completion_weeks: int = _number()
    framework_data: dict[str, Any] | None = _json()
    framework_version: int = _number()
    """0: nothing was accepted yet, the framework is a draft."""
    created_at: datetime = _time()
    updated_at: datetime = _time()
    deleted_at: datetime | None = _time(required=False)


class FrameworkVersionRow(SQLModel, table=True):
    """An older structure of a roadmap."""

    __tablename__: ClassVar[Any] = "framework_versions"

    roadmap_id: str = _text(key=True)
    version: int = Field(primary_key=True)
    framework_data: dict[str, Any] = _json(required=True)
    created_at: datetime = _time()


class ContentRow(SQLModel, table=True):
    """One content of one concept: the truth of what is done."""

    __tablename__: ClassVar[Any] = "concept_contents"
    __table_args__ = (
        CheckConstraint(_one_of("content_type", ContentType), name="ck_concept_contents_content_type"),
        CheckConstraint(_one_of("status", ContentStatus), name="ck_concept_contents_status"),
        Index("ix_concept_contents_task_id", "task_id"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    roadmap_id: str = _text(key=True)
    concept_id: str = _text(key=True)
    content_type: str = _text(key=True)
    status: str = _text(default=ContentStatus.PENDING)
    version: int = _number()
    """The newest version, 0 while there is none."""
    task_id: str | None = _text(required=False)
    """The task that claimed it last; null for what the legacy system left."""
    attempt: int = _number()
    last_error: str | None = _text(required=False)
    updated_at: datetime = _time()


class ContentVersionRow(SQLModel, table=True):
    """What was written, append-only."""

    __tablename__: ClassVar[Any] = "content_versions"

    roadmap_id: str = _text(key=True)
    concept_id: str = _text(key=True)
    content_type: str = _text(key=True)
    version: int = Field(primary_key=True)
    payload: dict[str, Any] = _json(required=True)
    task_id: str = _text()
    author: str = _text()
    created_at: datetime = _time()


class ModelCallRow(SQLModel, table=True):
    """The ledger: one call to a model. Unique by (task_id, key)."""

    __tablename__: ClassVar[Any] = "model_calls"
    __table_args__ = (UniqueConstraint("task_id", "key", name="uq_model_calls_task_id_key"),)

    call_id: int | None = Field(default=None, primary_key=True)
    task_id: str = _text()
    key: str = _text()
    step: str = _text()
    model: str = _text()
    tokens_in: int = _number()
    tokens_out: int = _number()
    cost: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """In US dollars."""
    latency: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """In seconds."""
    finish_reason: str | None = _text(required=False)
    outcome: str = _text()
    """`accepted`, or why the answer failed its check."""
    answer: dict[str, Any] | None = _json()
    """Null where a content version holds it."""
    created_at: datetime = _time()


class TaskEventRow(SQLModel, table=True):
    """What happened in a run, numbered from 1 without gaps in the order of commits."""

    __tablename__: ClassVar[Any] = "task_events"

    task_id: str = _text(key=True)
    sequence: int = Field(primary_key=True)
    type: str = _text()
    payload: dict[str, Any] = _json(required=True)
    created_at: datetime = _time()


class TokenRow(SQLModel, table=True):
    """A token of the HTTP API; only its hash is kept."""

    __tablename__: ClassVar[Any] = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
        CheckConstraint(_one_of("role", Role), name="ck_api_tokens_role"),
    )

    token_id: str = _text(key=True)
    token_hash: str = _text()
    user_id: str = _text()
    role: str = _text()
    created_at: datetime = _time()
    expires_at: datetime | None = _time(required=False)
    last_used_at: datetime | None = _time(required=False)
    """To the minute."""
    revoked_at: datetime | None = _time(required=False)


class IdempotencyRow(SQLModel, table=True):
    """A request that may arrive several times, and the task that it made."""

    __tablename__: ClassVar[Any] = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    user_id: str = _text(key=True)
    key: str = _text(key=True)
    body_hash: str = _text()
    task_id: str = _text()
    created_at: datetime = _time()


_EVENTS = ", ".join(sorted(repr(event.value) for event in WebhookEvent))


class WebhookRow(SQLModel, table=True):
    """Where a user wants to be told of what becomes of his runs."""

    __tablename__: ClassVar[Any] = "webhooks"
    __table_args__ = (
        CheckConstraint(f"cardinality(events) > 0 AND events <@ ARRAY[{_EVENTS}]", name="ck_webhooks_events"),
        Index("ix_webhooks_user_id_created_at", "user_id", "created_at", "webhook_id"),
    )

    webhook_id: str = _text(key=True)
    user_id: str = _text()
    url: str = _text()
    events: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    secret: str = _text()
    """As it is, since it has to sign."""
    disabled_reason: str | None = _text(required=False)
    """Why nothing is sent there any more; null while all is well."""
    created_at: datetime = _time()


class WebhookDeliveryRow(SQLModel, table=True):
    """One message to one webhook, written in the transaction that it tells of."""

    __tablename__: ClassVar[Any] = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(_one_of("status", DeliveryStatus), name="ck_webhook_deliveries_status"),
        UniqueConstraint("webhook_id", "task_id", "sequence", name="uq_webhook_deliveries_event"),
        Index("ix_webhook_deliveries_pending", "webhook_id", "due_at", postgresql_where=text("status = 'pending'")),
        Index("ix_webhook_deliveries_webhook_id_created_at", "webhook_id", "created_at", "delivery_id"),
        Index("ix_webhook_deliveries_settled_at", "settled_at"),
    )

    delivery_id: str = _text(key=True)
    """The message's id, the same at every attempt."""
    webhook_id: str = Field(
        sa_column=Column(Text, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False)
    )
    task_id: str = _text()
    sequence: int
    """Of the event that it tells of."""
    event: str = _text()
    payload: dict[str, Any] = _json(required=True)
    status: str = _text(default=DeliveryStatus.PENDING)
    attempts: int = _number()
    """Ever made; who makes one may settle it only while this is still its number."""
    resent_after: int = _number()
    """Attempts that had been made when it was last sent again by hand."""
    due_at: datetime = _time()
    """When it may be taken; while somebody is at it, when that attempt counts as lost."""
    last_status: int | None = Field(default=None)
    last_error: str | None = _text(required=False)
    created_at: datetime = _time()
    settled_at: datetime | None = _time(required=False)


class RunTotalRow(SQLModel, table=True):
    """Runs that ended: one row for each, which the sweep adds up. Their sum is how many there ever were."""

    __tablename__: ClassVar[Any] = "run_totals"

    total_id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True))
    task_type: str = _text()
    status: str = _text()
    runs: int = Field(sa_type=BigInteger)


class CallTotalRow(SQLModel, table=True):
    """The ledger added up by model, as far as the highest `last_call_id`."""

    __tablename__: ClassVar[Any] = "call_totals"

    model: str = _text(key=True)
    calls: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    """Tries that brought no answer."""
    tokens_in: int = Field(sa_type=BigInteger)
    tokens_out: int = Field(sa_type=BigInteger)
    cost: float
    seconds: float
    last_call_id: int = Field(sa_type=BigInteger)


class LearningRow(SQLModel, table=True):
    """A concept that a learner has done. It outlives the concept, which may come back."""

    __tablename__: ClassVar[Any] = "learning_progress"

    user_id: str = _text(key=True)
    roadmap_id: str = _text(key=True)
    concept_id: str = _text(key=True)
    done_at: datetime = _time()


class QuizAttemptRow(SQLModel, table=True):
    """One attempt of a learner at one version of a quiz, append-only."""

    __tablename__: ClassVar[Any] = "quiz_attempts"
    __table_args__ = (
        CheckConstraint("correct >= 0 AND correct <= questions AND questions > 0", name="ck_quiz_attempts_correct"),
        Index("ix_quiz_attempts_user_id_roadmap_id", "user_id", "roadmap_id", "concept_id", "created_at"),
    )

    user_id: str = _text(key=True)
    attempt_id: str = _text(key=True)
    """Made by who sends it, so that a second sending is seen to be one."""
    roadmap_id: str = _text()
    concept_id: str = _text()
    version: int
    """Of the quiz that was shown."""
    answers: list[list[int]] = _json(required=True)
    """Indices of the options that were chosen, question by question."""
    correct: int
    questions: int
    created_at: datetime = _time()
