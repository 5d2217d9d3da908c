"""A roadmap, or one of its concepts, as a Markdown document for learners."""

from collections.abc import Iterator

from domain.contents import Quiz, Resources, Tutorial
from domain.framework import Concept, ConceptPlace, Framework, Stage
from domain.roadmap_export import Manuscript
from domain.vocabulary import ContentType
from rendering.documents.document_text import (
    LETTERS,
    builds_on,
    days_of,
    overview,
    right,
    seen,
    trust,
    weekly,
    why_missing,
)
from rendering.documents.markdown_embedding import demoted, escaped
from rendering.text.schedule import plan_of
from rendering.text.text import counted, hours, one_line


def roadmap_document(manuscript: Manuscript) -> str:
    """Return the document: title, overview, plan, concepts with their contents, and the answers at the end."""
    framework = manuscript.framework
    if framework is None:
        return f"# {escaped(manuscript.title)}\n\nThis roadmap has no framework yet.\n"
    lines = [f"# {escaped(framework.title)}", "", "## Overview", "", overview(framework), ""]
    lines += [*_plan(framework), *_weeks(manuscript, framework)]
    answers: list[str] = []
    for number, stage in enumerate(framework.stages, start=1):
        lines += [f"## Stage {number}: {escaped(stage.name)}", "", *_paragraph(stage.description)]
        for module in stage.modules:
            lines += [f"### {escaped(module.name)}", "", *_paragraph(module.description)]
            for concept in module.concepts:
                lines += _concept(manuscript, concept, level=4)
                answers += _answers(manuscript, concept, level=3)
    if answers:
        lines += ["## Answers", "", *answers]
    return "\n".join(lines)


def concept_document(manuscript: Manuscript, place: ConceptPlace, *, note: str = "") -> str:
    """Return one concept with its contents, the answers to its quiz last. `note` is quoted above it."""
    answers = _answers(manuscript, place.concept, level=2)
    heading_note = [f"> {escaped(note)}", ""] if note else []
    return "\n".join([*heading_note, *_concept(manuscript, place.concept, level=1), *answers])


def _paragraph(text: str) -> list[str]:
    return [escaped(text), ""] if text.strip() else []


def _plan(framework: Framework) -> Iterator[str]:
    yield "## Plan"
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
    yield "## Weeks"
    yield ""
    yield weekly(plan)
    yield ""
    for week in plan.weeks:
        shares = (f"{escaped(share.name)} ({hours(share.hours)})" for share in week.shares)
        days = days_of(week)
        yield f"- Week {week.number}{f' ({days})' if days else ''}: {', '.join(shares)}"
    yield ""


def _concept(manuscript: Manuscript, concept: Concept, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(concept.name)}"
    yield ""
    names = ", ".join(map(escaped, builds_on(manuscript.framework, concept)))
    yield f"*{hours(concept.estimated_hours)}, {concept.difficulty}{f'; builds on {names}' if names else ''}*"
    yield ""
    yield from _paragraph(concept.description)
    if tutorial := manuscript.tutorial(concept.concept_id):
        yield from _tutorial(tutorial, concept.name, level)
    else:
        yield from _missing(manuscript, concept, ContentType.TUTORIAL)
    if resources := manuscript.resources(concept.concept_id):
        yield from _resources(resources, level + 1)
    else:
        yield from _missing(manuscript, concept, ContentType.RESOURCES)
    if quiz := manuscript.quiz(concept.concept_id):
        yield from _quiz(quiz, level + 1)
    else:
        yield from _missing(manuscript, concept, ContentType.QUIZ)


def _missing(manuscript: Manuscript, concept: Concept, content_type: ContentType) -> Iterator[str]:
    yield f"*{escaped(why_missing(manuscript.written(concept.concept_id, content_type), content_type))}*"
    yield ""


def _tutorial(tutorial: Tutorial, concept_name: str, level: int) -> Iterator[str]:
    if tutorial.title.strip().casefold() != concept_name.strip().casefold():
        level += 1
        yield f"{_heading(level)} {escaped(tutorial.title)}"
        yield ""
    yield f"*About {counted(tutorial.estimated_completion_time, 'minute')}.*"
    yield ""
    yield from _paragraph(tutorial.summary)
    yield demoted(tutorial.content, below=level)
    yield ""


def _resources(resources: Resources, level: int) -> Iterator[str]:
    yield f"{_heading(level)} Resources"
    yield ""
    for resource in resources.resources:
        url = one_line(resource.url).replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
        description = f": {escaped(resource.description)}" if resource.description.strip() else ""
        check = f", {seen(resource)}" if seen(resource) else ""
        yield f"- [{escaped(resource.title)}](<{url}>) ({escaped(resource.type)}{check}){description}"
    yield ""
    yield f"*{trust(resources)}*"
    yield ""


def _quiz(quiz: Quiz, level: int) -> Iterator[str]:
    yield f"{_heading(level)} Quiz"
    yield ""
    for number, question in enumerate(quiz.questions, start=1):
        several = " *(several answers are right)*" if question.question_type == "multiple_choice" else ""
        yield f"{number}. {escaped(question.question)}{several}"
        for letter, option in zip(LETTERS, question.options, strict=False):
            yield f"   - {letter}. {escaped(option)}"
    yield ""


def _answers(manuscript: Manuscript, concept: Concept, *, level: int) -> list[str]:
    quiz = manuscript.quiz(concept.concept_id)
    if quiz is None:
        return []
    lines = [f"{_heading(level)} {escaped(concept.name)}" if level > 2 else "## Answers", ""]
    for number, question in enumerate(quiz.questions, start=1):
        lines.append(f"{number}. {right(question)}: {escaped(question.explanation)}")
    return [*lines, ""]


def _heading(level: int) -> str:
    return "#" * min(level, 6)
