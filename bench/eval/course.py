"""Check recorded courses as a whole: the code of all lessons in one database and one interpreter, and one notation."""

from collections.abc import Iterator, Sequence
from typing import Final

from bench.eval.answers import Recorded
from domain.vocabulary import ContentType
from nodes.verification.code.course import CourseLesson, CourseReport, check_course
from nodes.verification.code.runner import CodeRunner

_CPU_SECONDS: Final = 30.0
_WALL_SECONDS: Final = 60.0
"""Of all lessons of a course together."""


def check_courses(answers: Sequence[Recorded]) -> Iterator[tuple[str, CourseReport]]:
    """Check the good tutorials of each roadmap, in the order of its concepts where the file names them."""
    runner = CodeRunner("all", cpu_seconds=_CPU_SECONDS, wall_seconds=_WALL_SECONDS)
    lessons = [one for one in answers if one.content_type is ContentType.TUTORIAL and one.quality == "good"]
    for roadmap in dict.fromkeys(str(lesson.data.get("roadmap")) for lesson in lessons):
        own = [lesson for lesson in lessons if str(lesson.data.get("roadmap")) == roadmap]
        own.sort(key=_order)
        course = [CourseLesson(lesson.subject.name, str(lesson.answer.get("content", ""))) for lesson in own]
        yield roadmap, check_course(course, own[0].book, runner)


def _order(lesson: Recorded) -> int:
    return lesson.concepts.index(lesson.subject) if lesson.subject in lesson.concepts else len(lesson.concepts)


def main(answers: Sequence[Recorded]) -> int:
    """Print what was found, and return 1 for an exit code if there is something."""
    checked = list(check_courses(answers))
    print(report(checked))
    return 1 if any(course.findings for _, course in checked) else 0


def report(checked: Sequence[tuple[str, CourseReport]]) -> str:
    """Format the findings of each course, and a line with what ran."""
    lines = []
    for roadmap, course in checked:
        lines += [f"! {one.lesson or 'course book'}: {one.message}  {one.rule}" for one in course.findings]
        not_run = f"; not run here: {'; '.join(course.not_run)}" if course.not_run else ""
        lines.append(f"{roadmap}: {len(course.findings)} findings, {course.ran} pieces of code ran{not_run}")
    return "\n".join(lines)
