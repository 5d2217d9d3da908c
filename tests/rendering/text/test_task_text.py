"""The state of a run in words."""

from dataclasses import dataclass

import pytest

from domain.vocabulary import TaskStatus
from domain.waits.model_wait import ModelWait
from rendering.text.task_text import LABELS, clause_of, label_of, sentence_of, state_of
from tests.cli.roadmaps import NOON


@dataclass(frozen=True)
class Run:
    status: TaskStatus
    current_step: str = "curriculum_design"
    live: bool = True
    waiting_for_worker: bool = False
    waiting_for_model: ModelWait | None = None


@pytest.mark.parametrize("status", TaskStatus)
def test_every_status_has_a_label_a_clause_and_a_sentence(status: TaskStatus) -> None:
    run = Run(status)
    assert label_of(run)
    assert clause_of(run)[0].islower()
    assert sentence_of(run)[0].isupper()


def test_each_label_names_one_state() -> None:
    assert len(set(LABELS.values())) == len(LABELS)


def test_a_run_whose_process_died_is_stale_and_names_its_step() -> None:
    run = Run(TaskStatus.PROCESSING, live=False)
    assert state_of(run.status, live=False) == "stale"
    assert clause_of(run) == "stale: its process died at curriculum_design"


def test_a_queued_run_without_a_worker_says_so() -> None:
    run = Run(TaskStatus.PENDING, waiting_for_worker=True)
    assert label_of(run) == "Waiting for a worker"
    assert "none is running" in clause_of(run)
    assert "none is running" in sentence_of(run)


def test_a_running_run_is_described_by_its_step() -> None:
    assert clause_of(Run(TaskStatus.PROCESSING)) == "designing the curriculum"


def test_a_run_that_waits_for_a_model_does_not_look_as_if_it_hung() -> None:
    wait = ModelWait(model="openai:x", reason="429: busy", tries=4, next_at=NOON, gives_up_at=NOON)
    run = Run(TaskStatus.PROCESSING, waiting_for_model=wait)
    assert clause_of(run).startswith("designing the curriculum; waiting for openai:x: 429: busy; try 4")
    assert "waiting for openai:x: 429: busy; try 4" in sentence_of(run)
    gone = Run(TaskStatus.FAILED, waiting_for_model=wait)
    assert "waiting" not in clause_of(gone) + sentence_of(gone)
