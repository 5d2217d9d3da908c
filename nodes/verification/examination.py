"""A closer look at an answer whose own words are in order: do its links lead somewhere, would others choose its key?

What is wrong is told to the author; when nothing better comes, what is sound of the answer is kept.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic

from domain.checks import check_content
from domain.contents import MIN_QUESTIONS, KeyAnswer, OpenQuestion, Quiz, QuizKey, Resources
from domain.errors import AnswerRejected, BudgetSpent, ModelDenied, ModelUnavailable
from domain.vocabulary import GENERATOR_OF, ContentType
from nodes.authors.port import C, ContentBrief, QuizBrief, QuizKeyBrief, ResourcesBrief
from nodes.context import RunContext
from nodes.ledger.requests import CallSpec
from repository.runs.calls import Call

MAX_LOOKS: Final = 3
"""Answers to one question that are looked at, and so objected to twice at most."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[C]):
    """What was found."""

    sound: C | None
    """The answer without what is wrong in it; None where nothing worth keeping is left."""
    problems: list[str]
    """In words for the author."""


Examine = Callable[[C], Awaitable[Verdict[C]]]


def examiner_of(context: RunContext, brief: ContentBrief[C], order: int) -> Examine[Any] | None:
    """Who looks closely at the answers to a brief; None where nobody does."""
    if context.links is not None and isinstance(brief, ResourcesBrief):
        return partial(examine_links, context)
    if context.second_opinion and isinstance(brief, QuizBrief):
        return partial(examine_key, context, brief, order)
    return None


def without_claims(content: C) -> C:
    """An answer that nobody looked at closely: no author is believed to have opened a link."""
    if not isinstance(content, Resources):
        return content
    unclaimed = {"verification": "unchecked", "checked_at": None}
    if all(resource.verification == "unchecked" and resource.checked_at is None for resource in content.resources):
        return content
    return content.model_copy(
        update={"resources": [resource.model_copy(update=unclaimed) for resource in content.resources]}
    )


async def ask_examined(
    context: RunContext, question: Callable[[Callable[[Call], None]], CallSpec[C]], examine: Examine[C]
) -> tuple[C, Call]:
    """An answer that passed, or the soundest part of one, and the call that brought it.

    Raises what Ledger.ask raises, and AnswerRejected where nothing sound came.
    """
    calls: list[Call] = []
    kept: tuple[C, Call] | None = None
    problems: list[str] = []
    for _ in range(MAX_LOOKS):
        try:
            answer = await context.ledger.ask(question(calls.append))
        except (AnswerRejected, ModelUnavailable, ModelDenied, BudgetSpent):
            if kept is None:
                raise
            return kept
        verdict = await examine(answer)
        call, problems = calls[-1], verdict.problems
        if verdict.sound is not None:
            kept = verdict.sound, call
        if kept is not None and not problems:
            return kept
        await context.ledger.object(call, problems)
    if kept is None:
        raise AnswerRejected(f"The author's answers were found wanting {MAX_LOOKS} times: {' '.join(problems)}")
    return kept


async def examine_links(context: RunContext, resources: Resources) -> Verdict[Resources]:
    """Marks every link with what stands behind it, and leaves the dead ones out."""
    assert context.links is not None
    findings = (await context.links.look_at(resources.resources)).findings
    kept = [
        resource.model_copy(update={"verification": finding.verification, "checked_at": finding.checked_at})
        for resource, finding in zip(resources.resources, findings, strict=True)
        if not finding.dead
    ]
    problems = [
        f"Resource {number} ({resource.url}): {finding.reason}. Name another one, or leave it out; keep the others."
        for number, (resource, finding) in enumerate(zip(resources.resources, findings, strict=True), start=1)
        if finding.dead
    ]
    return Verdict(resources.model_copy(update={"resources": kept}) if kept else None, problems)


async def examine_key(context: RunContext, brief: ContentBrief[Quiz], order: int, quiz: Quiz) -> Verdict[Quiz]:
    """Asks somebody for the answers who is not told the key, and leaves out what the two disagree about.

    One who fails to answer raises: that is no agreement. One who cannot tell has not disagreed.
    """
    questions = [OpenQuestion.model_validate(question.model_dump()) for question in quiz.questions]
    asked = QuizKeyBrief(preferences=brief.preferences, concept=brief.concept, questions=questions)
    second = CallSpec(
        GENERATOR_OF[ContentType.QUIZ],
        asked,
        partial(_check_key, quiz),
        subject=(brief.concept.concept_id, ContentType.QUIZ),
        order=order,
        stands=True,
    )
    key = await context.ledger.ask(second)
    told = {answer.question_id: answer for answer in key.answers}
    problems = [
        f"Question {number}: a second reader answers {_named(other)}, the key says {question.correct_answer}. Mend the"
        " question, its options or its key."
        for number, question in enumerate(quiz.questions, start=1)
        if (other := told.get(question.question_id)) and _disagrees(other, question.correct_answer)
    ]
    agreed = [
        question
        for question in quiz.questions
        if (other := told.get(question.question_id)) is None or not _disagrees(other, question.correct_answer)
    ]
    rest = Quiz(questions=agreed)
    return Verdict(rest if len(agreed) >= MIN_QUESTIONS and not check_content(rest) else None, problems)


def _named(answer: KeyAnswer) -> str:
    return str(sorted(set(answer.correct_answer)))


def _disagrees(other: KeyAnswer, key: list[int]) -> bool:
    return bool(other.correct_answer) and set(other.correct_answer) != set(key)


def _check_key(quiz: Quiz, key: QuizKey) -> list[str]:
    options = {question.question_id: len(question.options) for question in quiz.questions}
    return [
        f"There is no option {index} of a question {answer.question_id}."
        for answer in key.answers
        for index in answer.correct_answer
        if not 0 <= index < options.get(answer.question_id, 0)
    ][:5]
