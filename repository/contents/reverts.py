"""Put an older version of a content back: the next version is a copy of it, made in SQL, so that no byte differs."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text

from domain.editing.contents import PastVersion, PastVersions
from domain.errors import NotFound
from domain.vocabulary import ContentStatus, ContentType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.predicates import KNOWN_CONTENT, hash_of

_SOURCE: Final = f"""
    source AS (
        SELECT v.*, {hash_of("v")} AS hash FROM content_versions v
        WHERE v.roadmap_id = :roadmap_id AND v.concept_id = :concept_id AND v.content_type = :content_type
            AND v.version = :version),
    newest AS (
        SELECT v.*, {hash_of("v")} AS hash FROM content_versions v
        WHERE v.roadmap_id = :roadmap_id AND v.concept_id = :concept_id AND v.content_type = :content_type
        ORDER BY v.version DESC LIMIT 1),
    wanted AS (
        SELECT s.*, n.version AS last,
            n.hash = s.hash AND n.lesson_hash IS NOT DISTINCT FROM s.lesson_hash AS is_newest
        FROM source s CROSS JOIN newest n)"""
"""The version that is put back, and whether the newest one is the same."""

_SAME: Final = text(f"WITH {_SOURCE} SELECT last, is_newest FROM wanted")

_REVERT: Final = text(f"""
    WITH {_SOURCE},
    updated AS (
        UPDATE concept_contents c SET status = '{ContentStatus.COMPLETED}', version = w.last + 1, last_error = NULL,
            task_id = :task_id, attempt = :attempt, updated_at = clock_timestamp()
        FROM wanted w
        WHERE c.roadmap_id = w.roadmap_id AND c.concept_id = w.concept_id AND c.content_type = w.content_type
            AND NOT w.is_newest
        RETURNING c.version),
    copied AS (
        INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author, doubts,
            code_report, payload_hash, lesson_hash)
        SELECT w.roadmap_id, w.concept_id, w.content_type, u.version, w.payload, :task_id, w.author, w.doubts,
            w.code_report, w.hash, w.lesson_hash
        FROM wanted w, updated u),
    withdrawn AS (
        UPDATE content_wishes x SET withdrawn_at = clock_timestamp() FROM wanted w
        WHERE x.roadmap_id = w.roadmap_id AND x.concept_id = w.concept_id AND x.content_type = w.content_type
            AND x.created_at > w.created_at AND x.withdrawn_at IS NULL AND NOT w.is_newest)
    SELECT coalesce((SELECT version FROM updated), last) AS newest FROM wanted""")


async def same_newest(
    session: Session, roadmap_id: str, concept_id: str, content_type: str, version: int
) -> int | None:
    """Return the newest version of a content if it is the same as `version`. Raises NotFound for an unknown one."""
    row = (await execute(session, _SAME, _values(roadmap_id, concept_id, content_type, version))).one_or_none()
    if row is None:
        raise _no_version(concept_id, content_type, version)
    return row.last if row.is_newest else None


async def revert_content(
    session: Session, fence: Fence, roadmap_id: str, concept_id: str, content_type: str, version: int
) -> int:
    """Make a copy of `version` the newest version of a content, whose row is locked, and return its number.

    Wishes that were made after that version are taken back with what they led to. A content whose newest version is
    the same stays as it is. Raises NotFound for a version that does not exist.
    """
    values = _values(roadmap_id, concept_id, content_type, version)
    values |= {"task_id": fence.task_id, "attempt": fence.attempt}
    row = (await execute(session, _REVERT, values)).one_or_none()
    if row is None:
        raise _no_version(concept_id, content_type, version)
    newest: int = row.newest
    return newest


def _values(roadmap_id: str, concept_id: str, content_type: str, version: int) -> dict[str, Any]:
    return {"roadmap_id": roadmap_id, "concept_id": concept_id, "content_type": content_type, "version": version}


def _no_version(concept_id: str, content_type: str, version: int) -> NotFound:
    return NotFound(f"The {content_type} of {concept_id} has no version {version}.")


async def version_history(session: Session, roadmap_id: str) -> Sequence[PastVersions]:
    """Return the versions of all contents of a roadmap, each with the wish of the run that wrote it."""
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id, c.content_type, v.version, coalesce(w.wish, '') AS wish
            FROM concept_contents c JOIN content_versions v USING (roadmap_id, concept_id, content_type)
            LEFT JOIN content_wishes w ON w.roadmap_id = c.roadmap_id AND w.concept_id = c.concept_id
                AND w.content_type = c.content_type AND w.task_id = v.task_id
            WHERE c.roadmap_id = :roadmap_id AND {KNOWN_CONTENT}
            ORDER BY c.concept_id, c.content_type, v.version"""),
        {"roadmap_id": roadmap_id},
    )
    history: dict[tuple[str, str], PastVersions] = {}
    for row in rows:
        key = row.concept_id, ContentType(row.content_type)
        past = history.setdefault(key, PastVersions(concept_id=key[0], content_type=key[1], versions=[]))
        past.versions.append(PastVersion(version=row.version, wish=row.wish))
    return list(history.values())
