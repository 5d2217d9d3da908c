"""The vocabulary of the product: types, statuses, steps and roles. docs/glossary.md explains them.

Sets of statuses and TRANSITIONS are defined here only. repository/predicates.py and repository/runs/tasks.py build
their SQL from them. Content types of other packages (domain/content_plugins.py) are members like the others, with a
task type and a step for each.
"""

from enum import StrEnum
from typing import Final, Literal

from domain.content_plugins import PLUGINS, names_of


class TaskType(StrEnum):
    """The purpose of a run."""

    CREATION = "creation"
    RETRY_TUTORIAL = "retry_tutorial"
    RETRY_RESOURCES = "retry_resources"
    RETRY_QUIZ = "retry_quiz"
    RETRY_BATCH = "retry_batch"
    MODIFICATION = "modification"
    vars().update(names_of(PLUGINS, "retry_{}"))


class TaskStatus(StrEnum):
    """The status of a run."""

    PENDING = "pending"
    PROCESSING = "processing"
    HUMAN_REVIEW_PENDING = "human_review_pending"
    COMPLETED = "completed"
    PARTIAL_FAILURE = "partial_failure"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ContentType(StrEnum):
    """The types of contents that every concept has; domain/content_types.py declares them."""

    TUTORIAL = "tutorial"
    RESOURCES = "resources"
    QUIZ = "quiz"
    vars().update(names_of(PLUGINS, "{}"))


class ContentStatus(StrEnum):
    """The status of one content of one concept."""

    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class Step(StrEnum):
    """Values of `current_step`. Those between INIT and COMPLETED are names of nodes and of their files.

    SECOND_LOOK is a step of the ledger only: its calls are made within the steps of contents.
    """

    INIT = "init"
    INTENT_ANALYSIS = "intent_analysis"
    CURRICULUM_DESIGN = "curriculum_design"
    STRUCTURE_VALIDATION = "structure_validation"
    EDIT_PLAN_ANALYSIS = "edit_plan_analysis"
    ROADMAP_EDIT = "roadmap_edit"
    COURSE_DESIGN = "course_design"
    HUMAN_REVIEW = "human_review"
    CONTENT_GENERATION = "content_generation"
    TUTORIAL_GENERATION = "tutorial_generation"
    RESOURCE_RECOMMENDATION = "resource_recommendation"
    QUIZ_GENERATION = "quiz_generation"
    vars().update(names_of(PLUGINS, "{}_generation"))
    SECOND_LOOK = "second_look"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """Roles of the HTTP API; docs/http.md lists their permissions."""

    LEARNER = "learner"
    REVIEWER = "reviewer"
    SERVICE = "service"
    ADMIN = "admin"


SecondLook = Literal["none", "quiz", "all"]
"""The second looks: none; at the key of each quiz; at that, and at each lesson and quiz by a critic."""

ACTIVE: Final = frozenset({TaskStatus.PENDING, TaskStatus.PROCESSING, TaskStatus.HUMAN_REVIEW_PENDING})
FINAL: Final = frozenset(TaskStatus) - ACTIVE
FINAL_STEPS: Final = frozenset({Step.COMPLETED, Step.FAILED, Step.CANCELLED})
UNFINISHED: Final = frozenset({ContentStatus.PENDING, ContentStatus.GENERATING})

STRUCTURAL: Final = frozenset({TaskType.CREATION, TaskType.MODIFICATION})
"""Runs that create or change the framework; each roadmap has at most one active one."""

RETRY_OF: Final = {content_type: TaskType(f"retry_{content_type}") for content_type in ContentType}
"""The task type that retries one content of a type. Only these tasks name a concept and a content type."""

_RESUMABLE = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})

TRANSITIONS: Final[dict[TaskStatus, frozenset[TaskStatus]]] = {
    # target: statuses from which it may be reached; every other transition is a conflict
    TaskStatus.PENDING: frozenset({TaskStatus.PROCESSING, TaskStatus.HUMAN_REVIEW_PENDING}) | _RESUMABLE,
    TaskStatus.PROCESSING: ACTIVE | _RESUMABLE,
    TaskStatus.HUMAN_REVIEW_PENDING: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.COMPLETED: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.PARTIAL_FAILURE: frozenset({TaskStatus.PROCESSING}),
    TaskStatus.FAILED: ACTIVE,
    TaskStatus.CANCELLED: ACTIVE,
}
INITIAL: Final = frozenset({TaskStatus.PENDING, TaskStatus.PROCESSING})
"""A detached request starts as `pending`, a foreground request as `processing`."""
