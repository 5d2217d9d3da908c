"""Requests to put an older version of a content back. Nothing is bought, and no run is needed."""

from domain.vocabulary import ContentType
from orchestrator.commands.new_run import check_concept, check_free
from orchestrator.commands.request_context import OPERATOR, Terms
from repository.db.database import Database, Session
from repository.roadmaps import claims, contents, reverts, roadmaps
from repository.roadmaps.content_queries import versions_of
from repository.runs.workers import retry_past_stalled_sessions
from repository.tables.roadmaps import ContentVersionRow


async def request_revert(
    database: Database,
    roadmap_id: str,
    concept_id: str,
    content_type: ContentType,
    version: int,
    terms: Terms = OPERATOR,
) -> ContentVersionRow:
    """Make a copy of a version the newest one of its content, in one transaction, and return it.

    Wishes that were made after that version are taken back. The newest version, and one that is the same, stay as they
    are. Raises NotFound, and Conflict that names the live task which works on the content.
    """

    async def revert(session: Session) -> ContentVersionRow:
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
        roadmap = await roadmaps.lock_roadmap(session, roadmap_id)
        check_concept(roadmap, concept_id)
        await contents.ensure_contents(session, roadmap_id, [concept_id])
        await check_free(session, await claims.lock_contents(session, roadmap_id, [content_type], concept_id))
        number = await reverts.revert_content(session, roadmap_id, concept_id, content_type, version)
        return (await versions_of(session, roadmap_id, concept_id, content_type, number))[0]

    return await retry_past_stalled_sessions(database, revert)
