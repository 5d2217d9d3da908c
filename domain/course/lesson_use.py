"""The use that contents make of the lesson of their concept, its tutorial."""

from enum import StrEnum
from typing import Final

from domain.vocabulary import ContentType

LESSON: Final = ContentType.TUTORIAL
"""The content type that is the lesson of a concept."""
NEEDS_LESSON: Final = "It needs its lesson"
"""Beginning of the reason of a content that failed because it has no lesson to be made from."""


class LessonUse(StrEnum):
    """The use that a content type makes of the lesson of its concept."""

    NONE = "none"
    """It is written without the lesson, and does not wait for it."""
    HELPFUL = "helpful"
    """It is written from the lesson, and without it where that could not be written."""
    REQUIRED = "required"
    """It cannot be written without the lesson."""


def lesson_missing(writer: str | None) -> str:
    """Return why a content without its lesson has failed. `writer`: another task that is writing the lesson."""
    if writer is not None:
        return f"{NEEDS_LESSON}, which task {writer} is writing: retry it when that task has ended."
    return f"{NEEDS_LESSON}, which could not be written: retry the tutorial first."
