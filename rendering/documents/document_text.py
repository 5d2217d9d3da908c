"""What documents of all formats say in the same words."""

from typing import Any, Final, assert_never

from domain.content_types import ContentSpec
from domain.contents import Question, Resource, Resources
from domain.framework import Concept, Framework
from domain.roadmap_export import WrittenContent
from domain.vocabulary import ContentStatus
from rendering.text.pace_text import span_of
from rendering.text.schedule import Schedule, Week
from rendering.text.text import counted, hours, one_line

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What options are called."""
MAX_HOURS: Final = 168
"""That a week has."""


def overview(framework: Framework) -> str:
    return (
        f"{hours(framework.total_estimated_hours)} of study over about "
        f"{counted(framework.recommended_completion_weeks, 'week')}: {counted(len(framework.stages), 'stage')}, "
        f"{counted(len(framework.concepts()), 'concept')}."
    )


def weekly(plan: Schedule) -> str:
    """What a weekly plan comes to, and whether it is in time."""
    said = f"With {hours(plan.hours_per_week)} a week: {counted(len(plan.weeks), 'week')}"
    return f"{said}, as of {plan.today}. {in_time(plan)}".rstrip()


def in_time(plan: Schedule) -> str:
    """What the deadline leaves, and what it would take where that does not do; empty without a deadline."""
    if plan.deadline is None or plan.weeks_left is None:
        return ""
    if plan.deadline < plan.today:
        return f"The deadline, {plan.deadline}, is past."
    left = f"The deadline, {plan.deadline}, leaves {span_of(plan.weeks_left)}"
    if not plan.is_too_long:
        return f"{left}."
    if plan.hours_needed is None or plan.hours_needed > MAX_HOURS:
        return f"{left}, which is too little for what is left."
    return f"{left}: it takes {hours(plan.hours_needed)} a week."


def days_of(week: Week) -> str:
    """`2026-11-30 to 2026-12-06`; empty where no calendar goes that far."""
    return f"{week.starts} to {week.ends}" if week.starts and week.ends else ""


def builds_on(framework: Framework | None, concept: Concept) -> list[str]:
    """Names of the concepts that it needs."""
    names = {other.concept_id: other.name for other in framework.concepts()} if framework else {}
    return [names.get(prerequisite, prerequisite) for prerequisite in concept.prerequisites]


def why_missing(written: WrittenContent, spec: ContentSpec[Any]) -> str:
    """Return why a manuscript cannot give a content."""
    what = f"The {spec.noun}"
    if written.payload is not None:
        return f"{what} is stored in a form that this version does not read."
    match written.status:
        case None:
            return f"{what} has not been written yet."
        case ContentStatus.FAILED:
            return f"{what} could not be written: {one_line(written.last_error or 'no reason was kept')}"
        case ContentStatus.COMPLETED:  # of the legacy system, which kept contents elsewhere
            return f"{what} was written by an earlier system and is not stored here."
        case ContentStatus.PENDING | ContentStatus.GENERATING:
            return f"{what} was never finished." if written.stale else f"{what} is still being written."
        case _ as unreachable:
            assert_never(unreachable)


def seen(resource: Resource) -> str:
    """What is known of the link; nothing where nobody could tell."""
    day = f"{resource.checked_at:%Y-%m-%d}" if resource.checked_at else ""
    match resource.verification:
        case "verified":
            return f"seen {day}" if day else "seen"
        case "unreachable":
            return f"did not answer {day}" if day else "did not answer"
        case "unchecked":
            return ""
        case _ as unreachable:
            assert_never(unreachable)


def trust(resources: Resources) -> str:
    """How far the links of a list can be trusted."""
    if all(resource.verification == "unchecked" for resource in resources.resources):
        return "Nobody has opened these links to check them."
    return "Links without a date could not be checked."


def right(question: Question) -> str:
    """`A, C`"""
    return ", ".join(LETTERS[index] for index in question.correct_answer if 0 <= index < len(LETTERS))
