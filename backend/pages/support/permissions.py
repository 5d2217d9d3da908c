"""What the reader of a page may do with a roadmap now. A page offers nothing that would be refused."""

import asyncio
from collections.abc import Collection

from backend.auth import Caller
from backend.pages.views.reader import Permissions
from domain.course.lesson_use import LESSON, LessonUse
from domain.vocabulary import STRUCTURAL, ContentType
from orchestrator.commands.lesson_rules import lesson_uses
from orchestrator.queries.status import RoadmapView
from repository.contents.content_queries import ContentState


def permissions_of(caller: Caller, roadmap: RoadmapView) -> Permissions:
    live = [task for task in roadmap.active_tasks if task.live]
    return Permissions(
        owns=caller.writes in (None, roadmap.user_id),
        binned=roadmap.deleted_at is not None,
        accepted=roadmap.framework_version > 0,
        changing=any(task.task_type in STRUCTURAL for task in live),
        working=bool(live),
    )


async def blocked_contents(contents: Collection[ContentState]) -> set[tuple[str, ContentType]]:
    """Return the contents that cannot be requested alone, because the lesson that they need is not written."""
    unwritten = {state.concept_id for state in contents if state.content_type is LESSON and state.version == 0}
    if not unwritten:
        return set()
    uses = await asyncio.to_thread(lesson_uses)  # its first call loads all nodes
    needing = [content_type for content_type in ContentType if uses[content_type] is LessonUse.REQUIRED]
    return {(concept_id, content_type) for concept_id in unwritten for content_type in needing}
