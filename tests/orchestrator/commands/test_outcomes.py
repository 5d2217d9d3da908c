import pytest

from domain.vocabulary import TaskStatus
from orchestrator.commands.outcomes import other_language, outcome
from repository.contents.contents import ContentCounts
from repository.tables.roadmaps import ContentRow


@pytest.mark.parametrize(
    ("completed", "failed", "status"),
    [
        (9, 0, TaskStatus.COMPLETED),
        (8, 1, TaskStatus.PARTIAL_FAILURE),
        (1, 8, TaskStatus.PARTIAL_FAILURE),
        (0, 9, TaskStatus.FAILED),
    ],
)
def test_the_final_status_matches_the_contents(completed: int, failed: int, status: TaskStatus) -> None:
    found, message = outcome(ContentCounts(9, completed, failed, 1.0, 0.0), [])
    assert found == status
    assert (message is None) == (status is TaskStatus.COMPLETED)


def test_a_single_retry_that_fails_says_why() -> None:
    row = ContentRow(roadmap_id="r", concept_id="c", content_type="quiz", last_error="no luck")
    assert outcome(ContentCounts(1, 0, 1, 1.0, 0.0), [row]) == (TaskStatus.FAILED, "no luck")


def test_a_dialect_of_the_language_asked_for_is_no_other_language() -> None:
    request = {"preferences": {"primary_language": "zh-TW"}}
    assert other_language(request, {"zh": 3}) == []
    assert "2 tutorials are written in 'en'" in other_language(request, {"zh": 3, "en": 2})[0].issue
    assert other_language(None, {"en": 1}) == []
