"""Checks of a course book: of an author's parts, and of a whole book that a person has edited."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from domain.checks.code import syntax_problem
from domain.checks.findings import Finding, broken, doubt
from domain.course.book import MAX_LESSON_MINUTES, ConceptPlan, CourseBook, LessonPlan
from domain.course.drafts import (
    MAX_PLAN_LENGTH,
    BookDraft,
    ConceptPlans,
    PlanDraft,
    is_usable,
    line,
    lines,
    plans_by_concept,
    stage_of,
)
from domain.course.lessons import MAX_SINGLE_LESSON_MINUTES, lessons_fit
from domain.framework import Concept, Framework
from domain.text.names import name_key

MAX_SHARED_LENGTH: Final = 20_000
"""Characters of the part that every content prompt holds."""
MAX_EDITED_PLAN_LENGTH: Final = 16_000
"""Of a plan that a person has edited."""
MIN_OUTCOMES: Final = 3
MAX_OUTCOMES: Final = 5
MAX_NAMED: Final = 5
"""Parts that a message names."""

_CAN: Final = {
    "en": ("can",),
    "de": ("kann",),
    "nl": ("kan",),
    "fr": ("peut", "sait"),
    "es": ("puede", "sabe"),
    "pt": ("pode", "sabe", "consegue"),
    "it": ("può", "sa"),
    "ru": ("может", "умеет"),
    "zh": ("能", "可以", "会", "會"),
}
"""Beginnings of an outcome by language. In others it may stand elsewhere in the sentence."""


def check_book(draft: BookDraft, framework: Framework) -> list[Finding]:
    """Return what is wrong with the shared part of a book."""
    return [
        *_broken_book(draft),
        *_doubtful_terms(draft),
        *_doubtful_example(draft),
        *_doubtful_steps(draft, framework),
    ]


def _broken_book(draft: BookDraft) -> Iterator[Finding]:
    if not any(line(term.term) and line(term.meaning) for term in draft.glossary):
        yield broken("book.glossary", "The glossary holds no term with a meaning.")
    if (length := len(draft.model_dump_json())) > MAX_SHARED_LENGTH:
        yield broken("book.size", f"It has {length} characters; at most {MAX_SHARED_LENGTH} are allowed. Be brief.")


def _doubtful_terms(draft: BookDraft) -> Iterator[Finding]:
    seen: set[str] = set()
    for term in draft.glossary:
        if not line(term.meaning):
            yield doubt("book.term", f"“{line(term.term)}” has no meaning.")
        if name_key(term.term) in seen:
            yield doubt(
                "book.term", f"“{line(term.term)}” is in the glossary twice: one meaning and one notation count."
            )
        seen.add(name_key(term.term))


def _doubtful_example(draft: BookDraft) -> Iterator[Finding]:
    example = draft.example
    if example is None:
        return
    language = line(example.language).lower()
    if language and not example.code.strip():
        yield doubt("book.example", f"The example names the language {language} and has no code. Write the whole code.")
    if example.code.strip() and not language:
        yield doubt("book.example", "The example has code and names no language.")
    if problem := syntax_problem(example.code, language):
        yield doubt("book.example", f"The code of the example does not parse: {problem}.")


def _doubtful_steps(draft: BookDraft, framework: Framework) -> Iterator[Finding]:
    if draft.project is None:
        return
    stages = [stage_of(step, framework) for step in draft.project.steps]
    for step, stage_id in zip(draft.project.steps, stages, strict=True):
        if stage_id is None:
            yield doubt("book.project", f"There is no stage {line(step.stage_id)!r}; name a stage by its id.")
    if missing := [stage.stage_id for stage in framework.stages if stage.stage_id not in stages]:
        yield doubt("book.project", f"The project has no step for {_named(missing)}.")


def check_plans(
    draft: ConceptPlans, concepts: Sequence[Concept], language: str, *, single_lessons: bool = False
) -> list[Finding]:
    """Return what is wrong with the plans of these concepts. Without a single usable plan the answer is broken.

    `single_lessons`: every concept is one lesson, whatever its plan says about lessons.
    """
    plans = plans_by_concept(draft, concepts)
    findings: list[Finding] = []
    if missing := [concept.concept_id for concept in concepts if concept.concept_id not in plans]:
        findings.append(doubt("plan.missing", f"The plan is missing for {_named(missing)}."))
    for concept in concepts:
        if plan := plans.get(concept.concept_id):
            findings += _check_plan(plan, concept, language)
            findings += [] if single_lessons else _check_lessons(plan, concept)
    if any(is_usable(plan, single_lessons=single_lessons) for plan in plans.values()):
        return findings
    return [broken(finding.rule, finding.message) for finding in findings]


def _check_plan(plan: PlanDraft, concept: Concept, language: str) -> Iterator[Finding]:
    name, outcomes = concept.concept_id, lines(plan.outcomes)
    if (length := len(plan.model_dump_json())) > MAX_PLAN_LENGTH:
        yield doubt("plan.size", f"The plan of {name} has {length} characters; at most {MAX_PLAN_LENGTH} are allowed.")
    if not line(plan.teaches):
        yield doubt("plan.teaches", f"The plan of {name} does not say what it teaches.")
    if not MIN_OUTCOMES <= len(outcomes) <= MAX_OUTCOMES:
        asked = f"{MIN_OUTCOMES} to {MAX_OUTCOMES}"
        yield doubt("plan.outcomes", f"{name} has {len(outcomes)} different outcomes; write {asked}.")
    beginnings = _CAN.get(language.partition("-")[0], ())
    if wrong := [text for text in outcomes if beginnings and not text.lower().startswith(beginnings)]:
        yield doubt("plan.outcomes", f"Outcomes of {name} do not begin with “{beginnings[0]}”: {_named(wrong)}.")
    if beliefs := [line(one.belief) for one in plan.misconceptions if line(one.belief) and not line(one.correction)]:
        yield doubt("plan.misconceptions", f"Misconceptions of {name} have no `correction`: {_named(beliefs)}.")


def _check_lessons(plan: PlanDraft, concept: Concept) -> Iterator[Finding]:
    lessons = [LessonPlan(lesson_id="", minutes=lesson.minutes) for lesson in plan.lessons]
    if not lessons_fit(lessons, concept.estimated_hours):
        minutes, wanted = sum(lesson.minutes for lesson in plan.lessons), round(60 * concept.estimated_hours)
        longest = "" if wanted <= MAX_SINGLE_LESSON_MINUTES else f", none longer than {MAX_LESSON_MINUTES}"
        taken = f"The lessons of {concept.concept_id} take {minutes} minutes"
        yield doubt("plan.minutes", f"{taken}; {wanted} are planned{longest}.")


def book_problem(book: CourseBook, framework: Framework) -> str | None:
    """Return the first thing that is wrong with a book that a person has edited, None if it can be used.

    The texts themselves are the person's.
    """
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for text in _texts(book.model_dump()) for char in text):
        return "it contains a NUL character or a lone surrogate, which cannot be stored"
    concepts = {concept.concept_id for concept in framework.concepts()}
    planned: set[str] = set()
    for plan in book.concepts:
        if plan.concept_id not in concepts:
            return f"concepts: the structure has no concept {plan.concept_id!r}"
        if plan.concept_id in planned:
            return f"concepts: {plan.concept_id} has two plans"
        planned.add(plan.concept_id)
        if problem := _plan_problem(plan):
            return f"{plan.concept_id}: {problem}"
    stages = {stage.stage_id for stage in framework.stages}
    unknown = [step.stage_id for step in book.project.steps if step.stage_id not in stages] if book.project else []
    if unknown:
        return f"project: the structure has no stage {unknown[0]!r}"
    names = [name_key(term.term) for term in book.glossary]
    if "" in names:
        return "glossary: a term is empty"
    if len(set(names)) < len(names):
        return "glossary: a term is there twice"
    shared = len(json.dumps(book.model_dump(mode="json", exclude={"concepts"}), ensure_ascii=False))
    if shared > MAX_SHARED_LENGTH:
        return f"it has {shared} characters without the plans; at most {MAX_SHARED_LENGTH} are allowed"
    return None


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)


def _plan_problem(plan: ConceptPlan) -> str | None:
    if len(plan.model_dump_json()) > MAX_EDITED_PLAN_LENGTH:
        return f"the plan is too long: at most {MAX_EDITED_PLAN_LENGTH} characters are allowed"
    for what, ids in {
        "outcome": [outcome.outcome_id for outcome in plan.outcomes],
        "lesson": [lesson.lesson_id for lesson in plan.lessons],
    }.items():
        if len(set(ids)) < len(ids) or not all(map(str.strip, ids)):
            return f"every {what} needs an id of its own"
    if any(not line(outcome.text) for outcome in plan.outcomes):
        return "an outcome is empty"
    if any(line(one.correction) and not line(one.belief) for one in plan.misconceptions):
        return "a misconception has a correction alone, without its belief"
    if any(not 1 <= lesson.minutes <= 24 * 60 for lesson in plan.lessons):
        return "a lesson takes between 1 and 1440 minutes"
    return None


def _named(texts: Sequence[str]) -> str:
    rest = len(texts) - MAX_NAMED
    return ", ".join(texts[:MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")
