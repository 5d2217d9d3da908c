"""Events in words: what `roadmap log` and the progress of a run say of each."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cli.output import counted, hours, one_line
from domain.vocabulary import Step

if TYPE_CHECKING:
    from repository.events import Event

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

LONGEST: Final = 160


def gist(event: "Event") -> str:
    """One line, cleaned, that says what the event is about."""
    tell = _GISTS.get(event.type)
    try:
        said = json.dumps(event.payload, ensure_ascii=False) if tell is None else tell(event.payload)
    except (KeyError, TypeError, ValueError):  # an event of another version of this program
        said = json.dumps(event.payload, ensure_ascii=False)
    return one_line(said, LONGEST)


def line_of(event: "Event") -> str:
    """`   12  2026-07-01 12:00:00.123  content_started      quiz of c-1-2-3`"""
    moment = event.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"{event.sequence:>5}  {moment}  {event.type:<19}  {gist(event)}"


def doing(step: str) -> str:
    return DOING.get(step, step.replace("_", " ").capitalize())


def subject(payload: Mapping[str, Any]) -> str:
    """`quiz of c-1-2-3`"""
    return f"{payload['content_type']} of {payload['concept_id']}"


def _requested(payload: Mapping[str, Any]) -> str:
    return f"{payload['task_type']} of {payload['roadmap_id']} for {payload['user_id']}"


def _started(payload: Mapping[str, Any]) -> str:
    who = f"attempt {payload['attempt']} by {payload['worker_id']}"
    return f"{who}, after its process had died" if payload.get("from") == "processing" else who


def _framework(framework: Mapping[str, Any]) -> str:
    stages = framework["stages"]
    size = f"{counted(len(stages), 'stage')}, {counted(_concepts(framework), 'concept')}"
    return f"{size}, {hours(framework['total_estimated_hours'])}: {framework['title']}"


def _concepts(framework: Mapping[str, Any]) -> int:
    return sum(len(module["concepts"]) for stage in framework["stages"] for module in stage["modules"])


def _validation(validation: Mapping[str, Any]) -> str:
    issues = validation["issues"]
    critical = [issue["issue"] for issue in issues if issue["severity"] == "critical"]
    if not validation["is_valid"]:
        return f"not sound: {'; '.join(critical) or validation['validation_summary']}"
    warnings = f", {counted(len(issues), 'warning')}" if issues else ""
    return f"sound, {validation['overall_score']:.0f} of 100 points{warnings}"


def _plan(plan: Mapping[str, Any]) -> str:
    return f"{counted(len(plan['operations']), 'change')}: {plan['feedback_summary']}"


def _edited(payload: Mapping[str, Any]) -> str:
    return f"{_concepts(payload['before'])} -> {_concepts(payload['after'])} concepts: {payload['after']['title']}"


def _finished(payload: Mapping[str, Any]) -> str:
    message = payload.get("error_message")
    return f"{payload['status']}: {message}" if message else str(payload["status"])


_GISTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "run_requested": _requested,
    "run_started": _started,
    "run_resumed": lambda payload: f"it was {payload['from']}",
    "run_handed_back": lambda payload: f"process {payload['worker_id']} was stopped; the next worker goes on",
    "step_started": lambda payload: str(payload["step"]),
    "intent_analysed": lambda payload: str(payload["intent"]["parsed_goal"]),
    "framework_designed": lambda payload: _framework(payload["framework"]),
    "framework_validated": lambda payload: _validation(payload["validation"]),
    "edit_planned": lambda payload: _plan(payload["plan"]),
    "framework_edited": _edited,
    "framework_accepted": lambda payload: (
        f"version {payload['version']} with {counted(payload['concepts'], 'concept')}"
    ),
    "content_started": subject,
    "content_completed": lambda payload: f"{subject(payload)}, version {payload['version']}",
    "content_failed": lambda payload: f"{subject(payload)}: {payload['reason']}",
    "run_finished": _finished,
}
