"""Lessons of a tutorial that is a chain of several: one text, and how it is taken apart again, byte for byte."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from domain.checks.prose.markdown import lines_of
from domain.contents import Tutorial
from domain.course.book import LessonPlan

_BETWEEN: Final = "\n"
_NEEDS_ESCAPE: Final = re.compile(r"([\\`*_\[\]<>#|$~])")
_FOOTNOTE: Final = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")


class LessonPart(BaseModel):
    """A lesson of a stored chain."""

    lesson_id: str
    """The id in the plan of the concept: l1, l2, ..."""
    title: str
    summary: str = ""
    minutes: int = Field(ge=1)
    language: str = ""
    characters: int = Field(ge=0)
    """Length of its text in the content of the chain, with its heading and in characters of Unicode."""
    heading: int = Field(ge=0)
    """Length of its heading and the blank line below it, which these characters include."""


class Chain(Tutorial):
    """A tutorial of several lessons. Its content is that of all of them, each below a heading of the first level."""

    lessons: list[LessonPart]


@dataclass(frozen=True, slots=True)
class ChainedLesson:
    """A lesson of a chain with its text."""

    part: LessonPart
    text: str
    """With its heading, as it stands in the content of the chain."""

    @property
    def lesson_id(self) -> str:
        return self.part.lesson_id

    @property
    def tutorial(self) -> Tutorial:
        """The lesson as its author wrote it."""
        return Tutorial(
            title=self.part.title,
            summary=self.part.summary,
            content=self.text[self.part.heading :],
            estimated_completion_time=self.part.minutes,
            language=self.part.language,
        )


def new_lesson(plan: LessonPlan, written: Tutorial) -> ChainedLesson:
    """Return the lesson that an author wrote for a plan; its footnotes get labels that no other lesson has."""
    title = " ".join((written.title.strip() or plan.title).split())
    heading = "# " + _NEEDS_ESCAPE.sub(r"\\\1", title) + "\n\n"
    text = heading + _with_own_footnotes(written.content.strip("\n"), plan.lesson_id) + "\n"
    part = LessonPart(
        lesson_id=plan.lesson_id,
        title=title,
        summary=written.summary,
        minutes=written.estimated_completion_time,
        language=written.language,
        characters=len(text),
        heading=len(heading),
    )
    return ChainedLesson(part, text)


def chain_of(title: str, lessons: Sequence[ChainedLesson]) -> Chain:
    """Return the lessons, at least one, as one tutorial."""
    return Chain(
        title=title,
        summary=" ".join(lesson.part.summary.strip() for lesson in lessons).strip(),
        content=_BETWEEN.join(lesson.text for lesson in lessons),
        estimated_completion_time=min(10_000, sum(lesson.part.minutes for lesson in lessons)),
        language=lessons[0].part.language,
        lessons=[lesson.part for lesson in lessons],
    )


def lessons_in(payload: Any) -> list[ChainedLesson]:
    """Return the lessons of a stored tutorial; empty if it is no chain, or one that is not whole."""
    if not isinstance(payload, Mapping) or not isinstance(payload.get("lessons"), list):
        return []
    try:
        chain = Chain.model_validate(payload)
    except ValidationError:  # of another version of the program
        return []
    starts = list(accumulate((part.characters + len(_BETWEEN) for part in chain.lessons), initial=0))
    if starts[-1] != len(chain.content) + len(_BETWEEN):
        return []
    return [
        ChainedLesson(part, chain.content[start : start + part.characters])
        for part, start in zip(chain.lessons, starts, strict=False)
    ]


def _with_own_footnotes(markdown: str, lesson_id: str) -> str:
    """Return the text with its lesson in the labels of its footnotes: two lessons may both have a footnote 1."""
    lines = list(lines_of(markdown))
    labels = {match[1] for line, is_code in lines if not is_code and (match := _FOOTNOTE.match(line))}
    mine = [label for label in labels if not label.startswith(f"{lesson_id}-")]
    if not mine:
        return markdown
    reference = re.compile(rf"\[\^({'|'.join(map(re.escape, sorted(mine)))})\]")
    return "".join(line if is_code else reference.sub(rf"[^{lesson_id}-\1]", line) for line, is_code in lines)
