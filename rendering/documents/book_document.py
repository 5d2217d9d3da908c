"""A course book as Markdown, for exports, pages and the terminal.

Texts of an author are Markdown of one line: formulas and code are shown, blocks and HTML are not.
"""

import re
from collections.abc import Iterator
from typing import Final

from domain.course.book import ConceptPlan, CourseBook, LessonPlan, Misconception, Project, RunningExample, Term
from domain.framework import Framework
from rendering.documents.content_forms import heading
from rendering.documents.markdown_embedding import embedded, escaped
from rendering.languages.translation import N_, _
from rendering.text.text import clean, one_line

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#.-]{1,20}")


def book_document(book: CourseBook, framework: Framework | None) -> str:
    """Return a book as a document of its own."""
    title = f": {escaped(framework.title)}" if framework and framework.title else ""
    return "\n".join([f"# {_('Course book')}{title}", "", *book_lines(book, framework, level=2)])


def book_lines(book: CourseBook, framework: Framework | None, *, level: int) -> Iterator[str]:
    """Yield the parts of a book, each below a heading of this level."""
    yield from _glossary(book.glossary, level)
    if book.example is not None:
        yield from _example(book.example, level)
    if book.tools:
        yield from [f"{heading(level)} {_('Tools')}", ""]
        for tool in book.tools:
            yield f"- {_text(f'{tool.name} {tool.version}'.strip())}"
        yield ""
    if book.project is not None:
        yield from _project(book.project, framework, level)
    if book.warnings:
        yield from [
            f"{heading(level)} {_('Notes of the review')}",
            "",
            *(f"- {_text(note)}" for note in book.warnings),
            "",
        ]
    if book.concepts:
        yield from [f"{heading(level)} {_('Concepts')}", ""]
        names = {concept.concept_id: concept.name for concept in framework.concepts()} if framework else {}
        for plan in book.concepts:
            yield from _plan(plan, names.get(plan.concept_id, plan.concept_id), level + 1)


def _text(markdown: str) -> str:
    return " ".join(embedded(one_line(markdown)))


def _glossary(terms: list[Term], level: int) -> Iterator[str]:
    if not terms:
        return
    yield from [f"{heading(level)} {_('Glossary')}", ""]
    for term in terms:
        notation = f" ({_text(term.notation)})" if term.notation.strip() else ""
        yield f"- **{escaped(term.term)}**{notation}: {_text(term.meaning)}"
    yield ""


def _example(example: RunningExample, level: int) -> Iterator[str]:
    yield from [f"{heading(level)} {_('Running example: {title}', title=escaped(example.title))}", ""]
    if example.description.strip():
        yield from [_text(example.description), ""]
    if example.code.strip():
        code = clean(example.code).rstrip("\n")
        fence = "`" * (max(map(len, re.findall("`{3,}", code)), default=2) + 1)
        language = example.language if _LANGUAGE.fullmatch(example.language) else ""
        yield from [f"{fence}{language}", code, fence, ""]


def _project(project: Project, framework: Framework | None, level: int) -> Iterator[str]:
    yield from [f"{heading(level)} {_('Project: {title}', title=escaped(project.title))}", ""]
    if project.description.strip():
        yield from [_text(project.description), ""]
    names = {stage.stage_id: stage.name for stage in framework.stages} if framework else {}
    for step in project.steps:
        yield f"- **{escaped(names.get(step.stage_id, step.stage_id))}**: {_text(step.task)}"
    yield ""


def _plan(plan: ConceptPlan, name: str, level: int) -> Iterator[str]:
    yield from [f"{heading(level)} {escaped(name)}", ""]
    for label, text in ((N_("Teaches: {text}"), plan.teaches), (N_("Leaves out: {text}"), plan.leaves_out)):
        if text.strip():
            yield from [_(label, text=_text(text)), ""]
    yield from _list(_("The learner:"), [outcome.text for outcome in plan.outcomes])
    yield from _misconceptions(plan.misconceptions)
    yield from _list(_("Lessons:"), [_lesson(number, lesson) for number, lesson in enumerate(plan.lessons, start=1)])


def _lesson(number: int, lesson: LessonPlan) -> str:
    title = lesson.title or _("Lesson {number}", number=number)
    return _("{title}: {minutes} min", title=title, minutes=lesson.minutes)


def _misconceptions(misconceptions: list[Misconception]) -> Iterator[str]:
    """Yield each belief between quotation marks, so that nobody takes it for a statement, with its correction."""
    if misconceptions:
        yield from [_("Misconceptions:"), ""]
        for one in misconceptions:
            correction = f" {_text(one.correction)}" if one.correction.strip() else ""
            yield f"- “{_text(one.belief)}”{correction}"
        yield ""


def _list(label: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield from [label, "", *(f"- {_text(text)}" for text in texts), ""]
