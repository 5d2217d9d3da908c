"""Events in words: what `roadmap log` and the progress of a run say of each."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from domain.vocabulary import Step
from rendering.text.text import clean, counted, hours, one_line


class StoredEvent(Protocol):
    """One thing that happened in a run, as the repository tells it."""

    @property
    def sequence(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...


DOING: Final[Mapping[str, str]] = {
    Step.INIT: "Starting",
    Step.INTENT_ANALYSIS: "Understanding the goal",
    Step.CURRICULUM_DESIGN: "Designing the curriculum",
    Step.STRUCTURE_VALIDATION: "Checking the structure",
    Step.EDIT_PLAN_ANALYSIS: "Planning changes",
    Step.ROADMAP_EDIT: "Changing the structure",
    Step.HUMAN_REVIEW: "Waiting for a reviewer",
    Step.CONTENT_GENERATION: "Writing the contents",
    Step.TUTORIAL_GENERATION: "Writing a tutorial",
    Step.RESOURCE_RECOMMENDATION: "Looking for resources",
    Step.QUIZ_GENERATION: "Writing a quiz",
}
"""What each step does, for people."""

MAX_TEXT_LENGTH: Final = 160


def gist(event: StoredEvent) -> str:
    """One line, cleaned, that says what the event is about."""
    tell = _GISTS.get(event.type)
    try:
        said = json.dumps(event.payload, ensure_ascii=False) if tell is None else tell(event.payload)
    except (KeyError, TypeError, ValueError):  # an event of another version of this program
        said = json.dumps(event.payload, ensure_ascii=False)
    return one_line(said, MAX_TEXT_LENGTH)


def line_of(event: StoredEvent) -> str:
    """`   12  2026-07-01 12:00:00.123  content_started      quiz of c-1-2-3`"""
    moment = event.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"{event.sequence:>5}  {moment}  {event.type:<19}  {gist(event)}"


def details(event: StoredEvent) -> list[str]:
    """What one line has no room for, cleaned, for who looks into a run: what was said, planned and changed."""
    tell = _DETAILS.get(event.type)
    try:
        return [] if tell is None else [clean(line.replace("\n", " ")) for line in tell(event.payload)]
    except (KeyError, TypeError, ValueError):  # as in `gist`
        return []


def doing(step: str) -> str:
    return DOING.get(step, step.replace("_", " ").capitalize())


def subject(payload: Mapping[str, Any]) -> str:
    """`quiz of c-1-2-3`"""
    return f"{payload['content_type']} of {payload['concept_id']}"


def _requested(payload: Mapping[str, Any]) -> str:
    by = f", asked for by {payload['by']}" if payload.get("by") else ""
    pace = payload.get("pace") or {}
    deadline = f", by {pace['deadline']}" if pace.get("deadline") else ""
    if pace.get("deadline_words") and not deadline:
        deadline = f", its deadline “{pace['deadline_words']}” not understood and ignored"
    return f"{payload['task_type']} of {payload['roadmap_id']} for {payload['user_id']}{by}{deadline}"


def _resumed(payload: Mapping[str, Any]) -> str:
    return f"it was {payload['from']}" + (f", resumed by {payload['by']}" if payload.get("by") else "")


def _started(payload: Mapping[str, Any]) -> str:
    who = f"attempt {payload['attempt']} by {payload['worker_id']}"
    return f"{who}, after its process had died" if payload.get("from") == "processing" else who


def framework_in_words(framework: Mapping[str, Any]) -> str:
    stages = framework["stages"]
    size = f"{counted(len(stages), 'stage')}, {counted(_concepts(framework), 'concept')}"
    return f"{size}, {hours(framework['total_estimated_hours'])}: {framework['title']}"


def _concepts(framework: Mapping[str, Any]) -> int:
    return sum(len(module["concepts"]) for stage in framework["stages"] for module in stage["modules"])


def validation_in_words(validation: Mapping[str, Any]) -> str:
    issues = validation["issues"]
    critical = [issue["issue"] for issue in issues if issue["severity"] == "critical"]
    if not validation["is_valid"]:
        return f"not sound: {'; '.join(critical) or validation['validation_summary']}"
    warnings = f", {counted(len(issues), 'warning')}" if issues else ""
    score = validation["overall_score"]
    return f"structure is sound{warnings}" if score is None else f"sound, {score:.0f} of 100 points{warnings}"


def plan_in_words(plan: Mapping[str, Any]) -> str:
    return f"{counted(len(plan['operations']), 'change')}: {plan['feedback_summary']}".removesuffix(": ")


def _edited(payload: Mapping[str, Any]) -> str:
    return f"{_concepts(payload['before'])} -> {_concepts(payload['after'])} concepts: {payload['after']['title']}"


def _asked(payload: Mapping[str, Any]) -> str:
    until = f", until {payload['deadline'][:19]} UTC" if payload.get("deadline") else ""
    return f"round {payload['round']}{until}"


def _decided(payload: Mapping[str, Any]) -> str:
    said = f": {payload['feedback']}" if payload["feedback"] else ""
    return f"{payload['decision']} by {payload['by'] or 'somebody'}{said}"


def _whole_plan(payload: Mapping[str, Any]) -> Iterator[str]:
    if payload.get("feedback"):
        yield f"asked: {payload['feedback']}"
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
    "run_handed_back": lambda payload: f"process {payload['worker_id']} was stopped; the next worker goes on",
    "step_started": lambda payload: str(payload["step"]),
    "intent_analysed": lambda payload: str(payload["intent"]["parsed_goal"]),
    "framework_designed": lambda payload: framework_in_words(payload["framework"]),
    "framework_validated": lambda payload: validation_in_words(payload["validation"]),
    "edit_planned": lambda payload: plan_in_words(payload["plan"]),
    "framework_edited": _edited,
    "review_requested": _asked,
    "review_decided": _decided,
    "framework_accepted": lambda payload: (
        f"version {payload['version']} with {counted(payload['concepts'], 'concept')}"
    ),
    "content_started": subject,
    "content_completed": lambda payload: f"{subject(payload)}, version {payload['version']}",
    "content_failed": lambda payload: f"{subject(payload)}: {payload['reason']}",
    "run_finished": _finished,
}

_DETAILS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterable[str]]]] = {
    "framework_validated": _findings,
    "edit_planned": _whole_plan,
    "framework_edited": _whole_edit,
    "review_decided": lambda payload: [payload["feedback"]] if len(_decided(payload)) > MAX_TEXT_LENGTH else [],
}
