"""The book of a structure that has changed: what stays, and which concepts need another plan."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.course.book import ConceptPlan, CourseBook
from domain.course.lessons import fitted_lessons, single_lesson
from domain.editing.diff import changed_concepts
from domain.editing.review import Issue
from domain.framework import Framework

_ABOUT_THE_RUN: Final = frozenset(
    {"no_review", "review_not_satisfied", "nothing_changed", "operation_refused", "learned"}
)
"""Categories of warnings that are not about the structure."""


def concepts_to_plan(before: Framework, after: Framework) -> list[str]:
    """Return the ids of concepts that are new or have another subject, in learning order."""
    known = {concept.concept_id for concept in before.concepts()}
    changed = set(changed_concepts(before, after))
    ids = [concept.concept_id for concept in after.concepts()]
    return [concept_id for concept_id in ids if concept_id not in known or concept_id in changed]


def revised(
    book: CourseBook,
    before: Framework,
    after: Framework,
    plans: Mapping[str, ConceptPlan],
    warnings: Sequence[str],
    *,
    single_lessons: bool = False,
) -> CourseBook:
    """Return the book of `before` as that of `after`, with these new plans.

    Other plans stay as they are, apart from the minutes of lessons where a concept got other hours; `single_lessons`:
    as one lesson. What is about removed parts is left out.
    """
    hours = {concept.concept_id: concept.estimated_hours for concept in before.concepts()}
    known = {plan.concept_id: plan for plan in book.concepts}
    ordered: list[ConceptPlan] = []
    for concept in after.concepts():
        plan = plans.get(concept.concept_id) or known.get(concept.concept_id)
        if plan is None:
            continue
        if plan.lessons and hours.get(concept.concept_id, concept.estimated_hours) != concept.estimated_hours:
            new = concept.estimated_hours
            lessons = single_lesson(concept.name, new) if single_lessons else fitted_lessons(plan.lessons, new)
            plan = plan.model_copy(update={"lessons": lessons})
        ordered.append(plan)
    project = book.project
    if project is not None:
        stages = {stage.stage_id for stage in after.stages}
        steps = [step for step in project.steps if step.stage_id in stages]
        project = project if steps == project.steps else project.model_copy(update={"steps": steps})
    return book.model_copy(update={"concepts": ordered, "project": project, "warnings": list(warnings)})


def without_removed(stored: Mapping[str, Any], framework: Framework) -> dict[str, Any]:
    """Return a stored book, of whichever version, without the plans of removed concepts."""
    plans = stored.get("concepts")
    if not isinstance(plans, list):
        return dict(stored)
    ids = {concept.concept_id for concept in framework.concepts()}
    kept = [plan for plan in plans if not isinstance(plan, dict) or plan.get("concept_id") in ids]
    return {**stored, "concepts": kept}


def warnings_for_authors(issues: Sequence[Issue]) -> list[str]:
    """Return the warnings of a validation that are about the structure."""
    return [
        " ".join(f"{issue.issue.rstrip('.')}. {issue.suggestion}".split())
        for issue in issues
        if issue.severity == "warning" and issue.category not in _ABOUT_THE_RUN
    ]
