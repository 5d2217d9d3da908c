import json

import pytest

from cli.exit_codes import exit_code_of
from cli.output.outcome import FIELDS_OF_A_RUN, RunOutcome, show_detached, show_outcome
from domain.errors import Conflict
from domain.vocabulary import ContentType, TaskStatus, TaskType
from tests.cli.roadmaps import roadmap, task

SUMMARY = {"total": 3, "completed": 1, "failed": 2, "skipped": 0, "seconds": 2.0}


def test_a_run_exits_by_its_status() -> None:
    codes = {
        status: exit_code_of(task(status=status))
        for status in set(TaskStatus) - {TaskStatus.PENDING, TaskStatus.PROCESSING}
    }
    assert codes == {
        TaskStatus.COMPLETED: 0,
        TaskStatus.HUMAN_REVIEW_PENDING: 0,
        TaskStatus.PARTIAL_FAILURE: 1,
        TaskStatus.FAILED: 1,
        TaskStatus.CANCELLED: 1,
    }


@pytest.mark.parametrize("status", [TaskStatus.PENDING, TaskStatus.PROCESSING])
def test_a_run_that_another_process_took_over_is_a_conflict(status: TaskStatus) -> None:
    with pytest.raises(Conflict, match="roadmap watch task-1"):
        exit_code_of(task(status=status))


def test_the_json_of_a_run_has_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    show_outcome(RunOutcome(task(), roadmap()), as_json=True)
    assert list(json.loads(capsys.readouterr().out)) == [
        "task_id",
        "roadmap_id",
        "status",
        "current_step",
        "task_type",
        "execution_summary",
    ]
    assert len(FIELDS_OF_A_RUN) == 6


def test_json_output_has_next_commands_only_if_the_run_did_not_complete(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_outcome(RunOutcome(task(), roadmap()), as_json=True)
    assert capsys.readouterr().err == ""
    show_outcome(RunOutcome(task(status=TaskStatus.FAILED), roadmap()), as_json=True)
    told = capsys.readouterr().err
    assert "roadmap resume task-1" in told
    assert "roadmap show" not in told


def test_unfinished_runs_name_the_resume_command(capsys: pytest.CaptureFixture[str]) -> None:
    ended = {
        status: task(status=status, execution_summary=SUMMARY, error_message="2 of 3 contents failed.")
        for status in (TaskStatus.COMPLETED, TaskStatus.PARTIAL_FAILURE, TaskStatus.FAILED, TaskStatus.CANCELLED)
    }
    for status, run in ended.items():
        show_outcome(RunOutcome(run, roadmap()), as_json=False)
        out, err = capsys.readouterr()
        assert out == f"Roadmap go-1: {status}, 1 of 3 contents in 2.0 s.\n"
        assert ("roadmap resume task-1" in err) == (status is not TaskStatus.COMPLETED)
        assert ("roadmap retry-failed go-1" in err) == (status is TaskStatus.PARTIAL_FAILURE)


def test_warnings_are_issue_and_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    warnings = [{"issue": "It names an unknown prerequisite", "suggestion": "The prerequisite was dropped."}]
    show_outcome(RunOutcome(task(execution_summary={**SUMMARY, "warnings": warnings}), roadmap()), as_json=False)
    assert "  It names an unknown prerequisite. The prerequisite was dropped.\n" in capsys.readouterr().err


def test_the_answers_to_a_review_name_the_round_so_that_no_later_one_is_approved_unseen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waits = task(status=TaskStatus.HUMAN_REVIEW_PENDING)
    show_outcome(RunOutcome(waits, roadmap(), round=2), as_json=False)
    err = capsys.readouterr().err
    assert "roadmap review task-1 --approve --round 2\n" in err
    assert '--reject --feedback "what should change" --round 2\n' in err


def test_a_retry_names_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    single = {"task_type": TaskType.RETRY_QUIZ, "concept_id": "c-1-1-2", "content_type": ContentType.QUIZ}
    show_outcome(RunOutcome(task(**single), roadmap()), as_json=False)
    out, err = capsys.readouterr()
    assert out == "Roadmap go-1, quiz of c-1-1-2: completed.\n"
    assert "roadmap show go-1 --concept c-1-1-2" in err
    skipping = task(task_type=TaskType.RETRY_BATCH, execution_summary=SUMMARY | {"skipped": 2})
    show_outcome(RunOutcome(skipping, roadmap()), as_json=False)
    assert "retry_batch: completed, 1 of 3 contents in 2.0 s; 2 more belong to other runs" in capsys.readouterr().out


@pytest.mark.parametrize("waiting", [True, False])
def test_a_detached_run_says_how_to_follow_it_and_whether_a_worker_is_missing(
    capsys: pytest.CaptureFixture[str], waiting: bool
) -> None:
    queued = task(status=TaskStatus.PENDING, current_step="init", live=True, waiting_for_worker=waiting)
    show_detached(RunOutcome(queued, roadmap(framework=None)), as_json=False)
    out, err = capsys.readouterr()
    assert out == "Roadmap go-1: pending.\n"
    assert "roadmap watch task-1" in err
    assert ("start one with `roadmap worker`" in err) == waiting
