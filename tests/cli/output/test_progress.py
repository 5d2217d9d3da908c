from collections.abc import Iterable
from typing import Any

import pytest

from cli.output.progress import PlainDisplay, RunProgress, follow_to_end
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator import Orchestrator, Settings
from repository.runs.events import Event
from tests.cli.roadmaps import NOON
from tests.support.authors import ScriptedAuthor


def story(*told: tuple[str, dict[str, Any]]) -> list[Event]:
    return [Event("task-1", number, kind, payload, NOON) for number, (kind, payload) in enumerate(told, start=1)]


def content(what: str, number: int, kind: str = "quiz", **more: Any) -> tuple[str, dict[str, Any]]:
    return f"content_{what}", {"concept_id": f"c-{number}", "content_type": kind, **more}


def after(events: Iterable[Event]) -> RunProgress:
    standing = RunProgress()
    for event in events:
        standing.apply(event)
    return standing


def test_repeated_events_count_contents_once() -> None:
    standing = after(
        story(
            ("framework_accepted", {"version": 1, "concepts": 2}),
            content("started", 1),
            content("started", 1, "tutorial"),
            content("started", 2),
            content("completed", 1, version=1),
            content("completed", 1, version=1),
            content("failed", 2, reason="r"),
        )
    )
    assert (standing.total, len(standing.done), len(standing.running), len(standing.failed)) == (6, 1, 1, 1)
    assert standing.finished == 2


def test_a_failed_content_that_completes_later_counts_as_done() -> None:
    standing = after(story(content("failed", 1, reason="r"), content("started", 1), content("completed", 1, version=1)))
    assert (len(standing.done), len(standing.running), len(standing.failed)) == (1, 0, 0)


def test_resuming_resets_failed_contents() -> None:
    began = ("framework_accepted", {"version": 1, "concepts": 2})
    ended = ("run_finished", {"status": "partial_failure", "error_message": None})
    told = [began, content("completed", 1, version=1), content("failed", 2, reason="r"), ended]
    standing = after(story(*told, ("run_resumed", {"from": "partial_failure", "round": 1})))
    assert (standing.total, len(standing.done), len(standing.failed)) == (6, 1, 0)
    assert standing.doing == "Waiting in the queue"


def test_total_of_a_retry_comes_from_its_request() -> None:
    standing = after(story(("run_requested", {"task_type": "retry_batch", "contents": 4}), ("run_started", {})))
    assert (standing.total, standing.doing) == (4, "Starting")


def test_a_modification_makes_fewer_contents_than_its_framework_has() -> None:
    accepted = ("framework_accepted", {"version": 2, "concepts": 20})
    assert after(story(("run_requested", {"task_type": "modification"}), accepted)).total is None


def test_only_a_takeover_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    started = {"attempt": 1, "worker_id": "w"}
    shown_plainly(story(("run_started", started | {"from": "pending"}), ("run_started", started)))
    assert capsys.readouterr().err == ""
    shown_plainly(story(("run_started", started | {"from": "processing"})))
    assert "the process of the run died" in capsys.readouterr().err


def test_a_finished_run_has_no_running_contents() -> None:
    ended = ("run_finished", {"status": "cancelled", "error_message": None})
    standing = after(story(("step_started", {"step": "intent_analysis"}), content("started", 1), ended))
    assert (standing.step, standing.running) == ("cancelled", set())


def shown_plainly(events: Iterable[Event]) -> None:
    standing, display = RunProgress(), PlainDisplay()
    for event in events:
        standing.apply(event)
        display.show(standing, event)


def test_plain_display_of_a_large_run_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    made = [content(what, number, version=1) for number in range(300) for what in ("started", "completed")]
    failed = content("failed", 7, "tutorial", reason="too\x1b[31m long")
    accepted = ("framework_accepted", {"version": 1, "concepts": 100})
    begun = ("step_started", {"step": "content_generation"})
    shown_plainly(story(accepted, begun, failed, *made[: 2 * 299]))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Writing the contents ..."
    assert lines[1] == "  failed: tutorial of c-7: too[31m long"
    assert lines[-1].startswith("  300 of 300 contents: 299 done, 0 running, 1 failed, ")
    assert len(lines) <= 13


async def test_a_run_is_followed_to_its_end(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object) -> dict[str, Any]:
        raise RuntimeError("no quiz today")

    author = ScriptedAuthor(replies={AuthorRole.QUIZ: refuse})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        started = await orchestrator.create("learn Go")
        task = await follow_to_end(orchestrator.follow(started.task_id), orchestrator.wait(started.task_id))
    assert task.status is TaskStatus.PARTIAL_FAILURE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("no quiz today") == 2
    assert "6 of 6 contents: 4 done, 0 running, 2 failed" in err


WAIT = {
    "model": "openai:x",
    "reason": "429: busy",
    "tries": 4,
    "next_at": NOON.isoformat(),
    "gives_up_at": NOON.isoformat(),
}


def test_a_run_that_waits_for_a_model_says_so_until_it_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    progress, display = RunProgress(), PlainDisplay()
    progress.queued = False
    for event in story(("model_waiting", WAIT), content("started", 1)):
        progress.apply(event)
        display.show(progress, event)
    assert progress.waiting is not None
    assert progress.doing == "Waiting for openai:x"
    assert "  Waiting: openai:x: 429: busy; try 4, next at " in capfd.readouterr().err
    for kind in ("model_answering", "run_started", "run_finished"):
        again = after(story(("model_waiting", WAIT), (kind, {"model": "openai:x", "status": "failed"})))
        assert again.waiting is None
    assert after(story(("model_waiting", {"of": "tomorrow"}))).waiting is None
