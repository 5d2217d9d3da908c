"""The shape of an exercise, and what is wrong with one."""

from collections.abc import Iterator

from pydantic import BaseModel

from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken
from domain.content_types import ContentSpec
from domain.vocabulary import ContentType, Step


class Exercise(BaseModel):
    """Something to do, step by step."""

    title: str
    steps: list[str]
    solution: str


def check_exercise(exercise: Exercise, _: Expected) -> Iterator[Finding]:
    """Yield what is wrong, worded for the author."""
    if len(exercise.steps) < 2:
        yield broken("exercise.structure", "An exercise has at least 2 steps.")


EXERCISE = ContentSpec(
    content_type=ContentType("exercise"),
    shape=Exercise,
    check=check_exercise,
    step=Step("exercise_generation"),
    noun="exercise",
    activity="Writing an exercise",
    status_prefix="exercise",
    items_field="steps",
    count_field="exercise_items_count",
)
