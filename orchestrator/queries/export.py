"""Build the manuscript of a roadmap, from which documents are written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.pace.pace import today_in
from domain.parts import placed_doubts
from domain.roadmap_export import NOTHING, Key, Manuscript, Planning, WrittenContent
from domain.vocabulary import ContentType
from orchestrator.queries.pace import pace_of_roadmap
from orchestrator.queries.status import RoadmapView, roadmap_view
from repository.contents import content_queries
from repository.db.database import Session
from repository.learners import feedback
from repository.roadmaps import learning, roadmaps
from repository.tables.roadmaps import ContentVersionRow


async def manuscript(
    session: Session, roadmap_id: str, now: datetime, *, owner: str | None = None, notes_of: str | None = None
) -> Manuscript:
    """Return a roadmap with its newest contents, and a plan for the concepts that its owner has not done yet.

    `notes_of`: a user whose notes it holds, if the roadmap is that user's own. Raises NotFound.
    """
    roadmap = await roadmap_view(session, roadmap_id, owner=owner)
    row = await roadmaps.get_roadmap_metadata(session, roadmap_id)
    contents = await content_queries.newest_versions(session, roadmap_id)
    pace = await pace_of_roadmap(session, row)
    done = (await learning.done(session, row.user_id, [roadmap_id]))[roadmap_id]
    notes = await feedback.notes_of(session, row.user_id, roadmap_id) if notes_of == row.user_id else {}
    return replace(
        manuscript_of(roadmap, contents),
        notes=notes,
        plan=Planning(today_in(pace.time_zone, now), pace.hours_per_week, pace.deadline, frozenset(done)),
    )


def _written(row: ContentVersionRow) -> WrittenContent:
    doubts = tuple(placed_doubts(row.doubts, row.payload))
    return WrittenContent(row.payload, doubts=doubts, code_report=row.code_report)


def manuscript_of(roadmap: RoadmapView, contents: Sequence[ContentVersionRow]) -> Manuscript:
    """Return the manuscript of a roadmap with these versions of its contents, without a plan."""
    versions = {(row.concept_id, ContentType(row.content_type)): row for row in contents}
    written: dict[Key, WrittenContent] = {key: _written(row) for key, row in versions.items()}
    for state in roadmap.contents:
        key = (state.concept_id, state.content_type)
        content = written.get(key, NOTHING)
        written[key] = replace(
            content,
            status=state.status,
            stale=state.stale,
            last_error=state.last_error,
            out_of_date=state.out_of_date,
        )
    return Manuscript(
        title=roadmap.title,
        framework=roadmap.framework,
        contents=written,
        book=roadmap.course_book,
        by_rules=roadmap.by_rules,
        plan_author=roadmap.plan_author,
    )
