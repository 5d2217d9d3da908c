"""Sentences that Markdown and HTML documents share."""

from typing import Any, Final, assert_never

from domain.checks.code_runs import RunState, read_runs
from domain.checks.prose.markdown import outline
from domain.content_types import ContentSpec
from domain.contents import Question, Resource, Resources
from domain.framework import Concept, Framework
from domain.roadmap_export import WrittenContent
from domain.vocabulary import ContentStatus
from rendering.pages.remarks import run_of
from rendering.text.pace_text import span_of
from rendering.text.schedule import Week, WeeklyPlan
from rendering.text.text import counted, hours, one_line

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Labels of the options of a question."""
HOURS_OF_A_WEEK: Final = 168
_RUN_WORDS: Final[dict[RunState, str]] = {
    "ran": "run",
    "fails as shown": "run, ending with the error that is shown",
    "doubtful": "run, in doubt",
    "not run": "not run",
}


def overview(framework: Framework) -> str:
    """Return the size of a roadmap in one sentence. Weeks are left to the weekly plan, which knows the present pace."""
    return (
        f"{hours(framework.total_estimated_hours)} of study: {counted(len(framework.stages), 'stage')}, "
        f"{counted(len(framework.concepts()), 'concept')}."
    )


def weekly(plan: WeeklyPlan) -> str:
    """Return the length of a weekly plan, and whether it meets the deadline."""
    length = f"With {hours(plan.hours_per_week)} a week: {counted(len(plan.weeks), 'week')}"
    return f"{length}, as of {plan.today}. {in_time(plan)}".rstrip()


def in_time(plan: WeeklyPlan) -> str:
    """Return how much time the deadline leaves and, if that is too little, how many hours a week it would take.

    Empty without a deadline.
    """
    if plan.deadline is None or plan.weeks_left is None:
        return ""
    if plan.deadline < plan.today:
        return f"The deadline, {plan.deadline}, has passed."
    left = f"The deadline, {plan.deadline}, leaves {span_of(plan.weeks_left)}"
    if not plan.is_too_long:
        return f"{left}."
    if plan.hours_needed is None or plan.hours_needed > HOURS_OF_A_WEEK:
        return f"{left}, which is too little time for the rest."
    return f"{left}: this takes {hours(plan.hours_needed)} a week."


def days_of(week: Week) -> str:
    """Return `2026-11-30 to 2026-12-06`, or an empty text beyond the last date of the calendar."""
    return f"{week.starts} to {week.ends}" if week.starts and week.ends else ""


def builds_on(framework: Framework | None, concept: Concept) -> list[str]:
    """Return the names of the prerequisites of a concept."""
    names = {other.concept_id: other.name for other in framework.concepts()} if framework else {}
    return [names.get(prerequisite, prerequisite) for prerequisite in concept.prerequisites]


def why_missing(written: WrittenContent, spec: ContentSpec[Any]) -> str:
    """Return why a manuscript lacks a content, in one sentence."""
    subject = f"The {spec.noun}"
    if written.payload is not None:
        return f"{subject} is stored in a format that this version cannot read."
    match written.status:
        case None:
            return f"{subject} has not been written yet."
        case ContentStatus.FAILED:
            return f"{subject} could not be written: {one_line(written.last_error or 'no reason was recorded')}"
        case ContentStatus.COMPLETED:  # of the legacy system, which kept contents elsewhere
            return f"{subject} was written by an earlier system and is not stored here."
        case ContentStatus.PENDING | ContentStatus.GENERATING:
            return f"{subject} was never finished." if written.stale else f"{subject} is still being written."
        case _ as unreachable:
            assert_never(unreachable)


def remarks(written: WrittenContent, spec: ContentSpec[Any]) -> list[str]:
    """Return what a reader of a content should know: whether it is out of date, and the doubts of the checks."""
    out_of_date = [f"Out of date: the {spec.noun} was made from an older lesson."] if written.out_of_date else []
    return [*out_of_date, *filter(None, [doubts_in_words(written)])]


def seen(resource: Resource) -> str:
    """Return the result of the check of a link; empty if it was not checked."""
    day = f"{resource.checked_at:%Y-%m-%d}" if resource.checked_at else ""
    match resource.verification:
        case "verified":
            return f"checked {day}" if day else "checked"
        case "unreachable":
            return f"did not answer {day}" if day else "did not answer"
        case "unchecked":
            return ""
        case _ as unreachable:
            assert_never(unreachable)


def trust(resources: Resources) -> str:
    """Return a note on how many links of a list were checked."""
    if all(resource.verification == "unchecked" for resource in resources.resources):
        return "These links have not been checked."
    return "Links without a date could not be checked."


def doubts_in_words(written: WrittenContent) -> str:
    """Return the doubts of the checks about a content in one sentence; empty if there are none."""
    doubts = [f"In “{doubt.heading}”: {doubt.message}" if doubt.heading else doubt.message for doubt in written.doubts]
    return f"Doubts of the checks: {' '.join(doubts)}" if doubts else ""


def code_in_words(markdown: str, code_report: Any) -> str:
    """Return which code blocks of a lesson were run and which were not; empty if nobody runs code of its languages."""
    blocks = outline(markdown).blocks
    lines = [markdown.count("\n", 0, block.start) for block in blocks]
    runs = read_runs(code_report)
    by_state: dict[RunState, list[str]] = {}
    for number, (block, line) in enumerate(zip(blocks, lines, strict=True), start=1):
        if run := run_of(" ".join([block.language, *block.marks]), line, runs):
            by_state.setdefault(run.state, []).append(str(number))
    told = [f"{words} {', '.join(by_state[state])}" for state, words in _RUN_WORDS.items() if state in by_state]
    return f"Code blocks: {'; '.join(told)}." if told else ""


def right(question: Question) -> str:
    """Return the letters of the correct options: `A, C`."""
    return ", ".join(LETTERS[index] for index in question.correct_answer if 0 <= index < len(LETTERS))
