import io
import re

import pytest
from rich.console import Console, RenderableType

from cli.output.tables import contents_sentence, roadmaps_table, status_report, tasks_table
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from domain.waits.model_wait import ModelWait
from orchestrator.queries.status import ActiveTask, OutOfDateConcept, StaleConcept, StatusCheck
from repository.tables.roadmaps import RoadmapRow
from tests.cli.roadmaps import HOSTILE, NOON, roadmap, state, states, task

LONG_ID = "become-a-backend-engineer-in-go-and-rust-1a2b3c4d"
TASK_ID = "01a20fbd-49bd-71a2-a2ad-39b8f47b0157"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def drawn(*renderables: RenderableType, width: int) -> list[str]:
    out = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    with out.capture() as captured:
        out.print(*renderables, sep="\n")
    return [line.rstrip() for line in captured.get().splitlines()]


def row(**changes: object) -> RoadmapRow:
    values = {
        "roadmap_id": LONG_ID,
        "user_id": "local",
        "title": "Go, from the ground up",
        "total_estimated_hours": 60.0,
        "recommended_completion_weeks": 12,
        "framework_version": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return RoadmapRow.model_validate(values | changes)


def test_ids_stay_whole_on_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = drawn(roadmaps_table([row()]), width=80)
    assert lines[1] == "2026-07-01  60 h   Go, from the ground up"
    assert lines[2] == f"12:00              {LONG_ID}"
    lines = drawn(tasks_table([task(task_id=TASK_ID, roadmap_id=LONG_ID, status="partial_failure")]), width=80)
    assert lines[1] == f"2026-07-01  partial_failure  {TASK_ID}"
    assert lines[2] == f"12:00       creation         {LONG_ID}"


def test_one_line_per_entry_on_a_wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lines = drawn(roadmaps_table([row(), row(total_estimated_hours=0)]), width=200)
    assert lines[1].split("  ")[-1] == "Go, from the ground up"
    assert len(lines) == 3
    failed = task(
        status="failed", error_message="one\ntwo", execution_summary={"completed": 1, "total": 3, "seconds": 2}
    )
    lines = drawn(tasks_table([failed]), width=200)
    assert lines[1].endswith("1 of 3 contents in 2.0 s; one two")


def test_review_time_is_shown_apart_from_working_time() -> None:
    ended = task(execution_summary={"completed": 3, "total": 3, "seconds": 2, "waited": 7500})
    line = drawn(tasks_table([ended]), width=200)[1]
    assert line.endswith("3 of 3 contents in 2.0 s, plus 2 h 5 min in review")


def test_what_a_task_is_about() -> None:
    def lines(**changes: object) -> str:
        return "\n".join(drawn(tasks_table([task(**changes)]), width=200))

    retry = {"task_type": TaskType.RETRY_QUIZ, "concept_id": "c-1", "content_type": "quiz"}
    assert "quiz of c-1" in lines(**retry)
    live = lines(status="processing", live=True, current_step="curriculum_design")
    assert "designing the curriculum" in live
    assert "stale" not in live
    gone = lines(status="processing", live=False, current_step="curriculum_design")
    assert "processing, stale" in gone
    assert "stale: its process died at curriculum_design" in gone
    assert "waiting for a worker; none is running" in lines(status="pending", live=True, waiting_for_worker=True)
    wait = ModelWait(model="openai:x", reason="429: busy", tries=4, next_at=NOON, gives_up_at=NOON)
    assert "waiting for openai:x: 429: busy; try 4" in lines(status="processing", live=True, waiting_for_model=wait)
    assert "waiting in the queue" in lines(status="pending", live=True)


def test_titles_are_shown_literally(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lines = "\n".join(drawn(roadmaps_table([row(title=HOSTILE, user_id=HOSTILE)]), width=300))
    assert lines.count("[bold]x[/bold] [31mred") == 2
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(lines)


def test_a_quiet_roadmap() -> None:
    said = StatusCheck(roadmap_id="go-1", has_active_task=False, active_tasks=[], stale_concepts=[])
    assert drawn(*status_report(said, roadmap()), width=80) == [
        "No active runs.",
        "2 concepts; contents: 6 of 6 completed.",
    ]


def test_status_report_lists_active_and_failed() -> None:
    active = ActiveTask(
        task_id="task-2",
        task_type=TaskType.RETRY_QUIZ,
        status=TaskStatus.PENDING,
        current_step="init",
        concept_id="c-1-1-1",
        content_type=ContentType.QUIZ,
        waiting_for_worker=True,
    )
    said = StatusCheck(roadmap_id="go-1", has_active_task=True, active_tasks=[active], stale_concepts=[])
    failed = state("c-1-1-2", ContentType.QUIZ, ContentStatus.FAILED, last_error="no luck")
    view = roadmap(
        contents=states({("c-1-1-2", ContentType.QUIZ): failed}),
        active_tasks=[task(task_id="task-2", status="pending", live=True)],
    )
    lines = drawn(*status_report(said, view), width=150)
    assert lines[0] == (
        "Active: retry_quiz task-2 for the quiz of c-1-1-1 is pending, step init, "
        "waiting for a worker; none is running."
    )
    assert lines[1] == "2 concepts; contents: 5 of 6 completed, 1 failed."
    assert lines[-1].split() == ["quiz", "c-1-1-2", "no", "luck", "Errors"]


def test_status_report_lists_stale() -> None:
    stale = StaleConcept(
        concept_id="c-1-1-1",
        concept_name="Types",
        content_type=ContentType.QUIZ,
        current_status=ContentStatus.GENERATING,
    )
    said = StatusCheck(roadmap_id="go-1", has_active_task=False, active_tasks=[], stale_concepts=[stale])
    quiz = state("c-1-1-1", ContentType.QUIZ, ContentStatus.GENERATING, stale=True)
    gone = task(status="processing", current_step="content_generation", live=False)
    view = roadmap(contents=states({("c-1-1-1", ContentType.QUIZ): quiz}), active_tasks=[gone])
    lines = drawn(*status_report(said, view), width=150)
    assert lines[0] == (
        "Active: creation task-1, stale: its process died at content_generation. "
        "Continue it with `roadmap resume task-1`, or start a `roadmap worker`."
    )
    assert lines[1] == "2 concepts; contents: 5 of 6 completed, 1 stale."
    assert lines[-1].split() == ["quiz", "c-1-1-1", "generating", "Types"]


def test_contents_sentence() -> None:
    assert contents_sentence(roadmap(framework=None)) == "No framework yet."
    assert contents_sentence(roadmap(contents=[])) == "2 concepts; no contents yet."


def test_the_status_lists_what_is_out_of_date() -> None:
    marked = state("c-1-1-1", ContentType.QUIZ, out_of_date=True)
    view = roadmap(contents=states({("c-1-1-1", ContentType.QUIZ): marked}))
    one = OutOfDateConcept(concept_id="c-1-1-1", concept_name="Types", content_type=ContentType.QUIZ)
    check = StatusCheck(
        roadmap_id="go-1", has_active_task=False, active_tasks=[], stale_concepts=[], out_of_date_concepts=[one]
    )
    text = "\n".join(drawn(*status_report(check, view), width=200))
    assert "6 of 6 completed, 1 out of date" in text
    assert "roadmap retry-failed --out-of-date" in text
    assert re.search(r"quiz +c-1-1-1 +completed +Types", text)
