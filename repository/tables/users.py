"""Tables of users: tokens, idempotency keys, webhooks, deliveries and learning progress."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from domain.learners.progress import ConceptMark
from domain.vocabulary import Role
from domain.webhooks import DeliveryStatus, WebhookEvent
from repository.tables.columns import json, moment, number, one_of, string


class TokenRow(SQLModel, table=True):
    """A token of the HTTP API, stored as a hash."""

    __tablename__: ClassVar[Any] = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
        CheckConstraint(one_of("role", Role), name="ck_api_tokens_role"),
        Index("ix_api_tokens_user_id_created_at", "user_id", "created_at", "token_id"),
    )

    token_id: str = string(key=True)
    token_hash: str = string()
    user_id: str = string()
    role: str = string()
    created_at: datetime = moment()
    expires_at: datetime | None = moment(required=False)
    last_used_at: datetime | None = moment(required=False)
    """With a resolution of a minute."""
    revoked_at: datetime | None = moment(required=False)


class IdempotencyRow(SQLModel, table=True):
    """An idempotency key and the task that its request created."""

    __tablename__: ClassVar[Any] = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    user_id: str = string(key=True)
    key: str = string(key=True)
    body_hash: str = string()
    task_id: str = string()
    created_at: datetime = moment()


_EVENTS = ", ".join(sorted(repr(event.value) for event in WebhookEvent))


class WebhookRow(SQLModel, table=True):
    """A URL that receives events of a user's runs."""

    __tablename__: ClassVar[Any] = "webhooks"
    __table_args__ = (
        CheckConstraint(f"cardinality(events) > 0 AND events <@ ARRAY[{_EVENTS}]", name="ck_webhooks_events"),
        Index("ix_webhooks_created_at", "created_at", "webhook_id"),
        Index("ix_webhooks_user_id_created_at", "user_id", "created_at", "webhook_id"),
    )

    webhook_id: str = string(key=True)
    user_id: str = string()
    url: str = string()
    events: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    secret: str = string()
    """In plain text, since it signs messages."""
    disabled_reason: str | None = string(required=False)
    """Why the webhook is disabled; null while it is enabled."""
    created_at: datetime = moment()


class WebhookDeliveryRow(SQLModel, table=True):
    """One message to one webhook, written in the transaction of its event."""

    __tablename__: ClassVar[Any] = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(one_of("status", DeliveryStatus), name="ck_webhook_deliveries_status"),
        UniqueConstraint("webhook_id", "task_id", "sequence", name="uq_webhook_deliveries_event"),
        Index(
            "ix_webhook_deliveries_pending",
            "webhook_id",
            "due_at",
            postgresql_where=text(f"status = '{DeliveryStatus.PENDING}'"),
        ),
        Index("ix_webhook_deliveries_webhook_id_created_at", "webhook_id", "created_at", "delivery_id"),
        Index("ix_webhook_deliveries_settled_at", "settled_at"),
    )

    delivery_id: str = string(key=True)
    """The id of the message, the same for every attempt."""
    webhook_id: str = Field(
        sa_column=Column(Text, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False)
    )
    task_id: str = string()
    """Empty for a test message."""
    sequence: int
    """Sequence number of the event; test messages of a webhook are numbered from 1."""
    event: str = string()
    payload: dict[str, Any] = json(required=True)
    status: str = string(default=DeliveryStatus.PENDING)
    attempts: int = number()
    """All attempts so far; a sender may settle its attempt only while this is its number."""
    resent_after: int = number()
    """Number of attempts before it was last sent again by hand."""
    due_at: datetime = moment()
    """When it may be claimed; during an attempt, when the claim expires."""
    last_status: int | None = Field(default=None)
    last_error: str | None = string(required=False)
    created_at: datetime = moment()
    settled_at: datetime | None = moment(required=False)


class LearningRow(SQLModel, table=True):
    """A concept that a learner has marked; kept if the concept is removed, since it may come back."""

    __tablename__: ClassVar[Any] = "learning_progress"
    __table_args__ = (CheckConstraint(one_of("mark", ConceptMark), name="ck_learning_progress_mark"),)

    user_id: str = string(key=True)
    roadmap_id: str = string(key=True)
    concept_id: str = string(key=True)
    done_at: datetime = moment()
    """The time of its mark."""
    mark: str = string(default=ConceptMark.DONE)


class QuizAttemptRow(SQLModel, table=True):
    """An attempt of a learner at one version of a quiz; append-only."""

    __tablename__: ClassVar[Any] = "quiz_attempts"
    __table_args__ = (
        CheckConstraint("correct >= 0 AND correct <= questions AND questions > 0", name="ck_quiz_attempts_correct"),
        Index("ix_quiz_attempts_user_id_roadmap_id", "user_id", "roadmap_id", "concept_id", "created_at"),
    )

    user_id: str = string(key=True)
    attempt_id: str = string(key=True)
    """Generated by the client, so that a repeated request is recognized."""
    roadmap_id: str = string()
    concept_id: str = string()
    version: int
    """Version of the quiz."""
    answers: list[list[int]] = json(required=True)
    """Indices of the selected options, by question."""
    correct: int
    questions: int
    created_at: datetime = moment()
