"""From rows to a manuscript: what readers need to write a roadmap down as a whole."""

from collections.abc import Sequence
from typing import Any

from domain.manuscript import Key, Manuscript, Written
from domain.vocabulary import ContentType
from orchestrator.status import RoadmapView, roadmap_view
from repository import readings, tasks
from repository.database import Session
from repository.tables.roadmaps import ContentVersionRow


async def manuscript(session: Session, roadmap_id: str, *, owner: str | None = None) -> Manuscript:
    """A roadmap with its newest contents. Raises NotFound."""
    roadmap = await roadmap_view(session, roadmap_id, owner=owner)
    contents = await readings.newest_versions(session, roadmap_id)
    return manuscript_of(roadmap, contents, await tasks.first_request(session, roadmap_id))


def manuscript_of(
    roadmap: RoadmapView, contents: Sequence[ContentVersionRow], preferences: dict[str, Any] | None = None
) -> Manuscript:
    """`preferences` as they were stored; a legacy request may hold anything."""
    payloads = {(row.concept_id, ContentType(row.content_type)): row.payload for row in contents}
    written: dict[Key, Written] = {key: Written(payload) for key, payload in payloads.items()}
    for state in roadmap.contents:
        key = (state.concept_id, state.content_type)
        written[key] = Written(payloads.get(key), state.status, state.stale, state.last_error)
    said = preferences or {}
    hours, deadline = said.get("available_hours_per_week"), said.get("target_deadline")
    return Manuscript(
        title=roadmap.title,
        framework=roadmap.framework,
        contents=written,
        hours_per_week=float(hours) if isinstance(hours, int | float) and hours > 0 else None,
        deadline=deadline if isinstance(deadline, str) else None,
        by_rules=roadmap.by_rules,
    )
