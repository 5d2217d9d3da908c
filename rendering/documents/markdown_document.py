"""A roadmap, or one of its concepts, as a Markdown document for learners."""

from collections.abc import Iterator

from domain.contents import Tutorial
from domain.framework import Concept, ConceptPlace, Framework, Stage
from domain.roadmap_export import Manuscript
from rendering.documents.book_document import book_lines
from rendering.documents.content_forms import CONTENT_FORMS, heading, paragraph
from rendering.documents.document_text import (
    builds_on,
    code_in_words,
    days_of,
    overview,
    remarks,
    size_of,
    weekly,
    why_missing,
)
from rendering.documents.markdown_embedding import demoted, escaped
from rendering.languages.translation import _
from rendering.text.schedule import plan_of
from rendering.text.text import CONFIGURE, hours, origin_note


def roadmap_document(manuscript: Manuscript) -> str:
    """Return the document: title, overview, plan, concepts with their contents, and the answers at the end."""
    framework = manuscript.framework
    if framework is None:
        return f"# {escaped(manuscript.title)}\n\n{_('This roadmap has no framework yet.')}\n"
    origin = escaped(origin_note(manuscript.plan_author))
    advice = _("A model writes after {command}.", command=f"`{CONFIGURE}`")
    note = [f"> {origin} {advice}", ""] if manuscript.by_rules else []
    lines = [f"# {escaped(framework.title)}", "", *note, f"## {_('Overview')}", "", overview(framework), ""]
    lines += [*_plan(framework), *_weeks(manuscript, framework)]
    if manuscript.book is not None:
        lines += [f"## {_('Course book')}", "", *book_lines(manuscript.book, framework, level=3)]
    answers: list[str] = []
    for number, stage in enumerate(framework.stages, start=1):
        lines += [
            f"## {_('Stage {number}: {name}', number=number, name=escaped(stage.name))}",
            "",
            *paragraph(stage.description),
        ]
        for module in stage.modules:
            lines += [f"### {escaped(module.name)}", "", *paragraph(module.description)]
            for concept in module.concepts:
                lines += _concept(manuscript, concept, level=4)
                answers += _answers(manuscript, concept, level=3)
    if answers:
        lines += [f"## {_('Answers')}", "", *answers]
    return "\n".join(lines)


def concept_document(manuscript: Manuscript, place: ConceptPlace, *, note: str = "") -> str:
    """Return one concept with its contents, the answers to its quiz last. `note` is quoted above it."""
    answers = _answers(manuscript, place.concept, level=2)
    heading_note = [f"> {escaped(note)}", ""] if note else []
    return "\n".join([*heading_note, *_concept(manuscript, place.concept, level=1), *answers])


def _plan(framework: Framework) -> Iterator[str]:
    yield f"## {_('Plan')}"
    yield ""
    for number, stage in enumerate(framework.stages, start=1):
        yield f"{number}. **{escaped(stage.name)}** ({hours(_hours_of(stage))})"
        for module in stage.modules:
            names = ", ".join(escaped(concept.name) for concept in module.concepts)
            yield f"   - {escaped(module.name)}: {names}"
    yield ""


def _hours_of(stage: Stage) -> float:
    return sum(concept.estimated_hours for module in stage.modules for concept in module.concepts)


def _weeks(manuscript: Manuscript, framework: Framework) -> Iterator[str]:
    """Yield the weekly plan of the concepts that are not learned yet."""
    plan = plan_of(manuscript, framework)
    if plan is None:
        return
    yield f"## {_('Weeks')}"
    yield ""
    yield weekly(plan)
    yield ""
    for week in plan.weeks:
        shares = (f"{escaped(share.name)} ({hours(share.hours)})" for share in week.shares)
        days = days_of(week)
        name = _("Week {number}", number=week.number)
        yield f"- {name}{f' ({days})' if days else ''}: {', '.join(shares)}"
    yield ""


def _concept(manuscript: Manuscript, concept: Concept, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(concept.name)}"
    yield ""
    names = ", ".join(map(escaped, builds_on(manuscript.framework, concept)))
    yield f"*{size_of(concept)}{_('; builds on {names}', names=names) if names else ''}*"
    yield ""
    yield from paragraph(concept.description)
    for form in CONTENT_FORMS.values():
        content = manuscript.read(form.spec, concept.concept_id)
        if content is None:
            yield f"*{escaped(why_missing(manuscript.written(concept.concept_id, form.spec.content_type), form.spec))}*"
            yield ""
        else:
            yield from form.markdown(content, concept, level)
            written = manuscript.written(concept.concept_id, form.spec.content_type)
            code = code_in_words(content.content, written.code_report) if isinstance(content, Tutorial) else ""
            for remark in filter(None, (code, *remarks(written, form.spec))):
                yield f"*{escaped(remark)}*"
                yield ""
    if note := manuscript.notes.get(concept.concept_id, "").strip():
        yield from [f"{heading(level + 1)} {_('My note')}", "", demoted(note, below=level + 1), ""]


def _answers(manuscript: Manuscript, concept: Concept, *, level: int) -> list[str]:
    """Return the lines of the answers to a concept's contents, which stand apart from the questions."""
    lines: list[str] = []
    for form in CONTENT_FORMS.values():
        content = manuscript.read(form.spec, concept.concept_id)
        if form.answers is not None and content is not None:
            lines += form.answers(content)
    if not lines:
        return []
    return [f"{heading(level)} {escaped(concept.name)}" if level > 2 else f"## {_('Answers')}", "", *lines, ""]
