"""The words of the product. docs/glossary.md explains them; the code uses no others.

ACTIVE, FINAL and TRANSITIONS are defined here and nowhere else: the SQL of repository/runs/tasks.py
is built from them.
"""

from enum import StrEnum
from typing import Final


class TaskType(StrEnum):
    """What a run is for."""

    CREATION = "creation"
    RETRY_TUTORIAL = "retry_tutorial"
    RETRY_RESOURCES = "retry_resources"
    RETRY_QUIZ = "retry_quiz"
    RETRY_BATCH = "retry_batch"
    MODIFICATION = "modification"


class TaskStatus(StrEnum):
    """Where a run stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    HUMAN_REVIEW_PENDING = "human_review_pending"
    COMPLETED = "completed"
    PARTIAL_FAILURE = "partial_failure"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ContentType(StrEnum):
    """What is written for every concept; domain/content_types.py declares each."""

    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"


class ContentStatus(StrEnum):
    """Where one content of one concept stands."""

    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class Step(StrEnum):
    """Values of `current_step`. Those between INIT and COMPLETED are names of nodes and of their files."""

    INIT = "init"
    INTENT_ANALYSIS = "intent_analysis"
    CURRICULUM_DESIGN = "curriculum_design"
    STRUCTURE_VALIDATION = "structure_validation"
    EDIT_PLAN_ANALYSIS = "edit_plan_analysis"
    ROADMAP_EDIT = "roadmap_edit"
    HUMAN_REVIEW = "human_review"
    CONTENT_GENERATION = "content_generation"
    TUTORIAL_GENERATION = "tutorial_generation"
    RESOURCE_RECOMMENDATION = "resource_recommendation"
    QUIZ_GENERATION = "quiz_generation"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a caller of the HTTP API may do; docs/http.md has the table."""

    LEARNER = "learner"
    REVIEWER = "reviewer"
    SERVICE = "service"
    ADMIN = "admin"


ACTIVE: Final = frozenset({TaskStatus.PENDING, TaskStatus.PROCESSING, TaskStatus.HUMAN_REVIEW_PENDING})
FINAL: Final = frozenset(TaskStatus) - ACTIVE
FINAL_STEPS: Final = frozenset({Step.COMPLETED, Step.FAILED, Step.CANCELLED})
UNFINISHED: Final = frozenset({ContentStatus.PENDING, ContentStatus.GENERATING})

STRUCTURAL: Final = frozenset({TaskType.CREATION, TaskType.MODIFICATION})
"""Runs that make or change the framework: one at a time for each roadmap."""

RETRY_OF: Final = {content_type: TaskType(f"retry_{content_type}") for content_type in ContentType}
"""The task type that retries one content of this type; only these name a concept and a content type."""

_RESUMABLE = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})

TRANSITIONS: Final[dict[TaskStatus, frozenset[TaskStatus]]] = {
    # to: the statuses it may be reached from. Every other move is a conflict.
    TaskStatus.PENDING: frozenset({TaskStatus.PROCESSING, TaskStatus.HUMAN_REVIEW_PENDING}) | _RESUMABLE,
    TaskStatus.PROCESSING: ACTIVE | _RESUMABLE,
    TaskStatus.HUMAN_REVIEW_PENDING: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.COMPLETED: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.PARTIAL_FAILURE: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.FAILED: ACTIVE,
    TaskStatus.CANCELLED: ACTIVE,
}
INITIAL: Final = frozenset({TaskStatus.PENDING, TaskStatus.PROCESSING})
"""A detached request begins `pending`, a foreground request `processing`."""
