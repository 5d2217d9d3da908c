"""A roadmap, or one concept of it, as a Markdown document that one would hand to a learner."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, assert_never

from cli.markdown import demoted, escaped
from cli.output import counted, hours
from domain.contents import Question, Quiz, Resource, Resources, Tutorial
from domain.stored import read_stored
from domain.vocabulary import ContentStatus, ContentType

if TYPE_CHECKING:
    from domain.framework import Concept, Framework, Place, Stage
    from orchestrator.status import RoadmapView
    from repository.tables import ContentVersionRow

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Payloads = Mapping[tuple[str, str], dict[str, Any]]


def roadmap_document(roadmap: "RoadmapView", contents: "Sequence[ContentVersionRow]") -> str:
    """Title, overview, the plan of each stage, the concepts with their contents, and the answers at the end."""
    framework = roadmap.framework
    if framework is None:
        return f"# {escaped(roadmap.title)}\n\nThis roadmap has no framework yet.\n"
    payloads = _payloads(contents)
    lines = [f"# {escaped(framework.title)}", "", *_overview(framework), *_plan(framework)]
    answers: list[str] = []
    for number, stage in enumerate(framework.stages, start=1):
        lines += [f"## Stage {number}: {escaped(stage.name)}", "", *_paragraph(stage.description)]
        for module in stage.modules:
            lines += [f"### {escaped(module.name)}", "", *_paragraph(module.description)]
            for concept in module.concepts:
                lines += _concept(roadmap, concept, payloads, level=4)
                answers += _answers(concept, payloads, level=3)
    if answers:
        lines += ["## Answers", "", *answers]
    return "\n".join(lines)


def concept_document(
    roadmap: "RoadmapView", place: "Place", contents: "Sequence[ContentVersionRow]", *, note: str = ""
) -> str:
    """One concept with all that was written for it, the answers to its quiz last. `note` stands above it."""
    payloads = _payloads(contents)
    answers = _answers(place.concept, payloads, level=2)
    above = [f"> {escaped(note)}", ""] if note else []
    return "\n".join([*above, *_concept(roadmap, place.concept, payloads, level=1), *answers])


def _payloads(contents: "Sequence[ContentVersionRow]") -> Payloads:
    return {(row.concept_id, row.content_type): row.payload for row in contents}


def _paragraph(text: str) -> list[str]:
    return [escaped(text), ""] if text.strip() else []


def _overview(framework: "Framework") -> Iterator[str]:
    yield "## Overview"
    yield ""
    yield (
        f"{hours(framework.total_estimated_hours)} of study over about "
        f"{counted(framework.recommended_completion_weeks, 'week')}: {counted(len(framework.stages), 'stage')}, "
        f"{counted(len(framework.concepts()), 'concept')}."
    )
    yield ""


def _plan(framework: "Framework") -> Iterator[str]:
    yield "## Plan"
    yield ""
    for number, stage in enumerate(framework.stages, start=1):
        yield f"{number}. **{escaped(stage.name)}** ({hours(_hours_of(stage))})"
        for module in stage.modules:
            names = ", ".join(escaped(concept.name) for concept in module.concepts)
            yield f"   - {escaped(module.name)}: {names}"
    yield ""


def _hours_of(stage: "Stage") -> float:
    return sum(concept.estimated_hours for module in stage.modules for concept in module.concepts)


def _concept(roadmap: "RoadmapView", concept: "Concept", payloads: Payloads, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(concept.name)}"
    yield ""
    yield f"*{hours(concept.estimated_hours)}, {concept.difficulty}{_builds_on(roadmap, concept)}*"
    yield ""
    yield from _paragraph(concept.description)
    for content_type in ContentType:
        payload = payloads.get((concept.concept_id, content_type))
        if payload is None:
            yield f"*{_why_missing(roadmap, concept.concept_id, content_type)}*"
            yield ""
            continue
        what = f"the {content_type} of {concept.concept_id}"
        match content_type:
            case ContentType.TUTORIAL:
                yield from _tutorial(read_stored(Tutorial, payload, what), concept.name, level)
            case ContentType.RESOURCES:
                yield from _resources(read_stored(Resources, payload, what), level + 1)
            case ContentType.QUIZ:
                yield from _quiz(read_stored(Quiz, payload, what), level + 1)


def _builds_on(roadmap: "RoadmapView", concept: "Concept") -> str:
    names = {other.concept_id: other.name for other in roadmap.framework.concepts()} if roadmap.framework else {}
    wanted = [escaped(names.get(prerequisite, prerequisite)) for prerequisite in concept.prerequisites]
    return f"; builds on {', '.join(wanted)}" if wanted else ""


def _why_missing(roadmap: "RoadmapView", concept_id: str, content_type: ContentType) -> str:
    what = {"tutorial": "The tutorial", "resources": "The list of resources", "quiz": "The quiz"}[content_type]
    state = roadmap.state(concept_id, content_type)
    if state is None:
        return f"{what} has not been written yet."
    match state.status:
        case ContentStatus.FAILED:
            return f"{what} could not be written: {escaped(state.last_error or 'no reason was kept')}"
        case ContentStatus.COMPLETED:  # of the legacy system, which kept contents elsewhere
            return f"{what} was written by an earlier system and is not stored here."
        case _:
            return f"{what} was never finished." if state.stale else f"{what} is still being written."


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
        url = resource.url.replace("<", "%3C").replace(">", "%3E")
        description = f": {escaped(resource.description)}" if resource.description.strip() else ""
        yield f"- [{escaped(resource.title)}](<{url}>) ({escaped(resource.type)}{_seen(resource)}){description}"
    yield ""
    if all(resource.verification == "unchecked" for resource in resources.resources):
        yield "*Nobody has opened these links to check them.*"
    else:
        yield "*Links without a date could not be checked.*"
    yield ""


def _seen(resource: Resource) -> str:
    day = f"{resource.checked_at:%Y-%m-%d}" if resource.checked_at else ""
    match resource.verification:
        case "verified":
            return f", seen {day}" if day else ", seen"
        case "unreachable":
            return f", did not answer {day}" if day else ", did not answer"
        case "unchecked":
            return ""
        case _ as unreachable:
            assert_never(unreachable)


def _quiz(quiz: Quiz, level: int) -> Iterator[str]:
    yield f"{_heading(level)} Quiz"
    yield ""
    for number, question in enumerate(quiz.questions, start=1):
        several = " *(several are right)*" if question.question_type == "multiple_choice" else ""
        yield f"{number}. {escaped(question.question)}{several}"
        for letter, option in zip(LETTERS, question.options, strict=False):
            yield f"   - {letter}. {escaped(option)}"
    yield ""


def _answers(concept: "Concept", payloads: Payloads, *, level: int) -> list[str]:
    payload = payloads.get((concept.concept_id, ContentType.QUIZ))
    if payload is None:
        return []
    lines = [f"{_heading(level)} {escaped(concept.name)}" if level > 2 else "## Answers", ""]
    quiz = read_stored(Quiz, payload, f"the quiz of {concept.concept_id}")
    for number, question in enumerate(quiz.questions, start=1):
        lines.append(f"{number}. {_right(question)}: {escaped(question.explanation)}")
    return [*lines, ""]


def _right(question: Question) -> str:
    return ", ".join(LETTERS[index] for index in question.correct_answer if index < len(LETTERS))


def _heading(level: int) -> str:
    return "#" * min(level, 6)
