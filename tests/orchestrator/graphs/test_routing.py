import pytest

from domain.editing.review import MAX_EDIT_ROUNDS, Issue, Validation
from domain.errors import RunFailed
from domain.vocabulary import Step
from nodes.state import RunState, as_json
from orchestrator.graphs.routing import after_course, after_validation


def state(*, valid: bool, rounds: int) -> RunState:
    issue = Issue(severity="critical", category="x", issue="It is empty", suggestion="Fill it")
    validation = Validation(overall_score=0, validation_summary="", is_valid=valid, issues=[] if valid else [issue])
    return {"validation": as_json(validation), "edit_rounds": rounds}


@pytest.mark.parametrize("rounds", range(MAX_EDIT_ROUNDS + 1))
def test_a_sound_framework_gets_its_course_book(rounds: int) -> None:
    assert after_validation(state(valid=True, rounds=rounds)) is Step.COURSE_DESIGN


def test_the_book_is_reviewed_with_its_framework_where_a_review_was_requested() -> None:
    assert after_course({"wants_review": True}) is Step.HUMAN_REVIEW
    assert after_course({}) is Step.CONTENT_GENERATION


@pytest.mark.parametrize("rounds", range(MAX_EDIT_ROUNDS))
def test_an_unsound_one_is_edited(rounds: int) -> None:
    assert after_validation(state(valid=False, rounds=rounds)) is Step.EDIT_PLAN_ANALYSIS


def test_an_invalid_roadmap_never_goes_on_after_the_last_round() -> None:
    with pytest.raises(RunFailed, match="It is empty"):
        after_validation(state(valid=False, rounds=MAX_EDIT_ROUNDS))
