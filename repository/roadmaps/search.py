"""Search in the lessons of a roadmap."""

from typing import Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute


class FoundText(NamedTuple):
    """A content that holds the searched words, with its text."""

    concept_id: str
    text: str


_LESSONS: Final = text("""
    SELECT concept_id, text FROM (
        SELECT DISTINCT ON (concept_id) concept_id, payload ->> 'content' AS text FROM content_versions
        WHERE roadmap_id = :roadmap_id AND content_type = 'tutorial' ORDER BY concept_id, version DESC) AS lessons
    WHERE text ILIKE :pattern ORDER BY concept_id LIMIT :limit""")


def pattern_of(words: str) -> str:
    """Return the pattern of LIKE for a text that holds these words as they are written."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def lessons_with(session: Session, roadmap_id: str, words: str, limit: int = 200) -> list[FoundText]:
    """Return the newest lessons of a roadmap that hold these words, in any case."""
    values = {"roadmap_id": roadmap_id, "pattern": pattern_of(words), "limit": limit}
    return [FoundText(row.concept_id, row.text) for row in await execute(session, _LESSONS, values)]
