"""The shape that the texts of every language fill. Braces are places: {c} concept, {k} key term, {m} module,
{s} subject or stage as the field says; a language that forgets a field does not import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from domain.request import ContentPreference, Level

Discipline = Literal["code", "numbers", "language", "music", "making", "general", "project"]
"""How a subject is practised; it decides exercises, mistakes and questions."""


class Exercise(NamedTuple):
    task: str
    done: str
    """When it is done, as a sentence about the learner's work."""


class Mistake(NamedTuple):
    mistake: str
    better: str


class Choice(NamedTuple):
    """A question with one right answer."""

    question: str
    right: str
    wrong: tuple[str, str, str]
    why: str


class Statement(NamedTuple):
    text: str
    true: bool
    why: str


class Capstone(NamedTuple):
    """The learner's own project: its module, and two concepts with their key terms; the names hold {s}, the subject."""

    module: str
    plan: tuple[str, tuple[str, ...]]
    build: tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Practice:
    """How one discipline is studied."""

    why: tuple[str, str]
    questions: tuple[str, ...]
    steps: tuple[str, str, str, str, str]
    in_own_words: str
    example: str
    exercises: tuple[Exercise, ...]
    mistakes: tuple[Mistake, ...]
    choices: tuple[Choice, ...]
    statements: tuple[Statement, ...]
    capstone: Capstone


@dataclass(frozen=True, slots=True)
class TutorialWords:
    """Sections and sentences of a tutorial."""

    intro: tuple[str, ...]
    builds_on: str
    key_terms: str
    what: str
    questions: tuple[str, str]
    """Heading and the sentence under it; so for the other pairs."""
    plan: tuple[str, str]
    sittings: str
    step: str
    notes: tuple[str, str]
    note_lines: str
    exercises: tuple[str, str]
    done_when: str
    stop: str
    mistakes: str
    mistake: str
    checklist: str
    checks: tuple[str, ...]
    preference: tuple[str, Mapping[ContentPreference, str]]
    asked: str
    asked_shorter: str
    asked_longer: str
    asked_other: str
    draft: str
    summary: tuple[str, ...]
    shorter: str
    longer: str
    """Regular expressions that find these wishes in instructions."""


@dataclass(frozen=True, slots=True)
class QuizWords:
    terms: tuple[str, str]
    """Question and explanation; so for the other pairs."""
    advice: tuple[str, str]
    finished: tuple[str, str]
    shallow: tuple[str, ...]
    yes_no: tuple[str, str]
    spare_terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceWords:
    encyclopedia: tuple[str, str]
    """Title and description; so for the other pairs."""
    own_encyclopedia: tuple[str, str]
    textbooks: tuple[str, str]
    open_library: tuple[str, str]
    worldcat: tuple[str, str]
    courses: tuple[str, str]
    official: tuple[str, str]
    """Two ways to say it, for two places."""
    queries: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlanWords:
    """Framework, intent, review and edits."""

    nothing_named: str
    """The subject of a goal that holds no letter."""
    with_tool: str
    both: str
    title: Mapping[Level, str]
    refresher_stage: str
    refresher_module: str
    refresher: str
    stage: tuple[str, ...]
    module: tuple[str, ...]
    concept: tuple[str, ...]
    concept_plain: tuple[str, ...]
    parts_module: str
    part: str
    work_as: str
    """The subject of a goal that names a profession."""
    new_module: str
    new_concepts: tuple[str, str]
    level: Mapping[Level, str]
    time: str
    deadline: str
    difficulty: Mapping[Level, str]
    path: Mapping[Level, str]
    profile: str
    brings: str
    gaps: Mapping[Level, tuple[str, ...]]
    suggestions: tuple[str, ...]
    dimensions: tuple[str, str, str, str]
    rationales: tuple[str, str, str, str]
    review: str
    too_long: tuple[str, str]
    """An issue and its suggestion."""


@dataclass(frozen=True, slots=True)
class EditWords:
    """Sentences of an edit plan."""

    done: str
    not_done: str
    nothing: str
    unknown: str
    no_such: str
    several: str
    already: str
    unchanged: str
    last_one: str
    full: str
    kinds: Mapping[str, str]
    add: str
    add_to: str
    remove: str
    rename: str
    hours: str
    reasons: Mapping[str, str]
    """Why an operation mends an issue, by its category."""
    cannot_mend: str
    separator: str


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """All that is said in one language."""

    language: str
    comma: str
    last: str
    quotes: tuple[str, str]
    emphasis: tuple[str, str]
    space: str
    """Between two sentences."""
    plan: PlanWords
    edit: EditWords
    tutorial: TutorialWords
    quiz: QuizWords
    resources: ResourceWords
    practice: Mapping[Discipline, Practice]
    cannot_write: str
    """Said where another language was asked for; {language} is its code."""

    def join(self, items: Sequence[str]) -> str:
        if len(items) < 2:
            return "".join(items)
        return f"{self.comma.join(items[:-1])}{self.last}{items[-1]}"
