"""A title of one's own for a roadmap. It is no change of the structure, and no run is needed for it."""

from typing import Final

from domain.errors import InvalidInput
from domain.request import usable_text
from domain.text.names import MAX_NAME_LENGTH, tidy_name
from orchestrator.commands.request_context import Terms
from repository.db.database import Database, Session
from repository.roadmaps import roadmaps

MAX_TITLE_LENGTH: Final = MAX_NAME_LENGTH
"""Characters."""


async def request_rename(database: Database, roadmap_id: str, title: str, terms: Terms) -> None:
    """Give a roadmap another title, which later structures keep. A second call changes nothing.

    Raises NotFound, Conflict for a roadmap in the bin, and InvalidInput for a title that cannot be used.
    """
    if len(title) > MAX_TITLE_LENGTH:
        raise InvalidInput(f"title: at most {MAX_TITLE_LENGTH} characters.")
    usable = str(tidy_name(usable_text("title", title)))

    async def rename(session: Session) -> None:
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
        row = await roadmaps.lock_usable(session, roadmap_id)
        if row.title != usable or row.own_title is None:
            await roadmaps.set_title(session, roadmap_id, usable)

    await database.persist(rename)
