"""Tables of runs: tasks, workers, model calls, events and totals."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.content_plugins import NAME
from domain.vocabulary import ACTIVE, STRUCTURAL, TaskStatus, TaskType
from repository.tables.columns import json, moment, number, one_of, string

_ACTIVE = one_of("status", ACTIVE)
_PENDING = f"status = '{TaskStatus.PENDING}'"
_PROCESSING = f"status = '{TaskStatus.PROCESSING}'"

_OF_NO_CONTENT = one_of("task_type", [*STRUCTURAL, TaskType.RETRY_BATCH])


class TaskRow(SQLModel, table=True):
    """A task: one run of the graph."""

    __tablename__: ClassVar[Any] = "roadmap_tasks"
    __table_args__ = (
        CheckConstraint(
            f"task_type ~ '^({'|'.join(sorted(STRUCTURAL))}|retry_{NAME.pattern})$'", name="ck_roadmap_tasks_task_type"
        ),
        CheckConstraint(one_of("status", TaskStatus), name="ck_roadmap_tasks_status"),
        CheckConstraint(f"content_type ~ '^{NAME.pattern}$'", name="ck_roadmap_tasks_content_type"),
        CheckConstraint(
            f"(NOT {_OF_NO_CONTENT}) = (concept_id IS NOT NULL) AND (concept_id IS NULL) = (content_type IS NULL)",
            name="ck_roadmap_tasks_single_retry_names_its_content",
        ),
        Index("idx_roadmap_tasks_roadmap_id_status", "roadmap_id", "status"),
        Index("idx_roadmap_tasks_roadmap_id_created_at", "roadmap_id", text("created_at DESC")),
        Index("idx_roadmap_tasks_active", "updated_at", postgresql_where=text(_ACTIVE)),
        Index("idx_roadmap_tasks_holder", text("coalesce(worker_id, '')"), postgresql_where=text(_PROCESSING)),
        Index(
            "idx_roadmap_tasks_due_retry",
            "due_at",
            "task_id",
            postgresql_where=text(f"{_PENDING} AND concept_id IS NOT NULL"),
        ),
        Index(
            "idx_roadmap_tasks_due_run",
            "due_at",
            "task_id",
            postgresql_where=text(f"{_PENDING} AND concept_id IS NULL"),
        ),
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
            postgresql_where=text(f"{_ACTIVE} AND {one_of('task_type', STRUCTURAL)}"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},  # room on the page keeps updates HOT
    )

    task_id: str = string(key=True)
    user_id: str = string()
    roadmap_id: str | None = string(required=False)
    task_type: str = string(default=TaskType.CREATION)
    concept_id: str | None = string(required=False)
    content_type: str | None = string(required=False)
    status: str = string(default=TaskStatus.PENDING)
    current_step: str = string(default="init")
    user_request: dict[str, Any] | None = json()
    error_message: str | None = string(required=False)
    execution_summary: dict[str, Any] | None = json()
    attempt: int = number()
    """The fencing token of all writes of the task's run."""
    worker_id: str | None = string(required=False)
    """The worker that runs it now; null if there is none."""
    fruitless_starts: int = number()
    """Consecutive starts that committed neither a content nor a ledger row."""
    round: int = number()
    """How often the failed run was resumed; part of the ledger's keys, so that failed calls are made again."""
    review: dict[str, Any] | None = json()
    """interrupt_id, round, requested_at, deadline; after the decision also decision, feedback, by."""
    accepted_version: int | None = Field(default=None)
    """The framework_version that the run made; null before."""
    held_seconds: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """Seconds for which workers held it, up to `held_since`."""
    held_since: datetime | None = moment(required=False)
    """When the current worker took it; null without a worker."""
    due_at: datetime = moment()
    """A pending task may be started from then on; earlier ones first."""
    created_at: datetime = moment()
    updated_at: datetime = moment()
    completed_at: datetime | None = moment(required=False)


STEPPER = "stepper-"
"""Prefix of the worker ids of interactive steppers, whose tasks wait for a person and are never taken over."""


class WorkerRow(SQLModel, table=True):
    """The lease of one process that runs tasks."""

    __tablename__: ClassVar[Any] = "workers"

    worker_id: str = string(key=True)
    kind: str = string()
    host: str = string()
    pid: int
    timeout: float
    """Seconds without a renewal after which the process counts as dead."""
    started_at: datetime = moment()
    alive_until: datetime = moment()


class ModelCallRow(SQLModel, table=True):
    """The ledger: one call to a model. Unique by (task_id, key)."""

    __tablename__: ClassVar[Any] = "model_calls"
    __table_args__ = (UniqueConstraint("task_id", "key", name="uq_model_calls_task_id_key"),)

    call_id: int | None = Field(default=None, primary_key=True)
    task_id: str = string()
    key: str = string()
    step: str = string()
    model: str = string()
    tokens_in: int = number()
    tokens_out: int = number()
    cost: float | None = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """In US dollars; null if the price is unknown."""
    latency: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """In seconds."""
    finish_reason: str | None = string(required=False)
    outcome: str = string()
    """`accepted`, or the reason why the answer was rejected."""
    answer: dict[str, Any] | None = json()
    """Null if it is stored as a content version."""
    created_at: datetime = moment()
    estimated: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether the numbers of tokens are estimates, since the provider reported none that are plausible."""
    concept_id: str | None = string(required=False)
    """With `content_type`, the content that it is about; null for calls about a structure, and of older programs."""
    content_type: str | None = string(required=False)
    question: dict[str, Any] | None = json()
    """What was asked; null for calls of older programs, and once it was pruned."""


class CallReservationRow(SQLModel, table=True):
    """The upper bound of the usage of a call under a budget, from before the call until its result is recorded."""

    __tablename__: ClassVar[Any] = "call_reservations"

    task_id: str = string(key=True)
    key: str = string(key=True)
    step: str = string()
    model: str = string()
    tokens_in: int
    tokens_out: int
    cost: float | None = Field(default=None)
    created_at: datetime = moment()


class TaskEventRow(SQLModel, table=True):
    """An event of a run, numbered from 1 without gaps in the order of commits."""

    __tablename__: ClassVar[Any] = "task_events"

    task_id: str = string(key=True)
    sequence: int = Field(primary_key=True)
    type: str = string()
    payload: dict[str, Any] = json(required=True)
    created_at: datetime = moment()


class RunTotalRow(SQLModel, table=True):
    """Ended runs: one row for each, which the sweep replaces by sums."""

    __tablename__: ClassVar[Any] = "run_totals"

    total_id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True))
    task_type: str = string()
    status: str = string()
    runs: int = Field(sa_type=BigInteger)


class CallTotalRow(SQLModel, table=True):
    """Sums of the ledger by model, up to the highest `last_call_id`."""

    __tablename__: ClassVar[Any] = "call_totals"

    model: str = string(key=True)
    calls: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    """Tries without an answer."""
    tokens_in: int = Field(sa_type=BigInteger)
    tokens_out: int = Field(sa_type=BigInteger)
    cost: float
    """In US dollars, of the calls whose price is known."""
    seconds: float
    last_call_id: int = Field(sa_type=BigInteger)
    unpriced_calls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    estimated_calls: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))


class ModelAbilityRow(SQLModel, table=True):
    """What a model was seen to do at an endpoint (repository/ledger/abilities.py)."""

    __tablename__: ClassVar[Any] = "model_abilities"

    model: str = string(key=True)
    address: str = string(key=True)
    parameters: str = string(key=True)
    """Digest of the extra parameters."""
    evidence: dict[str, Any] = json(required=True)
    version: int = Field(sa_type=BigInteger)
    """The transaction that wrote the row."""
    found_at: datetime = moment()
