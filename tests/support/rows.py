"""Rows to begin a test with."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from domain.framework import Concept, Framework, Module, Stage
from domain.vocabulary import ContentType, TaskStatus, TaskType
from repository.contents.contents import insert_contents
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.ledger.calls import ACCEPTED, Call
from repository.roadmaps.roadmaps import reserve_roadmap
from repository.runs.tasks import create_task
from repository.tables.runs import TaskRow
from tests.support.authors import TUTORIAL


def framework(roadmap_id: str = "r-1", concepts: int = 2) -> Framework:
    made = [Concept(concept_id=f"c-1-1-{number}", name=f"C{number}") for number in range(1, concepts + 1)]
    module = Module(module_id="m-1-1", name="M", concepts=made)
    return Framework(
        roadmap_id=roadmap_id, title="T", stages=[Stage(stage_id="s-1", name="S", order=1, modules=[module])]
    )


async def reserved(database: Database, roadmap_id: str = "r-1", user_id: str = "ann") -> None:
    async with database.transaction() as session:
        await reserve_roadmap(session, roadmap_id, user_id, "a goal")


async def started(
    database: Database,
    task_id: str = "t-1",
    *,
    roadmap_id: str = "r-1",
    task_type: TaskType = TaskType.CREATION,
    concept_id: str | None = None,
    content_type: ContentType | None = None,
    status: TaskStatus = TaskStatus.PROCESSING,
    worker_id: str | None = "w-1",
    user_id: str = "ann",
) -> TaskRow:
    async with database.transaction() as session:
        return await create_task(
            session,
            task_id,
            user_id,
            {"goal": "x"},
            task_type,
            concept_id,
            content_type,
            roadmap_id=roadmap_id,
            status=status,
            worker_id=worker_id,
        )


BOUGHT = Call("k", "quiz_generation", "someone", 10, 5, 0.5, 1.0, "stop", ACCEPTED, None)
"""A call whose answer a content version holds."""


async def accepted(database: Database, concept_ids: Sequence[str]) -> Fence:
    """Of a creation that has just accepted its framework: it is to write all contents of these concepts."""
    await reserved(database)
    fence = fence_of(await started(database))
    async with database.transaction() as session:
        await insert_contents(session, fence, "r-1", concept_ids)
    return fence


_LESSONS: Final = """
    WITH lessons AS (
        UPDATE concept_contents SET version = 1
        WHERE roadmap_id = :roadmap_id AND content_type = 'tutorial' RETURNING *)
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
    SELECT roadmap_id, concept_id, content_type, version, CAST(:payload AS jsonb), 't', 'scripted' FROM lessons"""


async def lessons_written(session: Session, roadmap_id: str = "r-1") -> None:
    """All lessons of a roadmap have a version, from which quizzes can be made."""
    await execute(session, text(_LESSONS), {"roadmap_id": roadmap_id, "payload": TUTORIAL.model_dump_json()})


def fence_of(task: TaskRow) -> Fence:
    return Fence(task.task_id, task.attempt)
