"""The part that the prompts of all contents of a run share: fixed rules, and the course book as data.

It depends on the book, the roadmap and the room of the models, and on nothing else: it is the same byte for byte for
every concept, every type of content, every repair and every rewriting, so that providers bill it as cached input.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from domain.course.book import CourseBook
from domain.framework import Framework
from nodes.authors.briefs import Brief
from nodes.authors.prompting.content_rules import CONTENT_TASKS, COURSE_RULES, SHORT_COURSE_RULES
from nodes.authors.prompting.data_blocks import MAX_TEXT_LENGTH, between, capped, without
from nodes.authors.usage import estimated_tokens

MIN_COURSE_WINDOW: Final = 4096
"""Tokens of the context window below which the book is left out: its concept's outcomes stay in the data."""
COURSE_SHARE: Final = 5
"""The shared part takes at most this part of a window: a fifth."""
USUAL_WINDOW: Final = 131_072
"""Tokens of a window that no refusal has named."""
MAX_CODE_LENGTH: Final = 30_000
"""Characters of the code of the shared example; it is never cut, since half of it would not run."""
MARK: Final = "course"

Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharedPart:
    """The beginning of every content prompt of a run."""

    rules: str
    """The system message."""
    course: str
    """The book between its marks."""
    has_tasks: bool
    """Whether the rules hold the tasks of all types of this program."""
    left_out: tuple[str, ...] = ()
    """The cuts that were made."""

    def has_task(self, brief: Brief[Any]) -> bool:
        """Return whether the rules hold the task of this brief."""
        return self.has_tasks and not brief.task and brief.role in CONTENT_TASKS


def _left_out(*names: str) -> Callable[[Parts], Parts]:
    return lambda parts: {name: part for name, part in parts.items() if name not in names}


def _shorter(part: str, *names: str) -> Callable[[Parts], Parts]:
    """Return the cut that takes fields out of every entry of a list."""
    return lambda parts: {**parts, **({part: without(parts[part], frozenset(names))} if part in parts else {})}


CUTS: Final[tuple[tuple[str, Callable[[Parts], Parts]], ...]] = (
    ("the long rules", _left_out("rules")),
    ("the warnings", _left_out("warnings")),
    ("the project", _left_out("project")),
    ("meanings in the glossary", _shorter("glossary", "meaning")),
    ("what concepts teach", _shorter("concepts", "teaches")),
    ("the glossary", _left_out("glossary")),
    ("example and tools", _left_out("example", "tools")),
)
"""What is left out, in this order, until the shared part fits."""
_LAST_CUT: Final = ("names of concepts", _left_out("concepts"))


@dataclass(frozen=True, slots=True)
class _Same:
    """An object that equals only itself, for the key of a cache."""

    value: Any

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


def shared_part(book: CourseBook, framework: Framework | None, window: int | None) -> SharedPart | None:
    """Return the shared part for models with a window of so many tokens; None where it has no room at all.

    `window`: the smallest of all models that write contents; None if unknown.
    """
    window = USUAL_WINDOW if window is None else window
    return None if window < MIN_COURSE_WINDOW else _shared_part(_Same(book), _Same(framework), window)


@lru_cache(maxsize=16)
def _shared_part(book: _Same, framework: _Same, window: int) -> SharedPart | None:
    """Return the shared part, which takes milliseconds for a large book, once for all contents of a run."""
    parts = {"rules": COURSE_RULES, **_parts(book.value, framework.value)}
    cuts = iter(CUTS)
    left_out: tuple[str, ...] = ()
    while (shared := _written(parts, left_out)).course:
        if _size(shared) <= window // COURSE_SHARE:
            return shared
        name, cut = next(cuts, _LAST_CUT)
        parts, left_out = cut(parts), (*left_out, name)
    return None


def _written(parts: Parts, left_out: tuple[str, ...]) -> SharedPart:
    has_tasks = "rules" in parts
    course = {name: part for name, part in parts.items() if name != "rules" and part}
    block = between(MARK, _lines(course)) if course else ""
    return SharedPart(COURSE_RULES if has_tasks else SHORT_COURSE_RULES, block, has_tasks, left_out)


def _size(shared: SharedPart) -> int:
    """Estimate the tokens that a prompt without a book does not have; its rules are as long as the short ones."""
    return estimated_tokens(shared.course) + (estimated_tokens(shared.rules) if shared.has_tasks else 0)


def _lines(course: Parts) -> str:
    """Return the book as JSON, one line for each entry of a list."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_json(part)}" for name, part in course.items()) + "\n}"


def _json(part: Any) -> str:
    if not isinstance(part, list):
        return json.dumps(part, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in part) + "\n]"


def _parts(book: CourseBook, framework: Framework | None) -> Parts:
    """Return the book by its parts, without what is empty, in the order in which authors read it."""
    example, project = book.example, book.project
    code = example.code if example and len(example.code) <= MAX_CODE_LENGTH else ""
    parts: Parts = {
        "tools": [_filled({"name": tool.name, "version": tool.version}) for tool in book.tools],
        "glossary": [
            _filled({"term": term.term, "meaning": term.meaning, "notation": term.notation}) for term in book.glossary
        ],
        "example": _filled(example.model_dump(include={"title", "description", "language"})) if example else {},
        "project": _project(book, framework) if project else {},
        "concepts": _concepts(book, framework),
        "warnings": book.warnings,
    }
    parts = capped(parts, MAX_TEXT_LENGTH)
    if code:
        parts["example"]["code"] = code
    return parts


def _project(book: CourseBook, framework: Framework | None) -> Parts:
    assert book.project is not None
    names = {stage.stage_id: stage.name for stage in framework.stages} if framework else {}
    steps = [{"stage": names.get(step.stage_id, step.stage_id), "task": step.task} for step in book.project.steps]
    return _filled({"title": book.project.title, "description": book.project.description, "steps": steps})


def _concepts(book: CourseBook, framework: Framework | None) -> list[Parts]:
    """Return a line for every concept of the roadmap, also for one without a plan.

    Its outcomes and what it leaves out matter to its own authors, and to those of concepts that need it: they are in
    the data of these prompts.
    """
    plans = {plan.concept_id: plan for plan in book.concepts}
    known = [(concept.concept_id, concept.name) for concept in framework.concepts()] if framework else []
    lines = []
    for concept_id, name in known or [(concept_id, concept_id) for concept_id in plans]:
        plan = plans.get(concept_id)
        line: Parts = {"name": name or concept_id}
        if plan is not None:
            line["teaches"] = plan.teaches
        lines.append(_filled(line))
    return lines


def _filled(fields: Parts) -> Parts:
    return {name: value for name, value in fields.items() if value}
