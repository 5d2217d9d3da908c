"""Events in words, for `roadmap log`, the progress of a run and the event log on the pages."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from domain.content_types import CONTENT_SPECS
from domain.vocabulary import Step
from domain.waits.model_wait import ModelWait
from rendering.languages.translation import N_, _
from rendering.text.text import clean, counted, hours, one_line


class StoredEvent(Protocol):
    """An event of a run, as the repository returns it."""

    @property
    def sequence(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...


DOING: Final[Mapping[str, str]] = {
    Step.INIT: N_("Starting"),
    Step.INTENT_ANALYSIS: N_("Understanding the goal"),
    Step.CURRICULUM_DESIGN: N_("Designing the curriculum"),
    Step.STRUCTURE_VALIDATION: N_("Checking the structure"),
    Step.EDIT_PLAN_ANALYSIS: N_("Planning changes"),
    Step.ROADMAP_EDIT: N_("Changing the structure"),
    Step.COURSE_DESIGN: N_("Writing the course book"),
    Step.HUMAN_REVIEW: N_("Waiting for a reviewer"),
    Step.CONTENT_GENERATION: N_("Writing the contents"),
    Step.SECOND_LOOK: N_("Looking again at what was written"),
    **{spec.step: spec.activity for spec in CONTENT_SPECS.values()},
}
"""Step -> what a run does in it."""
_ACTIVITIES: Final = (N_("Writing a tutorial"), N_("Looking for resources"), N_("Writing a quiz"))
"""Of the content types that are built in."""

MAX_TEXT_LENGTH: Final = 160


def gist(event: StoredEvent) -> str:
    """Return the content of an event in one cleaned line."""
    describe = _GISTS.get(event.type)
    try:
        text = json.dumps(event.payload, ensure_ascii=False) if describe is None else describe(event.payload)
    except (KeyError, TypeError, ValueError):  # an event of another version of this program
        text = json.dumps(event.payload, ensure_ascii=False)
    return one_line(text, MAX_TEXT_LENGTH)


def line_of(event: StoredEvent) -> str:
    """Return an event as a line of a log: `   12  2026-07-01 12:00:00.123  content_started      quiz of c-1-2-3`."""
    moment = event.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"{event.sequence:>5}  {moment}  {event.type:<19}  {gist(event)}"


def details(event: StoredEvent) -> list[str]:
    """Return what does not fit into one line, cleaned: feedback, plans and changes."""
    describe = _DETAILS.get(event.type)
    try:
        return [] if describe is None else [clean(line.replace("\n", " ")) for line in describe(event.payload)]
    except (KeyError, TypeError, ValueError):  # as in `gist`
        return []


def doing(step: str) -> str:
    """Return what a run does in a step: `Writing a quiz`."""
    return _(DOING.get(step, step.replace("_", " ").capitalize()))


def subject(payload: Mapping[str, Any]) -> str:
    """Return `quiz of c-1-2-3`."""
    return _("{content_type} of {concept}", content_type=_(str(payload["content_type"])), concept=payload["concept_id"])


def wait_in_words(wait: ModelWait, now: datetime | None = None) -> str:
    """Return `openai:x: connection refused; try 4, next in 8 s, gives up at 14:10`.

    Without `now`, as in a log of the past, the next try is a moment too.
    """
    if now is None:
        following = _("next at {time}", time=f"{wait.next_at.astimezone():%H:%M:%S}")
    else:
        following = _("next in {seconds} s", seconds=max(round((wait.next_at - now).total_seconds()), 0))
    line = _(
        "{model}: {reason}; try {number}, {following}, gives up at {time}",
        model=wait.model,
        reason=wait.reason,
        number=wait.tries,
        following=following,
        time=f"{wait.gives_up_at.astimezone():%H:%M}",
    )
    return one_line(line)


def _waits(payload: Mapping[str, Any]) -> str:
    return wait_in_words(ModelWait.model_validate(payload))


def _requested(payload: Mapping[str, Any]) -> str:
    run = _(
        "{task_type} of {roadmap} for {user}",
        task_type=payload["task_type"],
        roadmap=payload["roadmap_id"],
        user=payload["user_id"],
    )
    by = _(", requested by {user}", user=payload["by"]) if payload.get("by") else ""
    pace = payload.get("pace") or {}
    deadline = _(", by {day}", day=pace["deadline"]) if pace.get("deadline") else ""
    if pace.get("deadline_words") and not deadline:
        deadline = _(", the deadline “{words}” was not understood and is ignored", words=pace["deadline_words"])
    return f"{run}{by}{deadline}"


def _resumed(payload: Mapping[str, Any]) -> str:
    by = _(", resumed by {user}", user=payload["by"]) if payload.get("by") else ""
    return _("was {status}", status=payload["from"]) + by


def _started(payload: Mapping[str, Any]) -> str:
    died = payload.get("from") == "processing"
    line = (
        N_("attempt {number} by {worker}, after the previous process died")
        if died
        else N_("attempt {number} by {worker}")
    )
    return _(line, number=payload["attempt"], worker=payload["worker_id"])


def framework_in_words(framework: Mapping[str, Any]) -> str:
    """Return `3 stages, 13 concepts, 60 h: Chess`."""
    stages = framework["stages"]
    size = f"{counted(len(stages), 'stage')}, {counted(_concepts(framework), 'concept')}"
    return f"{size}, {hours(framework['total_estimated_hours'])}: {framework['title']}"


def _concepts(framework: Mapping[str, Any]) -> int:
    return sum(len(module["concepts"]) for stage in framework["stages"] for module in stage["modules"])


def validation_in_words(validation: Mapping[str, Any]) -> str:
    """Return `valid, 92 of 100 points, 2 warnings`, or why a structure is not valid."""
    issues = validation["issues"]
    critical = [issue["issue"] for issue in issues if issue["severity"] == "critical"]
    if not validation["is_valid"]:
        return _("not valid: {reasons}", reasons="; ".join(critical) or validation["validation_summary"])
    warnings = f", {counted(len(issues), 'warning')}" if issues else ""
    score = validation["overall_score"]
    sound = _("structure is sound") if score is None else _("valid, {score} of 100 points", score=f"{score:.0f}")
    return f"{sound}{warnings}"


def book_in_words(book: Mapping[str, Any]) -> str:
    """Return `12 terms, plans for 8 concepts, example: A library`."""
    example = (book.get("example") or {}).get("title")
    plans = _("plans for {concepts}", concepts=counted(len(book["concepts"]), "concept"))
    parts = [counted(len(book["glossary"]), "term"), plans]
    return ", ".join([*parts, *([_("example: {title}", title=example)] if example else [])])


def plan_in_words(plan: Mapping[str, Any]) -> str:
    """Return `2 changes: add testing, remove web sockets`."""
    return f"{counted(len(plan['operations']), 'change')}: {plan['feedback_summary']}".removesuffix(": ")


def _edited(payload: Mapping[str, Any]) -> str:
    return _(
        "{before} -> {after} concepts: {title}",
        before=_concepts(payload["before"]),
        after=_concepts(payload["after"]),
        title=payload["after"]["title"],
    )


def _asked(payload: Mapping[str, Any]) -> str:
    until = _(", until {time} UTC", time=payload["deadline"][:19]) if payload.get("deadline") else ""
    return _("round {number}", number=payload["round"]) + until


def _decided(payload: Mapping[str, Any]) -> str:
    feedback = f": {payload['feedback']}" if payload["feedback"] else ""
    return decided_by(payload) + feedback


_DECISIONS: Final = (N_("approved"), N_("rejected"))


def decided_by(payload: Mapping[str, Any]) -> str:
    """Return `approved by ann`."""
    return _("{decision} by {user}", decision=_(payload["decision"]), user=payload["by"] or _("unknown"))


def _whole_plan(payload: Mapping[str, Any]) -> Iterator[str]:
    if payload.get("feedback"):
        yield f"request: {payload['feedback']}"
    if len(payload["plan"]["feedback_summary"]) > MAX_TEXT_LENGTH - 20:
        yield f"plan: {payload['plan']['feedback_summary']}"
    for operation in payload["plan"]["operations"]:
        name = operation["values"].get("name", "")
        what = [operation["action"], operation["target_type"], operation["target_id"] or "", name]
        yield "  " + " ".join(filter(None, what)) + (f": {operation['reason']}" if operation["reason"] else "")


def _whole_edit(payload: Mapping[str, Any]) -> Iterator[str]:
    from domain.editing.diff import diff
    from domain.framework import Framework
    from rendering.text.changes import change_line

    before, after = Framework.model_validate(payload["before"]), Framework.model_validate(payload["after"])
    yield f"before: {framework_in_words(payload['before'])}"
    yield f"after:  {framework_in_words(payload['after'])}"
    yield from map(change_line, diff(before, after))


def _findings(payload: Mapping[str, Any]) -> Iterator[str]:
    for issue in payload["validation"]["issues"]:
        where = f" ({issue['location']})" if issue["location"] else ""
        yield f"{issue['severity']}: {issue['issue']}{where}. {issue['suggestion']}"


def _finished(payload: Mapping[str, Any]) -> str:
    message = payload.get("error_message")
    return f"{payload['status']}: {message}" if message else str(payload["status"])


_GISTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "run_requested": _requested,
    "run_started": _started,
    "run_resumed": _resumed,
    "run_handed_back": lambda payload: _(
        "process {worker} was stopped; the next worker continues", worker=payload["worker_id"]
    ),
    "step_started": lambda payload: str(payload["step"]),
    "intent_analysed": lambda payload: str(payload["intent"]["parsed_goal"]),
    "framework_designed": lambda payload: framework_in_words(payload["framework"]),
    "framework_validated": lambda payload: validation_in_words(payload["validation"]),
    "edit_planned": lambda payload: plan_in_words(payload["plan"]),
    "framework_edited": _edited,
    "course_designed": lambda payload: book_in_words(payload["book"]),
    "course_not_designed": lambda payload: str(payload["reason"]),
    "step_given_up": lambda payload: _(
        "{step}: no more is asked, {number} answers could not be used: {reason}",
        step=doing(payload["step"]),
        number=payload["answers"],
        reason=payload["reason"],
    ),
    "review_requested": _asked,
    "review_decided": _decided,
    "framework_accepted": lambda payload: _(
        "version {version} with {concepts}",
        version=payload["version"],
        concepts=counted(payload["concepts"], "concept"),
    ),
    "content_started": subject,
    "content_completed": lambda payload: _(
        "{content}, version {version}", content=subject(payload), version=payload["version"]
    ),
    "content_failed": lambda payload: f"{subject(payload)}: {payload['reason']}",
    "model_waiting": _waits,
    "model_answering": lambda payload: _("{model} answers again", model=payload["model"]),
    "run_finished": _finished,
}

_DETAILS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterable[str]]]] = {
    "framework_validated": _findings,
    "edit_planned": _whole_plan,
    "framework_edited": _whole_edit,
    "review_decided": lambda payload: [payload["feedback"]] if len(_decided(payload)) > MAX_TEXT_LENGTH else [],
}
