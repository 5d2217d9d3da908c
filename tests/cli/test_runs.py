import pytest

from cli.runs import FIELDS_OF_A_RUN, exit_code_of
from domain.errors import Conflict
from domain.vocabulary import TaskStatus
from tests.cli.roadmaps import task


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
    with pytest.raises(Conflict, match="roadmap log task-1"):
        exit_code_of(task(status=status))


def test_the_json_of_a_run_has_the_fields_of_the_contract() -> None:
    document = task().model_dump(mode="json", include=FIELDS_OF_A_RUN)
    assert set(document) == {"task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary"}
