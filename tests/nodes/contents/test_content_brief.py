"""What an answer is checked against: the lesson at hand and the plan of the course book are part of it."""

from domain.course.book import ConceptPlan, CourseBook, Outcome, RunningExample
from nodes.authors.briefs import QuizBrief
from nodes.contents.content_brief import expected_of
from tests.conformance.test_authors import CONTENT, FRAMEWORK

PLAN = ConceptPlan(
    concept_id=FRAMEWORK.concepts()[1].concept_id, outcomes=[Outcome(outcome_id="o1", text="can win an endgame")]
)


def test_a_brief_without_lesson_and_book_expects_neither() -> None:
    expected = expected_of(QuizBrief(**CONTENT), any_language=True)
    assert (expected.lesson, expected.plan, expected.example) == ("", None, "")


def test_the_lesson_the_plan_and_the_example_are_expected() -> None:
    book = CourseBook(concepts=[PLAN], example=RunningExample(title="E", language="sql", code="SELECT 1"))
    expected = expected_of(QuizBrief(**CONTENT, lesson="## One", book=book), any_language=True)
    assert (expected.lesson, expected.plan, expected.example) == ("## One", PLAN, "SELECT 1")


def test_a_concept_without_a_plan_expects_none() -> None:
    book = CourseBook(concepts=[PLAN.model_copy(update={"concept_id": "c-9-9-9"})])
    assert expected_of(QuizBrief(**CONTENT, book=book), any_language=True).plan is None
