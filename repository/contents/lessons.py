"""Lessons of concepts, for the contents that are made from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from domain.course.lesson_use import LESSON
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.predicates import LIVE, UNFINISHED_CONTENT, hash_of


@dataclass(frozen=True, slots=True)
class StoredLesson:
    """The lesson of a concept, as a run finds it."""

    payload: dict[str, Any] | None
    """None without a committed version."""
    payload_hash: str | None
    unsettled: bool
    """Whether the run itself has to write a version, and has neither done so nor failed yet."""
    writer: str | None
    """Another live task that is writing a version."""


async def unsettled_lessons(session: Session, fence: Fence, roadmap_id: str, concept_ids: Sequence[str]) -> set[str]:
    """Return those of the concepts whose lesson the run has to write, and has neither written nor failed yet."""
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id FROM concept_contents c
            WHERE c.roadmap_id = :roadmap_id AND c.concept_id = ANY(:concept_ids)
                AND c.content_type = '{LESSON}' AND c.task_id = :task_id AND {UNFINISHED_CONTENT}"""),
        {"roadmap_id": roadmap_id, "concept_ids": list(concept_ids), "task_id": fence.task_id},
    )
    return {row.concept_id for row in rows}


_LESSON: Final = text(f"""
    SELECT v.payload, v.payload_hash, coalesce(c.task_id = :task_id, false) AS unsettled,
        (SELECT t.task_id FROM roadmap_tasks t WHERE t.task_id = c.task_id AND t.task_id <> :task_id AND {LIVE})
            AS writer
    FROM (SELECT) AS always
    LEFT JOIN concept_contents c ON c.roadmap_id = :roadmap_id AND c.concept_id = :concept_id
        AND c.content_type = '{LESSON}' AND {UNFINISHED_CONTENT}
    LEFT JOIN LATERAL (
        SELECT v.payload, {hash_of("v")} AS payload_hash FROM content_versions v
        WHERE v.roadmap_id = :roadmap_id AND v.concept_id = :concept_id
            AND v.content_type = '{LESSON}'
        ORDER BY v.task_id = :task_id DESC, v.version DESC LIMIT 1) AS v ON true""")


async def lesson_for(session: Session, fence: Fence, roadmap_id: str, concept_id: str) -> StoredLesson:
    """Return the lesson from which a run makes the other contents of a concept.

    That is the version that the run has written itself, whatever others have written since, else the newest one.
    """
    parameters = {"roadmap_id": roadmap_id, "concept_id": concept_id, "task_id": fence.task_id}
    return StoredLesson(**(await execute(session, _LESSON, parameters)).mappings().one())
