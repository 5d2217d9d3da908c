"""Versions of contents from before a run: what it writes again, and the lessons of quizzes."""

from collections.abc import Sequence

from sqlalchemy import text

from domain.vocabulary import ContentType
from repository.db.database import Session, execute
from repository.db.fence import Fence


async def written_before(
    session: Session, fence: Fence, roadmap_id: str, content_type: ContentType, concept_ids: Sequence[str]
) -> set[tuple[str, str]]:
    """Return (concept id, content type) of contents with versions: those of the type, and for quizzes the lessons.

    A lesson that the run writes itself is left out: it changes while the quiz is written.
    """
    rows = await execute(
        session,
        text(f"""
            SELECT concept_id, content_type FROM concept_contents
            WHERE roadmap_id = :roadmap_id AND concept_id = ANY(:concept_ids) AND version > 0
                AND (content_type = :content_type OR (:content_type = '{ContentType.QUIZ}'
                    AND content_type = '{ContentType.TUTORIAL}' AND task_id IS DISTINCT FROM :task_id))"""),
        {
            "roadmap_id": roadmap_id,
            "concept_ids": list(concept_ids),
            "content_type": content_type,
            "task_id": fence.task_id,
        },
    )
    return {(row.concept_id, row.content_type) for row in rows}
