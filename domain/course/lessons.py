"""The lessons of a concept: a chain whose minutes add up to the concept's hours."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from domain.course.book import MAX_LESSON_MINUTES, LessonPlan

MAX_SINGLE_LESSON_MINUTES: Final = 75
"""Minutes of a concept of about an hour, which may be one lesson."""
TOLERANCE: Final = 0.2
"""Part of a concept's time by which the minutes of its lessons may differ."""


def lessons_fit(lessons: Sequence[LessonPlan], hours: float) -> bool:
    """Return whether the lessons fill the hours of their concept, and none is too long for its chain."""
    minutes = [lesson.minutes for lesson in lessons]
    if not minutes or min(minutes) < 1 or abs(sum(minutes) - 60 * hours) > TOLERANCE * 60 * hours + 1:
        return False
    return 60 * hours <= MAX_SINGLE_LESSON_MINUTES or max(minutes) <= MAX_LESSON_MINUTES


def single_lesson(title: str, hours: float) -> list[LessonPlan]:
    """Return the one lesson of a concept that is no chain, however long it takes."""
    return [LessonPlan(lesson_id="l1", title=title, minutes=max(1, round(60 * hours)))]


def fitted_lessons(lessons: Sequence[LessonPlan], hours: float) -> list[LessonPlan]:
    """Return lessons that fit: those given where they do, else with other minutes, long ones in several parts."""
    if lessons_fit(lessons, hours):
        return list(lessons)
    wanted = max(1, round(60 * hours))
    longest = wanted if wanted <= MAX_SINGLE_LESSON_MINUTES else MAX_LESSON_MINUTES
    planned = sum(max(0, lesson.minutes) for lesson in lessons)
    fitted: list[LessonPlan] = []
    for lesson in lessons:
        share = max(0, lesson.minutes) / planned if planned else 1 / len(lessons)
        fitted += _in_parts(lesson.title, max(1, round(share * wanted)), longest)
    if not lessons_fit(fitted, hours):  # no lessons, or more of them than minutes
        fitted = _in_parts("", wanted, longest)
    return [lesson.model_copy(update={"lesson_id": f"l{number}"}) for number, lesson in enumerate(fitted, start=1)]


def _in_parts(title: str, minutes: int, longest: int) -> list[LessonPlan]:
    parts = ceil(minutes / longest)
    return [
        LessonPlan(
            lesson_id="",
            title=f"{title} ({number}/{parts})" if title and parts > 1 else title,
            minutes=minutes * number // parts - minutes * (number - 1) // parts,
        )
        for number in range(1, parts + 1)
    ]
