"""The lesson from which a content is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.course.lesson_use import LessonUse, lesson_missing
from nodes.authors.port import C, ContentBrief
from nodes.context import RunContext
from repository.roadmaps.lessons import lesson_for, unsettled_lessons


@dataclass(frozen=True, slots=True)
class Lesson:
    """The lesson that one content is made from; its hash is stored with that content."""

    text: str = ""
    """In Markdown."""
    payload_hash: str | None = None
    """None without a lesson."""
    problem: str | None = None
    """Why the content cannot be written, where that is for lack of its lesson."""

    def added_to(self, brief: ContentBrief[C]) -> ContentBrief[C]:
        """Return the brief with the lesson, whose hash is part of ledger keys."""
        if self.payload_hash is None:
            return brief
        return brief.model_copy(update={"lesson": self.text, "lesson_hash": self.payload_hash})


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
    stored = await context.commit(lambda session: lesson_for(session, context.fence, context.roadmap_id, concept_id))
    if stored.unsettled:
        return None
    if stored.payload is None:
        return Lesson(problem=lesson_missing(stored.writer) if use is LessonUse.REQUIRED else None)
    text = stored.payload.get("content")
    return Lesson(text if isinstance(text, str) else "", stored.payload_hash)
