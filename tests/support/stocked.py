"""Roadmaps to look at, written straight into the rows: large ones, in other scripts, with hostile words."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from domain.framework import Concept, Framework, Module, Stage
from domain.vocabulary import ContentType
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.authors import QUIZ, RESOURCES, TUTORIAL

ARABIC = ("المتغيرات وأنواع البيانات", "الشروط والحلقات", "الدوال", "القوائم والقواميس", "معالجة الأخطاء", "الاختبارات")
PAYLOADS: dict[ContentType, dict[str, Any]] = {
    ContentType.TUTORIAL: TUTORIAL.model_dump(mode="json"),
    ContentType.RESOURCES: RESOURCES.model_dump(mode="json"),
    ContentType.QUIZ: QUIZ.model_dump(mode="json"),
}


def structure(roadmap_id: str, title: str, shape: tuple[int, int, int], name: Callable[[int], str]) -> Framework:
    """`shape`: stages, modules of each, concepts of each; each concept builds on the one before it."""
    numbers = count()
    before: list[str] = []
    stages = []
    for stage in range(1, shape[0] + 1):
        modules = []
        for module in range(1, shape[1] + 1):
            concepts = []
            for concept in range(1, shape[2] + 1):
                concept_id = f"c-{stage}-{module}-{concept}"
                concepts.append(
                    Concept(concept_id=concept_id, name=name(next(numbers)), estimated_hours=2, prerequisites=before)
                )
                before = [concept_id]
            modules.append(Module(module_id=f"m-{stage}-{module}", name=name(stage + module), concepts=concepts))
        stages.append(Stage(stage_id=f"s-{stage}", name=name(stage), order=stage, modules=modules))
    hours = 2.0 * shape[0] * shape[1] * shape[2]
    return Framework(
        roadmap_id=roadmap_id,
        title=title,
        stages=stages,
        total_estimated_hours=hours,
        recommended_completion_weeks=int(hours / 5) + 1,
    )


async def stock(url: str, frameworks: Sequence[Framework], user_id: str = "local") -> None:
    """Accepted, all contents there: the same everywhere."""
    database = Database(url)
    try:
        async with database.transaction() as session:
            for framework in frameworks:
                await save_roadmap_metadata(session, framework.roadmap_id, user_id, framework)
    finally:
        await database.close()
    for framework in frameworks:
        write(url, framework.roadmap_id, PAYLOADS)


def write(url: str, roadmap_id: str, payloads: dict[ContentType, dict[str, Any]], version: int = 1) -> None:
    """The contents of every concept of a roadmap."""
    with psycopg.connect(url, autocommit=True) as connection:
        for content_type, payload in payloads.items():
            connection.execute(
                """
                INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
                SELECT roadmap_id, concept_id, content_type, %s, %s, 'stocked', 'a test' FROM concept_contents
                WHERE roadmap_id = %s AND content_type = %s""",
                (version, Jsonb(payload), roadmap_id, content_type),
            )
        connection.execute(
            "UPDATE concept_contents SET status = 'completed', version = %s WHERE roadmap_id = %s",
            (version, roadmap_id),
        )


def waiting_task(url: str, task_id: str, roadmap_id: str, **columns: Any) -> None:
    """A task of user `local` that is queued and not due for an hour: no worker takes it."""
    values = {
        "task_id": task_id,
        "roadmap_id": roadmap_id,
        "user_id": "local",
        "task_type": "creation",
        "status": "pending",
        "due_at": datetime.now(UTC) + timedelta(hours=1),
        **columns,
    }
    names = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"INSERT INTO roadmap_tasks ({names}) VALUES ({places})", tuple(values.values()))


def tell(url: str, task_id: str, events: Sequence[tuple[str, dict[str, Any]]], after: int = 0) -> int:
    """Append events to a task's story; the number of the last one."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO task_events (task_id, sequence, type, payload) VALUES (%s, %s, %s, %s)",
            [(task_id, after + number, kind, Jsonb(payload)) for number, (kind, payload) in enumerate(events, 1)],
        )
    return after + len(events)
