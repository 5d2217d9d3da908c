import pytest

from domain.vocabulary import Step, TaskStatus
from orchestrator.outcomes import other_language, outcome
from repository.contents import Tally


@pytest.mark.parametrize(
    ("completed", "failed", "status", "step"),
    [
        (9, 0, TaskStatus.COMPLETED, Step.COMPLETED),
        (8, 1, TaskStatus.PARTIAL_FAILURE, Step.COMPLETED),
        (1, 8, TaskStatus.PARTIAL_FAILURE, Step.COMPLETED),
        (0, 9, TaskStatus.FAILED, Step.FAILED),
    ],
)
def test_the_end_state_tells_the_truth(completed: int, failed: int, status: TaskStatus, step: Step) -> None:
    found, at, message = outcome(Tally(9, completed, failed, 1.0))
    assert (found, at) == (status, step)
    assert (message is None) == (status is TaskStatus.COMPLETED)


def test_a_dialect_of_the_language_asked_for_is_no_other_language() -> None:
    request = {"preferences": {"primary_language": "zh-TW"}}
    assert other_language(request, {"zh": 3}) == []
    assert "2 tutorials are written in 'en'" in other_language(request, {"zh": 3, "en": 2})[0].issue
    assert other_language(None, {"en": 1}) == []
