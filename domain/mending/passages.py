"""The texts of a content that a critic may quote, in a fixed order, and the content with other ones."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.contents import Quiz, Tutorial
from domain.parts.sections import Places

C = TypeVar("C", bound=BaseModel)

_OF_TUTORIAL = ("title", "summary", "content")


def texts_of(content: BaseModel) -> list[str]:
    """Return the texts of a lesson or quiz; none of other contents."""
    if isinstance(content, Tutorial):
        return [getattr(content, name) for name in _OF_TUTORIAL]
    if isinstance(content, Quiz):
        return [text for one in content.questions for text in (one.question, *one.options, one.explanation)]
    return []


def with_texts(content: C, texts: Sequence[str]) -> C:
    """Return the content with these texts in place of its own; everything else stays."""
    if isinstance(content, Tutorial):
        return content.model_copy(update=dict(zip(_OF_TUTORIAL, texts, strict=True)))
    assert isinstance(content, Quiz)
    left = iter(texts)
    questions = []
    for one in content.questions:
        update: dict[str, Any] = {"question": next(left), "options": [next(left) for _ in one.options]}
        questions.append(one.model_copy(update={**update, "explanation": next(left)}))
    return content.model_copy(update={"questions": questions})


def part_at(content: BaseModel, index: int, position: int) -> str | None:
    """Return the id of the part that a character of a text belongs to: a question, a section, or a field of a lesson.

    `index`: of the text in `texts_of`.
    """
    if isinstance(content, Tutorial):
        name = _OF_TUTORIAL[index]
        return Places(content.content).at(position) if name == "content" else name
    assert isinstance(content, Quiz)
    for one in content.questions:
        index -= 2 + len(one.options)
        if index < 0:
            return one.question_id
    return None
