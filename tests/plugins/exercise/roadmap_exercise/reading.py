"""How an exercise reads in exports and on pages."""

from collections.abc import Iterator

from domain.framework import Concept
from rendering.documents.content_forms import ContentForm, heading
from rendering.documents.markdown_embedding import escaped

from .shape import EXERCISE as SPEC
from .shape import Exercise


def _lines(exercise: Exercise, _: Concept, level: int) -> Iterator[str]:
    yield f"{heading(level + 1)} {escaped(exercise.title)}"
    yield ""
    for number, step in enumerate(exercise.steps, start=1):
        yield f"{number}. {escaped(step)}"
    yield ""


def _solution(exercise: Exercise) -> Iterator[str]:
    yield f"Solution: {escaped(exercise.solution)}"


EXERCISE = ContentForm(SPEC, _lines, answers=_solution)
