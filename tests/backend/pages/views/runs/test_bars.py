"""Bars of steps and contents: work, and what is none."""

from datetime import timedelta
from typing import Any

from backend.pages.views.runs.bars import WorkSpan, bars_of, content_spans, seconds_of, step_spans, waits_of
from backend.pages.views.runs.phases import axis_of, phases_of
from repository.runs.events import Event
from tests.backend.pages.views.runs.test_phases import events
from tests.cli.roadmaps import NOON, task

QUIZ = {"concept_id": "c-1", "content_type": "quiz"}
KEY = ("c-1", "quiz")
START: tuple[float, str, dict[str, Any]] = (0, "run_started", {"attempt": 1})


def spans(told: list[Event], *, going_on: bool = False) -> list[tuple[str, float, float]]:
    return [_seconds(span) for span in content_spans(told, going_on=going_on)[KEY]]


def _seconds(span: WorkSpan) -> tuple[str, float, float]:
    return span.kind, (span.start - NOON).total_seconds(), (span.end - NOON).total_seconds()


def test_an_answer_that_was_rejected_is_told_apart_from_the_one_that_counts() -> None:
    told = events(START, (1, "content_started", QUIZ), (4, "content_started", QUIZ), (9, "content_completed", QUIZ))
    assert spans(told) == [("again", 1, 4), ("done", 4, 9)]


def test_work_that_a_dead_process_left_is_lost_and_ends_with_its_last_sign_of_life() -> None:
    told = events(
        START,
        (1, "content_started", QUIZ),
        (5, "step_started", {"step": "x"}),
        (60, "run_started", {"attempt": 2, "from": "processing"}),
        (61, "content_started", QUIZ),
        (64, "content_failed", {**QUIZ, "reason": "No."}),
    )
    assert spans(told) == [("lost", 1, 5), ("failed", 61, 64)]
    axis = axis_of(phases_of(told, task()))
    assert seconds_of(content_spans(told, going_on=False)[KEY], (), axis) == 7


def test_what_has_not_ended_is_in_work_only_where_a_process_works() -> None:
    told = events(START, (1, "content_started", QUIZ), (3, "step_started", {"step": "x"}))
    assert spans(told, going_on=True) == [("working", 1, 3)]
    assert spans(told) == [("lost", 1, 3)]
    cancelled = [*told, *events((7, "run_finished", {"status": "cancelled"}))]
    assert spans(cancelled) == [("lost", 1, 7)]


def test_a_wait_for_the_model_is_no_work() -> None:
    wait = {"model": "m", "reason": "rate limit"}
    told = events(
        START,
        (1, "content_started", QUIZ),
        (3, "model_waiting", wait),
        (4, "content_started", {**QUIZ, "concept_id": "c-2"}),
        (5, "model_waiting", wait),
        (11, "model_answering", {"model": "m"}),
        (13, "content_completed", QUIZ),
    )
    waits = waits_of(told)
    assert [_seconds(span) for span in waits] == [("wait", 3, 11)]
    axis = axis_of(phases_of(told, task()))
    of_quiz = content_spans(told, going_on=False)[KEY]
    assert [bar.kind for bar in bars_of(of_quiz, waits, axis)] == ["done", "wait", "done"]
    assert seconds_of(of_quiz, waits, axis) == 4
    assert waits_of(told[:-2])[0].end == told[4].created_at, "it still waits"


def test_steps_end_with_the_next_one_and_those_side_by_side_with_their_last_content() -> None:
    told = events(
        START,
        (1, "step_started", {"step": "curriculum_design"}),
        (3, "step_started", {"step": "content_generation"}),
        (4, "step_started", {"step": "tutorial_generation"}),
        (4, "step_started", {"step": "quiz_generation"}),
        (6, "content_completed", {**QUIZ, "content_type": "tutorial"}),
        (8, "content_completed", QUIZ),
        (9, "run_finished", {"status": "completed"}),
    )
    found = step_spans(told, going_on=False)
    assert [_seconds(found[number]) for number in (2, 3, 4, 5)] == [
        ("done", 1, 3),
        ("done", 3, 9),
        ("done", 4, 6),
        ("done", 4, 8),
    ]


def test_a_step_tells_how_its_attempt_ended() -> None:
    endings: list[tuple[str, dict[str, Any], str]] = [
        ("run_finished", {"status": "failed"}, "failed"),
        ("run_finished", {"status": "cancelled"}, "lost"),
        ("run_finished", {"status": "partial_failure"}, "done"),
        ("run_started", {"attempt": 2, "from": "processing"}, "lost"),
        ("review_requested", {"round": 1}, "done"),
    ]
    for kind, payload, looks in endings:
        told = events(START, (1, "step_started", {"step": "intent_analysis"}), (4, kind, payload))
        assert step_spans(told, going_on=False)[2].kind == looks, kind
    assert step_spans(told[:2], going_on=True)[2].kind == "working"


def test_bars_stay_on_the_axis() -> None:
    told = events(START, (1, "content_started", QUIZ), (1, "content_completed", QUIZ), (2, "run_finished", {}))
    axis = axis_of(phases_of(told, task()))
    outside = [WorkSpan("done", NOON - timedelta(hours=1), NOON + timedelta(hours=1))]
    (bar,) = bars_of(outside, (), axis)
    assert (bar.at.x, bar.at.width) == ("0%", "100%")
