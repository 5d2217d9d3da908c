"""The story of a run as its page tells it."""

from datetime import timedelta
from typing import Any

from backend.pages.views.runs.run import MAX_EVENTS, RunView, run_of
from domain.vocabulary import TaskStatus
from orchestrator.queries.status import TaskView
from repository.ledger.call_details import CallUsage
from repository.runs.events import Event
from tests.cli.roadmaps import NOON, task


def story(*events: tuple[str, dict[str, Any]]) -> list[Event]:
    """One event a second."""
    return [
        Event("task-1", number, kind, payload, NOON + timedelta(seconds=number))
        for number, (kind, payload) in enumerate(events, start=1)
    ]


def shown(of: TaskView, events: list[Event], **more: Any) -> RunView:
    return run_of(of, events, more.pop("usages", []), {"c-1": "Types"}, roadmap_title="Go", **more)


def used(model: str, tokens: int, cost: float, *, unpriced: int = 0, estimated: int = 0, **more: Any) -> CallUsage:
    values: dict[str, Any] = {
        "step": "quiz_generation",
        "concept_id": "c-1",
        "content_type": "quiz",
        "calls": 1,
        "rejected": 0,
    }
    values |= {"failed": 0, "seconds": 1.0, **more}
    return CallUsage(
        models=(model,), tokens=tokens, cost=cost, unpriced_calls=unpriced, estimated_calls=estimated, **values
    )


RUNNING = task(status=TaskStatus.PROCESSING, live=True)


def test_each_step_lasts_until_the_next_one_begins() -> None:
    events = story(
        ("run_started", {"attempt": 1, "worker_id": "w"}),
        ("step_started", {"step": "intent_analysis"}),
        ("intent_analysed", {"intent": {"parsed_goal": "Go"}}),
        ("step_started", {"step": "curriculum_design"}),
        ("run_finished", {"status": "completed"}),
    )
    run = shown(task(completed_at=NOON + timedelta(seconds=5)), events)
    assert [(step.name, step.took, step.results) for step in run.steps] == [
        ("Understanding the goal", "2.0 s", ["Go"]),
        ("Designing the curriculum", "1.0 s", []),
    ]


def test_a_step_after_a_takeover_says_so() -> None:
    events = story(
        ("run_started", {"attempt": 1, "worker_id": "w"}),
        ("step_started", {"step": "content_generation"}),
        ("run_started", {"attempt": 2, "worker_id": "v", "from": "processing"}),
        ("step_started", {"step": "content_generation"}),
    )
    run = shown(RUNNING, events)
    assert run.attempts == "1, 2"
    assert [step.attempt for step in run.steps] == [1, 2]


def test_contents_read_as_their_last_event_has_them() -> None:
    of = {"concept_id": "c-1", "content_type": "quiz"}
    events = story(
        ("run_requested", {"task_type": "retry_batch", "contents": 2}),
        ("content_started", of),
        ("content_failed", {**of, "reason": "No answer."}),
        ("content_started", of),
        ("content_completed", {**of, "version": 1}),
        ("content_started", {"concept_id": "c-gone", "content_type": "tutorial"}),
    )
    run = shown(RUNNING, events)
    assert [(made.name, made.look) for made in run.contents] == [("Types", "completed"), ("c-gone", "generating")]
    assert (run.total, run.completed, run.writing, run.failed, run.finished) == (2, 1, 1, 0, 1)


def test_a_failed_content_is_not_hidden_below_the_others() -> None:
    events = story(
        ("content_completed", {"concept_id": "c-1", "content_type": "tutorial", "version": 1}),
        ("content_failed", {"concept_id": "c-1", "content_type": "quiz", "reason": "No answer."}),
    )
    run = shown(RUNNING, events, retryable={("c-1", "quiz"), ("c-1", "tutorial")})
    assert [(group.reason, group.count) for group in run.failures] == [("No answer.", 1)]
    assert [(made.content_type, made.retryable) for made in run.contents] == [("tutorial", False), ("quiz", True)]


def test_why_a_run_waits_and_what_can_be_done_about_it() -> None:
    stale = shown(task(status=TaskStatus.PROCESSING, live=False), [])
    assert stale.resumable
    assert stale.active
    assert "died" in stale.doing
    waiting = shown(task(status=TaskStatus.PENDING, live=True, waiting_for_worker=True), [])
    assert "none is running" in waiting.doing
    assert not waiting.resumable
    for status in (TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED):
        assert shown(task(status=status), []).resumable
    assert not shown(task(status=TaskStatus.COMPLETED), []).resumable


def test_tokens_and_dollars_are_summed_over_models() -> None:
    run = shown(RUNNING, [], usages=[used("a", 1500, 0.004), used("b", 150, 0.001)])
    assert (run.tokens, run.cost, run.models) == ("1,650", "$0.0050", ("a", "b"))
    assert shown(RUNNING, []).cost == "$0.00"


def test_a_cost_that_leaves_calls_out_is_a_lower_bound_and_estimates_are_called_so() -> None:
    unpriced = used("b", 150, 0.0, unpriced=1, estimated=1)
    run = shown(RUNNING, [], usages=[used("a", 1500, 1.5), unpriced])
    assert (run.tokens, run.cost) == ("about 1,650", "at least $1.50")
    assert shown(RUNNING, [], usages=[unpriced]).cost == "unknown"


def test_a_long_log_is_shown_in_parts() -> None:
    events = story(*[("content_started", {"concept_id": "c-1", "content_type": "quiz"})] * (MAX_EVENTS + 50))
    run = shown(RUNNING, events)
    assert len(run.events) == MAX_EVENTS
    assert run.events[0].sequence == run.last == MAX_EVENTS + 50
    assert run.earlier == 51
    rest = shown(RUNNING, events, before=run.earlier)
    assert [rest.events[0].sequence, rest.events[-1].sequence, rest.earlier] == [50, 1, None]


def test_an_event_of_another_version_of_the_program_breaks_nothing() -> None:
    run = shown(RUNNING, story(("something_new", {"x": 1})))
    assert run.events[0].gist == '{"x": 1}'


def test_a_review_is_no_part_of_the_step_before_it() -> None:
    events = story(
        ("run_started", {"attempt": 1, "worker_id": "w"}),
        ("step_started", {"step": "structure_validation"}),
        ("review_requested", {"round": 1, "deadline": None}),
        ("review_decided", {"round": 1, "decision": "approved", "feedback": "", "by": "ann"}),
        ("run_started", {"attempt": 2, "worker_id": "w", "from": "human_review_pending"}),
        ("step_started", {"step": "content_generation"}),
        ("run_handed_back", {"worker_id": "w"}),
        ("run_started", {"attempt": 3, "worker_id": "v", "from": "pending"}),
        ("step_started", {"step": "content_generation"}),
        ("content_started", {"concept_id": "c-1", "content_type": "quiz"}),
        ("run_started", {"attempt": 4, "worker_id": "u", "from": "processing"}),
        ("step_started", {"step": "content_generation"}),
        ("run_finished", {"status": "completed"}),
    )
    run = shown(task(), events)
    assert [step.took for step in run.steps] == ["1.0 s", "1.0 s", "1.0 s", "1.0 s"]


def test_a_run_took_what_workers_held_and_not_what_it_waited() -> None:
    ended = task(completed_at=NOON + timedelta(seconds=70), seconds=2.5)
    assert shown(ended, story(("run_started", {"attempt": 1, "worker_id": "w"}))).took == "2.5 s"
