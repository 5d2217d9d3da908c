"""Versions of contents from before a run, which it writes again."""

from collections.abc import Sequence

from sqlalchemy import text

from domain.vocabulary import ContentType
from repository.db.database import Session, execute


async def written_before(
    session: Session, roadmap_id: str, content_type: ContentType, concept_ids: Sequence[str]
) -> set[str]:
    """Return those of the concepts whose content of this type has versions."""
    rows = await execute(
        session,
        text("""
            SELECT concept_id FROM concept_contents
            WHERE roadmap_id = :roadmap_id AND concept_id = ANY(:concept_ids) AND version > 0
                AND content_type = :content_type"""),
        {"roadmap_id": roadmap_id, "concept_ids": list(concept_ids), "content_type": content_type},
    )
    return {row.concept_id for row in rows}
