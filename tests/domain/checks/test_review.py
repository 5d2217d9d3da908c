import pytest

from domain.checks import check_review
from domain.editing.review import Issue, Severity, StructureReview


def review(severity: Severity, words: str) -> StructureReview:
    issue = Issue(severity=severity, category="scope", issue=words, suggestion="Mend it.")
    return StructureReview(overall_score=50, issues=[issue], validation_summary="")


@pytest.mark.parametrize("words", ["2", "", "?!", " \n ", "a", "100 %"])
def test_a_critical_issue_without_text_is_an_objection(words: str) -> None:
    [problem] = check_review(review("critical", words))
    assert problem.startswith("Issue 1 is critical")
    assert "\n" not in problem


@pytest.mark.parametrize("words", ["No practice at all", "没有任何练习", "لا توجد تمارين"])
def test_words_in_any_script_say_something(words: str) -> None:
    assert check_review(review("critical", words)) == []


def test_a_warning_holds_nothing_up_and_may_be_short() -> None:
    assert check_review(review("warning", "2")) == []
