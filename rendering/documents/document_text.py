"""Sentences that Markdown and HTML documents share."""

from typing import Any, Final, assert_never

from domain.checks.code_runs import RunState, read_runs
from domain.checks.prose.markdown import outline
from domain.content_types import ContentSpec
from domain.contents import Question, Resource, Resources
from domain.framework import Concept, Framework
from domain.roadmap_export import WrittenContent
from domain.vocabulary import ContentStatus
from rendering.languages.translation import N_, _
from rendering.pages.remarks import run_of
from rendering.text.pace_text import span_of
from rendering.text.schedule import Week, WeeklyPlan
from rendering.text.text import counted, hours, one_line

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Labels of the options of a question."""
_NOUNS: Final = (N_("tutorial"), N_("list of resources"), N_("quiz"))
"""Of the content types that are built in."""
HOURS_OF_A_WEEK: Final = 168
_RUN_WORDS: Final[dict[RunState, str]] = {
    "ran": N_("run {blocks}"),
    "fails as shown": N_("run, ending with the error that is shown {blocks}"),
    "doubtful": N_("run, in doubt {blocks}"),
    "not run": N_("not run {blocks}"),
}


def overview(framework: Framework) -> str:
    """Return the size of a roadmap in one sentence. Weeks are left to the weekly plan, which knows the present pace."""
    return _(
        "{hours} of study: {stages}, {concepts}.",
        hours=hours(framework.total_estimated_hours),
        stages=counted(len(framework.stages), "stage"),
        concepts=counted(len(framework.concepts()), "concept"),
    )


_DIFFICULTIES: Final = (N_("easy"), N_("medium"), N_("hard"))


def size_of(concept: Concept) -> str:
    """Return `2 h, easy`."""
    return _("{hours}, {difficulty}", hours=hours(concept.estimated_hours), difficulty=_(concept.difficulty))


def weekly(plan: WeeklyPlan) -> str:
    """Return the length of a weekly plan, and whether it meets the deadline."""
    length = _(
        "With {hours} a week: {weeks}, as of {today}.",
        hours=hours(plan.hours_per_week),
        weeks=counted(len(plan.weeks), "week"),
        today=plan.today,
    )
    return f"{length} {in_time(plan)}".rstrip()


def in_time(plan: WeeklyPlan) -> str:
    """Return how much time the deadline leaves and, if that is too little, how many hours a week it would take.

    Empty without a deadline.
    """
    if plan.deadline is None or plan.weeks_left is None:
        return ""
    if plan.deadline < plan.today:
        return _("The deadline, {day}, has passed.", day=plan.deadline)
    left = {"day": plan.deadline, "span": span_of(plan.weeks_left)}
    if not plan.is_too_long:
        return _("The deadline, {day}, leaves {span}.", **left)
    if plan.hours_needed is None or plan.hours_needed > HOURS_OF_A_WEEK:
        return _("The deadline, {day}, leaves {span}, which is too little time for the rest.", **left)
    return _("The deadline, {day}, leaves {span}: this takes {hours} a week.", hours=hours(plan.hours_needed), **left)


def days_of(week: Week) -> str:
    """Return `2026-11-30 to 2026-12-06`, or an empty text beyond the last date of the calendar."""
    return _("{first} to {last}", first=week.starts, last=week.ends) if week.starts and week.ends else ""


def builds_on(framework: Framework | None, concept: Concept) -> list[str]:
    """Return the names of the prerequisites of a concept."""
    names = {other.concept_id: other.name for other in framework.concepts()} if framework else {}
    return [names.get(prerequisite, prerequisite) for prerequisite in concept.prerequisites]


def why_missing(written: WrittenContent, spec: ContentSpec[Any]) -> str:
    """Return why a manuscript lacks a content, in one sentence."""
    noun = _(spec.noun)
    if written.payload is not None:
        return _("The {noun} is stored in a format that this version cannot read.", noun=noun)
    match written.status:
        case None:
            return _("The {noun} has not been written yet.", noun=noun)
        case ContentStatus.FAILED:
            reason = one_line(written.last_error or _("no reason was recorded"))
            return _("The {noun} could not be written: {reason}", noun=noun, reason=reason)
        case ContentStatus.COMPLETED:  # of the legacy system, which kept contents elsewhere
            return _("The {noun} was written by an earlier system and is not stored here.", noun=noun)
        case ContentStatus.PENDING | ContentStatus.GENERATING:
            line = N_("The {noun} was never finished.") if written.stale else N_("The {noun} is still being written.")
            return _(line, noun=noun)
        case _ as unreachable:
            assert_never(unreachable)


def remarks(written: WrittenContent, spec: ContentSpec[Any]) -> list[str]:
    """Return what a reader of a content should know: whether it is out of date, and the doubts of the checks."""
    out_of_date = _("Out of date: the {noun} was made from an older lesson.", noun=_(spec.noun))
    return [*filter(None, [out_of_date if written.out_of_date else "", doubts_in_words(written)])]


def seen(resource: Resource) -> str:
    """Return the result of the check of a link; empty if it was not checked."""
    day = f"{resource.checked_at:%Y-%m-%d}" if resource.checked_at else ""
    match resource.verification:
        case "verified":
            return _("checked {day}", day=day) if day else _("checked")
        case "unreachable":
            return _("did not answer {day}", day=day) if day else _("did not answer")
        case "unchecked":
            return ""
        case _ as unreachable:
            assert_never(unreachable)


def trust(resources: Resources) -> str:
    """Return a note on how many links of a list were checked."""
    if all(resource.verification == "unchecked" for resource in resources.resources):
        return _("These links have not been checked.")
    return _("Links without a date could not be checked.")


def doubts_in_words(written: WrittenContent) -> str:
    """Return the doubts of the checks about a content in one sentence; empty if there are none."""
    doubts = [
        _("In “{heading}”: {doubt}", heading=doubt.heading, doubt=doubt.message) if doubt.heading else doubt.message
        for doubt in written.doubts
    ]
    return _("Doubts of the checks: {doubts}", doubts=" ".join(doubts)) if doubts else ""


def code_in_words(markdown: str, code_report: Any) -> str:
    """Return which code blocks of a lesson were run and which were not; empty if nobody runs code of its languages."""
    blocks = outline(markdown).blocks
    lines = [markdown.count("\n", 0, block.start) for block in blocks]
    runs = read_runs(code_report)
    by_state: dict[RunState, list[str]] = {}
    for number, (block, line) in enumerate(zip(blocks, lines, strict=True), start=1):
        if run := run_of(" ".join([block.language, *block.marks]), line, runs):
            by_state.setdefault(run.state, []).append(str(number))
    states = [_(words, blocks=", ".join(by_state[state])) for state, words in _RUN_WORDS.items() if state in by_state]
    return _("Code blocks: {states}.", states="; ".join(states)) if states else ""


def right(question: Question) -> str:
    """Return the letters of the correct options: `A, C`."""
    return ", ".join(LETTERS[index] for index in question.correct_answer if 0 <= index < len(LETTERS))
