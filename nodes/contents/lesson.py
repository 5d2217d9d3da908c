"""The lesson from which a content is made."""

from collections.abc import Sequence

from domain.course.lesson_use import LessonUse, lesson_missing
from nodes.contents.lesson_signals import Lesson
from nodes.context import RunContext
from repository.contents.lessons import lesson_for, unsettled_lessons


async def lessons_to_wait_for(context: RunContext, use: LessonUse, concept_ids: Sequence[str]) -> set[str]:
    """Return those of the concepts whose lesson the run has still to settle before their content is made from it."""
    if use is LessonUse.NONE:
        return set()
    return await context.commit(
        lambda session: unsettled_lessons(session, context.fence, context.roadmap_id, concept_ids)
    )


async def lesson_of(context: RunContext, use: LessonUse, concept_id: str) -> Lesson | None:
    """Return the lesson for a content of a concept.

    None where the run has not settled it: the content is left as it is, for a process that writes the lesson.
    """
    if use is LessonUse.NONE:
        return Lesson()
    if (written := context.lessons.written.get(concept_id)) is not None:
        return written
    stored = await context.commit(lambda session: lesson_for(session, context.fence, context.roadmap_id, concept_id))
    if stored.unsettled:
        return None
    if stored.payload is None or stored.payload_hash is None:
        return Lesson(problem=lesson_missing(stored.writer) if use is LessonUse.REQUIRED else None)
    return Lesson.of(stored.payload, stored.payload_hash)
