from pathlib import Path

import nodes
from domain.content_types import GENERATOR_OF
from domain.vocabulary import ACTIVE, FINAL, INITIAL, TRANSITIONS, Step, TaskStatus


def test_every_status_is_either_active_or_final() -> None:
    assert set(TaskStatus) == ACTIVE | FINAL
    assert not ACTIVE & FINAL


def test_every_status_can_be_reached_and_left_only_by_the_table() -> None:
    assert set(TRANSITIONS) == set(TaskStatus)
    assert all(TRANSITIONS[status] or status in INITIAL for status in TaskStatus)
    assert TaskStatus.COMPLETED not in frozenset().union(*TRANSITIONS.values()), "a completed run never moves again"


def test_a_step_read_in_a_row_is_a_file() -> None:
    files = {path.stem for path in Path(nodes.__file__).parent.glob("*.py")}
    later = {Step.HUMAN_REVIEW, Step.SECOND_LOOK}
    words = {Step.INIT, Step.COMPLETED, Step.FAILED, Step.CANCELLED}
    assert {step.value for step in set(Step) - words - later} <= files
    assert set(GENERATOR_OF.values()) <= set(Step)
