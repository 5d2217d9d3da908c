"""A small roadmap for tests of tables, trees and documents."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.framework import Concept, Framework, Module, Stage
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from orchestrator.queries.status import RoadmapView, TaskView
from repository.contents.content_queries import ContentState
from repository.tables.roadmaps import ContentVersionRow
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOSTILE = "[bold]x[/bold] \x1b[31mred\x1b]0;title\x07 \x9b31m # <b>`c`</b> \u202eturned"


def task(**changes: Any) -> TaskView:
    values: dict[str, Any] = {
        "task_id": "task-1",
        "roadmap_id": "go-1",
        "status": TaskStatus.COMPLETED,
        "current_step": "completed",
        "task_type": TaskType.CREATION,
        "execution_summary": None,
        "user_id": "local",
        "concept_id": None,
        "content_type": None,
        "attempt": 1,
        "error_message": None,
        "created_at": NOON,
        "updated_at": NOON,
        "completed_at": None,
        "live": False,
        "waiting_for_worker": False,
    }
    return TaskView.model_validate(values | changes)


def framework(name: str = "Types") -> Framework:
    """Two concepts, `c-1-1-1` and `c-1-1-2`; the second builds on the first."""
    concepts = [
        Concept(concept_id="c-1-1-1", name=name, description="First.", estimated_hours=2.5, difficulty="easy"),
        Concept(concept_id="c-1-1-2", name="Errors", estimated_hours=3, prerequisites=["c-1-1-1"]),
    ]
    module = Module(module_id="m-1-1", name="Basics", concepts=concepts)
    stage = Stage(stage_id="s-1", name="Foundations", order=1, modules=[module])
    return Framework(
        roadmap_id="go-1", title=name, stages=[stage], total_estimated_hours=5.5, recommended_completion_weeks=2
    )


def state(
    concept_id: str, content_type: ContentType, status: ContentStatus = ContentStatus.COMPLETED, **changes: Any
) -> ContentState:
    values: dict[str, Any] = {"version": 1, "last_error": None, "task_id": "task-1", "stale": False, "items": 0}
    return ContentState(concept_id, content_type, status, **values | changes, updated_at=NOON)


def states(changes: Mapping[tuple[str, ContentType], ContentState] | None = None) -> list[ContentState]:
    """All six completed, but for `changes`."""
    both = {(concept, kind): state(concept, kind) for concept in ("c-1-1-1", "c-1-1-2") for kind in ContentType}
    return list((both | dict(changes or {})).values())


def roadmap(**changes: Any) -> RoadmapView:
    values: dict[str, Any] = {
        "roadmap_id": "go-1",
        "user_id": "local",
        "title": "learn Go",
        "created_at": NOON,
        "updated_at": NOON,
        "deleted_at": None,
        "framework_version": 1,
        "framework": framework(),
        "contents": states(),
        "active_tasks": [],
    }
    return RoadmapView.model_validate(values | changes)


def versions(concept_id: str = "c-1-1-1") -> list[ContentVersionRow]:
    """The three contents of a concept, as the repository gives them."""
    contents = {ContentType.TUTORIAL: TUTORIAL, ContentType.RESOURCES: RESOURCES, ContentType.QUIZ: QUIZ}
    return [
        ContentVersionRow(
            roadmap_id="go-1",
            concept_id=concept_id,
            content_type=content_type,
            version=1,
            payload=content.model_dump(mode="json"),
            task_id="task-1",
            author="scripted",
            created_at=NOON,
        )
        for content_type, content in contents.items()
    ]
