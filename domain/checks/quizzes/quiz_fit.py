"""Whether a quiz fits its lesson and the course book: what each question tests, and where its answer is found.

Where there is neither, nothing is asked for. Where there is a lesson without a book, a question need not name its
section, but what it names must exist. Worksheets by rules have no outcomes.
"""

from collections.abc import Iterator, Sequence

from domain.checks.code.foreign_names import foreign_names
from domain.checks.expected import Expected
from domain.checks.findings import Finding, doubt, hint
from domain.checks.prose.markdown import outline
from domain.contents import Question
from domain.course.book import Outcome
from domain.quizzes.places import heading_index, outcomes_named


def check_fit(questions: Sequence[Question], expected: Expected) -> Iterator[Finding]:
    by_model = expected.language is not None
    outcomes = expected.plan.outcomes if expected.plan else []
    if outcomes:
        yield from _check_outcomes(questions, outcomes, demanded=by_model)
    if not expected.lesson.strip():
        return
    headings = outline(expected.lesson).headings
    for number, question in enumerate(questions, start=1) if headings else ():
        yield from _check_heading(number, question, headings, demanded=by_model and expected.plan is not None)
    if not by_model:
        return
    for number, question in enumerate(questions, start=1):
        if names := foreign_names(question, expected):
            listed = ", ".join(f"`{name}`" for name in names)
            message = f"The code of question {number} uses {listed}, which the lesson does not have; use its own."
            yield doubt("quiz.names", message, question.question_id)


def _check_outcomes(questions: Sequence[Question], outcomes: Sequence[Outcome], *, demanded: bool) -> Iterator[Finding]:
    known = ", ".join(outcome.outcome_id for outcome in outcomes)
    tested: set[str] = set()
    for number, question in enumerate(questions, start=1):
        if named := outcomes_named(question.outcome, outcomes):
            tested.update(outcome.outcome_id for outcome in named)
        elif question.outcome.strip():
            message = f"Question {number} names the outcome “{question.outcome[:60]}”; the concept has {known}."
            yield doubt("quiz.outcome", message, question.question_id)
        elif demanded:
            yield doubt("quiz.outcome", f"Question {number} names no outcome of {known}.", question.question_id)
    for outcome in outcomes if demanded else ():
        if outcome.outcome_id not in tested:
            message = f"No question tests outcome {outcome.outcome_id} (“{outcome.text[:120]}”)."
            yield doubt("quiz.outcomes", message)


def _check_heading(number: int, question: Question, headings: Sequence[str], *, demanded: bool) -> Iterator[Finding]:
    if heading_index(question.heading, headings) is not None:
        return
    if question.heading.strip():
        message = f"Question {number} names the heading “{question.heading[:80]}”, which the lesson does not have."
    else:
        message = f"Question {number} names no heading of the lesson."
    listed = "; ".join(heading[:80] for heading in headings[:20])
    wrong = doubt if demanded or question.heading.strip() else hint
    yield wrong("quiz.heading", f"{message} Its headings: {listed}.", question.question_id)
