"""What a request for a content that cannot be made without a lesson may expect of that lesson.

Applied in the transaction of the request, with the rows of the contents and of their lessons locked. A lesson with a
committed version is enough, whoever writes another one. Without a version:

* the request itself takes the lesson: the content waits for it in the run;
* another live task writes it: a single retry conflicts, a batch skips the content;
* nobody writes it: the content is refused, by a batch only if nothing else is left.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.course.lesson_use import LESSON, LessonUse
from domain.errors import Conflict
from domain.vocabulary import ContentType
from repository.contents.claims import Claimable

MAX_NAMED: Final = 3
"""Concepts that a refusal names."""


def lesson_uses() -> Mapping[ContentType, LessonUse]:
    """Return how each content type uses lessons. Called first outside of a transaction: it loads all nodes."""
    from nodes.contents.generators import LESSON_USES  # not needed by readers, for which it loads too much

    return LESSON_USES


def with_lessons(content_types: Collection[ContentType]) -> list[ContentType]:
    """Return the types and, where one of them needs lessons, that of lessons, whose rows are locked too."""
    needs_lessons = any(lesson_uses()[content_type] is LessonUse.REQUIRED for content_type in content_types)
    return sorted({*content_types, *((LESSON,) if needs_lessons else ())})


@dataclass(frozen=True, slots=True)
class ByLesson:
    """Contents that a request would take, by what their lessons allow."""

    possible: list[Claimable] = field(default_factory=list)
    held: list[Claimable] = field(default_factory=list)
    """Contents whose first lesson another live task is writing."""
    holders: list[Claimable] = field(default_factory=list)
    """Those lessons."""
    refused: list[Claimable] = field(default_factory=list)
    """Contents that cannot be written, because nobody writes their lesson."""


def by_lesson(chosen: Iterable[Claimable], locked: Sequence[Claimable]) -> ByLesson:
    """Sort the contents that a request would take. `locked`: all contents whose rows it has locked."""
    chosen = list(chosen)
    taken = {content.concept_id for content in chosen if content.content_type == LESSON}
    lessons = {content.concept_id: content for content in locked if content.content_type == LESSON}
    sorted_ = ByLesson()
    for content in chosen:
        needs_lesson = lesson_uses()[ContentType(content.content_type)] is LessonUse.REQUIRED
        lesson = lessons.get(content.concept_id)
        if not needs_lesson or content.concept_id in taken or (lesson is not None and lesson.has_version):
            sorted_.possible.append(content)
        elif lesson is not None and lesson.holder:
            sorted_.held.append(content)
            sorted_.holders.append(lesson)
        else:
            sorted_.refused.append(content)
    return sorted_


def check_lessons(refused: Sequence[Claimable]) -> None:
    """Raise Conflict if there are contents whose lesson has to be written before."""
    if refused:
        content = refused[0]
        concepts = list(dict.fromkeys(content.concept_id for content in refused))
        named = ", ".join(concepts[:MAX_NAMED]) + (", ..." if len(concepts) > MAX_NAMED else "")
        raise Conflict(
            f"The {content.content_type} of {named} is made from the lesson, which has not been written yet: "
            f"retry the tutorial first."
        )
