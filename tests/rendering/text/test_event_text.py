from datetime import timedelta
from typing import Any

import pytest

from domain.vocabulary import Step
from domain.waits.model_wait import ModelWait
from rendering.text.event_text import MAX_TEXT_LENGTH, details, doing, gist, wait_in_words
from repository.runs.events import Event
from tests.cli.roadmaps import HOSTILE, NOON, framework

FRAMEWORK = framework().model_dump(mode="json")
ISSUE = {"severity": "critical", "issue": "Stage “A” has no module"}


def event(kind: str, **payload: Any) -> Event:
    return Event("task-1", 1, kind, payload, NOON)


def test_an_event_in_one_line(subtests: pytest.Subtests) -> None:
    for told, said in [
        (event("run_requested", task_type="creation", roadmap_id="go-1", user_id="ann"), "creation of go-1 for ann"),
        (
            event("run_requested", task_type="retry_batch", roadmap_id="go-1", user_id="ann", by="boss"),
            "retry_batch of go-1 for ann, requested by boss",
        ),
        (event("run_started", attempt=2, worker_id="w"), "attempt 2 by w"),
        (event("step_started", step="intent_analysis"), "intent_analysis"),
        (event("intent_analysed", intent={"parsed_goal": "Go"}), "Go"),
        (event("framework_designed", framework=FRAMEWORK), "1 stage, 2 concepts, 5.5 h: Types"),
        (
            event("framework_validated", validation={"is_valid": True, "issues": [], "overall_score": 92.4}),
            "valid, 92 of 100 points",
        ),
        (
            event("framework_validated", validation={"is_valid": False, "issues": [ISSUE], "validation_summary": ""}),
            "not valid: Stage “A” has no module",
        ),
        (event("edit_planned", plan={"operations": [{}], "feedback_summary": "fill A"}), "1 change: fill A"),
        (event("framework_edited", before=FRAMEWORK, after=FRAMEWORK), "2 -> 2 concepts: Types"),
        (event("review_requested", round=2, deadline=None), "round 2"),
        (
            event("review_requested", round=1, deadline="2026-07-01T12:00:00.5+00:00"),
            "round 1, until 2026-07-01T12:00:00 UTC",
        ),
        (event("review_decided", round=1, decision="approved", feedback="", by=""), "approved by unknown"),
        (
            event("review_decided", round=1, decision="rejected", feedback="less\nmore", by="ann"),
            "rejected by ann: less more",
        ),
        (event("framework_accepted", version=1, concepts=2), "version 1 with 2 concepts"),
        (event("content_started", content_type="quiz", concept_id="c-1"), "quiz of c-1"),
        (event("content_completed", content_type="quiz", concept_id="c-1", version=3), "quiz of c-1, version 3"),
        (event("content_failed", content_type="quiz", concept_id="c-1", reason="no\nway"), "quiz of c-1: no way"),
        (event("model_answering", model="openai:x"), "openai:x answers again"),
        (event("run_finished", status="failed", error_message="why"), "failed: why"),
        (event("run_finished", status="completed", error_message=None), "completed"),
        (event("of_tomorrow", a=1), '{"a": 1}'),
        (event("run_started", otherwise=1), '{"otherwise": 1}'),
    ]:
        with subtests.test(told=told, said=said):
            assert gist(told) == said


PLAN = {
    "feedback_summary": "",
    "operations": [
        {"action": "add", "target_type": "stage", "target_id": None, "values": {"name": "X"}, "reason": "ok"}
    ],
}
"""An edit plan as its event has it."""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (event("edit_planned", plan=PLAN, feedback="add X"), ["request: add X", "  add stage X: ok"]),
        (
            event("framework_edited", before=FRAMEWORK, after=framework("Values").model_dump(mode="json")),
            [
                "before: 1 stage, 2 concepts, 5.5 h: Types",
                "after:  1 stage, 2 concepts, 5.5 h: Values",
                "~ concept c-1-1-1  “Types” is now called “Values”",
            ],
        ),
        (
            event(
                "framework_validated", validation={"issues": [{**ISSUE, "location": "s-1", "suggestion": "Fill it"}]}
            ),
            ["critical: Stage “A” has no module (s-1). Fill it"],
        ),
        (event("review_decided", decision="rejected", feedback="x" * 200, by="ann"), ["x" * 200]),
        (event("review_decided", decision="rejected", feedback=HOSTILE, by="ann"), []),
        (event("framework_edited", of="tomorrow"), []),
        (event("run_started", attempt=1, worker_id="w"), []),
    ],
)
def test_who_looks_into_a_run_sees_what_was_said_planned_and_changed(told: Event, said: list[str]) -> None:
    assert details(told) == said


def test_a_gist_is_short_and_obeys_nobody() -> None:
    said = gist(event("intent_analysed", intent={"parsed_goal": HOSTILE * 9}))
    assert len(said) == MAX_TEXT_LENGTH
    assert "\x1b" not in said


def test_every_node_is_said_in_words() -> None:
    ends = {Step.INIT, Step.COMPLETED, Step.FAILED, Step.CANCELLED}
    assert all("_" not in doing(step) and doing(step)[0].isupper() for step in set(Step) - ends)
    assert doing("of_tomorrow") == "Of tomorrow"


def test_a_plan_that_nobody_judged_has_no_points() -> None:
    unscored = {"is_valid": True, "issues": [], "overall_score": None}
    assert gist(event("framework_validated", validation=unscored)) == "structure is sound"


WAIT = ModelWait(
    model="openai:x",
    reason="connection refused",
    tries=4,
    next_at=NOON + timedelta(seconds=8),
    gives_up_at=NOON + timedelta(minutes=10),
)


def test_a_wait_for_a_model_is_told_with_its_next_try_and_its_end() -> None:
    gives_up = f"{WAIT.gives_up_at.astimezone():%H:%M}"
    said = wait_in_words(WAIT, NOON)
    assert said == f"openai:x: connection refused; try 4, next in 8 s, gives up at {gives_up}"
    assert "next in 0 s" in wait_in_words(WAIT, NOON + timedelta(minutes=1))
    in_the_log = gist(event("model_waiting", **WAIT.model_dump(mode="json")))
    assert f"try 4, next at {WAIT.next_at.astimezone():%H:%M:%S}, gives up at {gives_up}" in in_the_log
    assert gist(event("model_waiting", model=1)) == '{"model": 1}'
