"""Who held a run when, and where that is drawn."""

from datetime import timedelta
from typing import Any

from backend.pages.views.runs.phases import TAIL, Axis, RunPhase, axis_of, phase_words, phases_of
from domain.vocabulary import TaskStatus
from orchestrator.queries.status import TaskView
from repository.runs.events import Event
from tests.cli.roadmaps import NOON, task


def events(*told: tuple[float, str, dict[str, Any]]) -> list[Event]:
    """(seconds after noon, type, payload)"""
    return [
        Event("task-1", number, kind, payload, NOON + timedelta(seconds=second))
        for number, (second, kind, payload) in enumerate(told, start=1)
    ]


LIFE = events(
    (0, "run_requested", {}),
    (2, "run_started", {"attempt": 1, "worker_id": "w"}),
    (12, "review_requested", {"round": 1}),
    (7212, "review_decided", {"round": 1}),
    (7213, "run_started", {"attempt": 2, "worker_id": "w", "from": "pending"}),
    (7218, "step_started", {"step": "content_generation"}),
    (7260, "run_started", {"attempt": 3, "worker_id": "v", "from": "processing"}),
    (7270, "run_handed_back", {"worker_id": "v"}),
    (7271, "run_started", {"attempt": 4, "worker_id": "u", "from": "pending"}),
    (7281, "run_finished", {"status": "failed"}),
    (7300, "run_resumed", {"from": "failed", "round": 1}),
    (7301, "run_started", {"attempt": 5, "worker_id": "u", "from": "pending"}),
    (7311, "run_finished", {"status": "completed"}),
)


def lengths(of: TaskView, told: list[Event]) -> list[tuple[str, float]]:
    return [(phase.kind, phase.length) for phase in phases_of(told, of)]


def test_every_moment_of_a_run_belongs_to_one_phase() -> None:
    assert lengths(task(), LIFE) == [
        ("queue", 2),
        ("work", 10),
        ("review", 7200),
        ("queue", 1),
        ("work", 5),
        ("dead", 42),
        ("work", 10),
        ("queue", 1),
        ("work", 10),
        ("ended", 19),
        ("queue", 1),
        ("work", 10),
    ]


def test_work_has_one_scale_and_what_is_no_work_is_cut_short() -> None:
    axis = axis_of(phases_of(LIFE, task()))
    assert axis.work == 45
    places = [axis.place(event.created_at) for event in LIFE]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 1)
    ten_seconds = places[2] - places[1]
    review, dead = places[3] - places[2], places[6] - places[5]
    assert review < ten_seconds
    assert abs(review - dead) < 1e-9, "both are longer than what is drawn"
    for begin, end in ((7, 6), (9, 8), (12, 11)):
        assert abs(places[begin] - places[end] - ten_seconds) < 1e-9


def test_what_still_goes_on_has_an_open_end_that_no_clock_moves() -> None:
    told = LIFE[:3]
    review = phases_of(told, task(status=TaskStatus.HUMAN_REVIEW_PENDING))
    assert [(phase.kind, phase.open) for phase in review] == [("queue", False), ("work", False), ("review", True)]
    axis = axis_of(review)
    assert axis.place(NOON + timedelta(days=30)) == axis.place(told[-1].created_at) < 1
    assert abs(1 - axis.place(told[-1].created_at) - TAIL * 10 / axis.total) < 1e-9
    running = phases_of(told[:2], task(status=TaskStatus.PROCESSING, live=True))
    assert (running[-1].kind, running[-1].open) == ("work", True)
    stale = phases_of(told[:2], task(status=TaskStatus.PROCESSING, live=False))
    assert [(phase.kind, phase.open) for phase in stale[-2:]] == [("work", False), ("dead", True)]


def test_ticks_are_round_numbers_of_seconds_of_work() -> None:
    ticks = list(axis_of(phases_of(LIFE, task())).ticks())
    assert [label for _, label in ticks] == ["10 s", "20 s", "30 s", "40 s"]
    assert all(place.endswith("%") for place, _ in ticks)
    long = axis_of([RunPhase("work", NOON, NOON + timedelta(hours=2))])
    assert [label for _, label in long.ticks()] == ["30 min", "1 h", "1 h 30 min"]


def test_nothing_breaks_without_events_or_without_time() -> None:
    assert list(axis_of([]).ticks()) == []
    assert axis_of([]).place(NOON) == 0
    at_once = events((0, "run_requested", {}), (0, "run_started", {"attempt": 1}), (0, "run_finished", {}))
    axis: Axis = axis_of(phases_of(at_once, task()))
    assert axis.piece(axis.place(NOON), axis.place(NOON)).width == "0.3%"
    pruned = events((5, "content_started", {}), (9, "run_finished", {}))
    assert lengths(task(), pruned) == [("work", 4)]
    hundred = [
        told for number in range(100) for told in ((number, "run_started", {"attempt": number, "from": "processing"}),)
    ]
    many = axis_of(phases_of(events(*hundred), task()))
    assert many.place(NOON + timedelta(seconds=99)) == 1


def test_phases_in_words() -> None:
    words = [phase_words(phase) for phase in phases_of(LIFE, task())]
    assert words[:3] == ["2.0 s in the queue", "attempt 1, 10.0 s", "2 h 0 min in review"]
    assert words[5] == "its process died; taken over after 42.0 s"
    assert words[9] == "ended, and resumed after 19.0 s"
