"""Recorded courses: answers of a chat model, read from the files of a folder (see recorded/README.md)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.authors import recording_of
from domain.contents import Question, Quiz, Resource, Resources, Tutorial
from domain.course.book import Misconception, RunningExample, Term, Tool
from domain.framework import ConceptDraft
from domain.request import Intent, Level
from domain.text.names import loose_key, name_key

FOLDER: Final = Path(__file__).parent / "recorded"
_MARK: Final = "+++"
M = TypeVar("M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordedModule(_Part):
    name: str
    description: str
    concepts: list[str]
    """Names of their files without `.md`, in learning order."""


class RecordedStage(_Part):
    name: str
    description: str
    project: str
    """The task of the course's project after this stage."""
    modules: list[RecordedModule]


class RecordedProject(_Part):
    title: str
    description: str


class RecordedBook(_Part):
    tools: list[Tool]
    glossary: list[Term]
    example: RunningExample
    project: RecordedProject


class RecordedReview(_Part):
    summary: str


class _CourseFile(_Part):
    title: str
    language: str
    recorded: str
    """The date of the recording, such as `December 2026`."""
    goals: list[str]
    levels: list[Level]
    intent: Intent
    review: RecordedReview
    book: RecordedBook
    stages: list[RecordedStage]


class _Head(ConceptDraft):
    """The first part of the file of a concept: the concept, its plan, and title and summary of its lesson."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    outcomes: list[str]
    teaches: str
    leaves_out: str
    misconceptions: list[Misconception]
    title: str
    summary: str


class _Tail(_Part):
    resources: list[Resource]
    questions: list[Question]


class RecordedConcept(_Part):
    stem: str
    """The name of its file without `.md`."""
    head: _Head
    tutorial: Tutorial
    resources: Resources
    quiz: Quiz

    @property
    def draft(self) -> ConceptDraft:
        return ConceptDraft.model_validate({name: getattr(self.head, name) for name in ConceptDraft.model_fields})


class RecordedCourse(_Part):
    """A course and its concepts by `name_key`, in learning order."""

    key: str
    """The name of its folder."""
    file: _CourseFile
    concepts: Mapping[str, RecordedConcept]

    @property
    def author(self) -> str:
        """The name of its author in stored rows."""
        return recording_of(self.file.recorded)

    @property
    def hours(self) -> float:
        return sum(concept.head.estimated_hours for concept in self.concepts.values())

    def find(self, name: str) -> RecordedConcept | None:
        """Return the concept of that name; case and blanks do not count."""
        return self.concepts.get(name_key(name))


def read_course(folder: Path) -> RecordedCourse:
    """Read a recorded course. Raises ValueError that names the file."""
    text = (folder / "course.toml").read_text("utf-8")
    file = _parsed(_CourseFile, folder / "course.toml", text)
    stems = [stem for stage in file.stages for module in stage.modules for stem in module.concepts]
    concepts = [_read_concept(folder / f"{stem}.md", file.language) for stem in stems]
    return RecordedCourse(
        key=folder.name, file=file, concepts={name_key(concept.head.name): concept for concept in concepts}
    )


def parts_of(path: Path) -> tuple[str, str, str]:
    """Return the three parts of the file of a concept: TOML, Markdown, TOML. Raises ValueError."""
    parts: list[list[str]] = []
    for line in path.read_text("utf-8").splitlines():
        if line == _MARK:
            parts.append([])
        elif parts:
            parts[-1].append(line)
    if len(parts) != 3:
        raise ValueError(f"{path.name} has {len(parts)} lines with {_MARK} alone; it needs three")
    head, lesson, tail = ("\n".join(lines).strip("\n") for lines in parts)
    return head, lesson, tail


def with_lesson(path: Path, lesson: str) -> str:
    """Return the text of a concept's file with another lesson. Raises ValueError."""
    head, _, tail = parts_of(path)
    return "\n".join([_MARK, head, _MARK, lesson.strip("\n"), _MARK, tail, ""])


def _read_concept(path: Path, language: str) -> RecordedConcept:
    first, lesson, last = parts_of(path)
    head = _parsed(_Head, path, first)
    tail = _parsed(_Tail, path, last)
    tutorial = Tutorial(
        title=head.title,
        summary=head.summary,
        content=lesson,
        estimated_completion_time=round(60 * head.estimated_hours),
        language=language,
    )
    resources = Resources(resources=tail.resources)
    return RecordedConcept(
        stem=path.stem, head=head, tutorial=tutorial, resources=resources, quiz=Quiz(questions=tail.questions)
    )


def _parsed(shape: type[M], path: Path, text: str) -> M:
    try:
        fields: dict[str, Any] = tomllib.loads(text)
        for number, question in enumerate(fields.get("questions", ()), start=1):
            question["question_id"] = f"q{number}"
        return shape.model_validate(fields)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@cache
def courses() -> tuple[RecordedCourse, ...]:
    """Return the courses that this program brings along, read once."""
    return tuple(read_course(path.parent) for path in sorted(FOLDER.glob("*/course.toml")))


@cache
def goals() -> Mapping[str, str]:
    """Return the folders of the courses by the keys of their goals. Reads no concept: most goals have no course."""
    return {loose_key(goal): folder for folder, goals_of in _goals().items() for goal in goals_of}


def example_goals() -> list[str]:
    """Return a goal of each course, as a person types it."""
    return [goals_of[0] for goals_of in _goals().values()]


@cache
def _goals() -> Mapping[str, list[str]]:
    """Return the goals of the courses by their folders."""
    files = {path.parent.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*/course.toml"))}
    return {folder: tomllib.loads(text)["goals"] for folder, text in files.items()}
