"""What code checks before an author's words count. Messages are written for the author, who gets them back."""

import re
from collections.abc import Iterator
from typing import assert_never
from urllib.parse import urlsplit

from domain.contents import Content, Question, Quiz, Resources, Tutorial
from domain.framework import Framework
from domain.language import is_written_in
from domain.review import Issue

FEWEST_QUESTIONS = 3
FEWEST_HEADINGS = 2

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")


def check_framework(framework: Framework, max_concepts: int) -> list[Issue]:
    """What is structurally wrong; a critical issue must be mended before contents are made."""
    issues = [*_check_parts(framework), *_check_concepts(framework)]
    count = len(framework.concepts())
    if not count:
        issues.append(
            _critical("no_concepts", "", "The roadmap has no concept", "Add stages with modules and concepts")
        )
    if count > max_concepts:
        what = f"The roadmap has {count} concepts; at most {max_concepts} are allowed"
        issues.append(_critical("too_many_concepts", "", what, "Remove or merge concepts"))
    return issues


def _check_parts(framework: Framework) -> Iterator[Issue]:
    ids: set[str] = set()

    def duplicate(identifier: str) -> Iterator[Issue]:
        if identifier in ids:
            yield _critical("duplicate_id", identifier, f"The id {identifier} is used twice", "Remove one of the two")
        ids.add(identifier)

    for stage in framework.stages:
        yield from duplicate(stage.stage_id)
        if not stage.modules:
            yield _critical("empty_stage", stage.stage_id, f"Stage “{stage.name}” has no module", "Fill or remove it")
        for module in stage.modules:
            yield from duplicate(module.module_id)
            if not module.concepts:
                what = f"Module “{module.name}” has no concept"
                yield _critical("empty_module", module.module_id, what, "Fill or remove it")
            for concept in module.concepts:
                yield from duplicate(concept.concept_id)


def _check_concepts(framework: Framework) -> Iterator[Issue]:
    concepts = framework.concepts()
    known = {concept.concept_id: concept.name for concept in concepts}
    seen: set[str] = set()
    names: set[str] = set()
    for concept in concepts:
        for wanted in concept.prerequisites:
            if wanted not in known:
                what = f"“{concept.name}” needs an unknown concept {wanted}"
                yield _critical("unknown_prerequisite", concept.concept_id, what, "Name an existing concept")
            elif wanted not in seen:
                what = f"“{concept.name}” needs “{known[wanted]}”, which comes later"
                yield _critical("later_prerequisite", concept.concept_id, what, "Change the order or the prerequisite")
        if not 0 < concept.estimated_hours <= 200:
            what = f"“{concept.name}” has {concept.estimated_hours} hours"
            yield _critical("hours", concept.concept_id, what, "Give it more than 0 and at most 200 hours")
        if concept.name.casefold() in names:
            what = f"Two concepts are named “{concept.name}”"
            yield Issue(
                severity="warning",
                category="duplicate_name",
                location=concept.concept_id,
                issue=what,
                suggestion="Rename one of them",
            )
        names.add(concept.name.casefold())
        seen.add(concept.concept_id)


def _critical(category: str, location: str, issue: str, suggestion: str) -> Issue:
    return Issue(severity="critical", category=category, location=location, issue=issue, suggestion=suggestion)


def check_content(content: Content) -> list[str]:
    """What is wrong with a content; empty when it counts."""
    match content:
        case Tutorial():
            return list(_check_tutorial(content))
        case Resources():
            return list(_check_resources(content))
        case Quiz():
            return list(_check_quiz(content))
        case _:
            assert_never(content)


def _check_tutorial(tutorial: Tutorial) -> Iterator[str]:
    if not tutorial.title.strip():
        yield "The title is blank."
    headings, open_fence = _outline(tutorial.content)
    if headings < FEWEST_HEADINGS:
        yield f"The content has {headings} headings; it needs at least {FEWEST_HEADINGS} sections."
    if open_fence:
        yield f"The code fence {open_fence} is never closed."
    if not is_written_in(tutorial.content, tutorial.language):
        yield f"The content is not written in the language it declares ({tutorial.language})."


def _outline(markdown: str) -> tuple[int, str | None]:
    """Headings outside code, and the fence left open (CommonMark 4.5: closed by at least as many of its characters)."""
    headings = 0
    fence: str | None = None
    for line in markdown.splitlines():
        mark = _FENCE.match(line)
        if fence is None:
            if mark and not (mark[1][0] == "`" and "`" in mark[2]):
                fence = mark[1]
            elif _HEADING.match(line):
                headings += 1
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = None
    return headings, fence


def _check_resources(resources: Resources) -> Iterator[str]:
    if not resources.resources:
        yield "There is no resource."
    for number, resource in enumerate(resources.resources, start=1):
        if not resource.title.strip():
            yield f"Resource {number} has a blank title."
        if not _is_web_address(resource.url):
            yield f"Resource {number} has no http(s) URL: {resource.url[:200]!r}."


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:
        return False


def _check_quiz(quiz: Quiz) -> Iterator[str]:
    if len(quiz.questions) < FEWEST_QUESTIONS:
        yield f"The quiz has {len(quiz.questions)} questions; it needs at least {FEWEST_QUESTIONS}."
    ids = [question.question_id for question in quiz.questions]
    if len(set(ids)) < len(ids):
        yield "Two questions have the same question_id."
    for number, question in enumerate(quiz.questions, start=1):
        for problem in _check_question(question):
            yield f"Question {number} {problem}."


def _check_question(question: Question) -> Iterator[str]:
    options = [option.strip().casefold() for option in question.options]
    right = question.correct_answer
    if not question.question.strip():
        yield "is blank"
    if len(options) < 2:
        yield "has fewer than two options"
    if "" in options:
        yield "has a blank option"
    if len(set(options)) < len(options):
        yield "has the same option twice"
    if question.question_type == "true_false" and len(options) != 2:
        yield "is true_false and must have two options"
    if not right or len(set(right)) < len(right) or not all(0 <= index < len(options) for index in right):
        yield "must name its right options by index, each once"
    if question.question_type in {"single_choice", "true_false"} and len(right) != 1:
        yield "must have exactly one right option"
    if not question.explanation.strip():
        yield "has no explanation"
