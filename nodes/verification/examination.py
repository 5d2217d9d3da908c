"""Examination of contents that passed their check: links are opened, and a second reader answers each quiz.

The author gets the problems. If it gives no better answer, the sound part of the last one is kept.
"""

from dataclasses import replace
from functools import partial

from domain.checks.findings import breaking, doubt
from domain.content_types import GENERATOR_OF, objections_to
from domain.contents import MIN_QUESTIONS, KeyAnswer, OpenQuestion, Quiz, QuizKey, Resources
from domain.vocabulary import ContentType
from nodes.authors.port import ContentBrief, QuizKeyBrief
from nodes.context import RunContext
from nodes.ledger.repairs import LOOK
from nodes.ledger.requests import AuthorRequest, Look, Verdict
from nodes.verification.code.examination import report_code


def look_at_links(context: RunContext, _: ContentBrief[Resources], __: int) -> Look[Resources] | None:
    """Return the examination of a list of resources; None if links are not checked."""
    return None if context.links is None else partial(examine_links, context)


def look_at_quiz(context: RunContext, brief: ContentBrief[Quiz], order: int) -> Look[Quiz] | None:
    """Return the closer look at a quiz; None where the settings ask for no second opinion and run no code."""
    if context.second_opinion or context.code is not None:
        return partial(examine_quiz, context, brief, order)
    return None


def without_claims(resources: Resources) -> Resources:
    """Return the resources without an author's own statements that it checked the links."""
    unclaimed = {"verification": "unchecked", "checked_at": None}
    if all(resource.verification == "unchecked" and resource.checked_at is None for resource in resources.resources):
        return resources
    return resources.model_copy(
        update={"resources": [resource.model_copy(update=unclaimed) for resource in resources.resources]}
    )


async def examine_links(context: RunContext, resources: Resources) -> Verdict[Resources]:
    """Record the state of every link and leave the dead ones out."""
    assert context.links is not None
    findings = (await context.links.look_at(resources.resources)).findings
    kept = [
        resource.model_copy(update={"verification": finding.verification, "checked_at": finding.checked_at})
        for resource, finding in zip(resources.resources, findings, strict=True)
        if not finding.dead
    ]
    dead = [
        doubt(
            LOOK,
            f"Resource {number} ({resource.url}): {finding.reason}. Name another one, or leave it out; keep the "
            "others.",
            str(number),
        )
        for number, (resource, finding) in enumerate(zip(resources.resources, findings, strict=True), start=1)
        if finding.dead
    ]
    return Verdict(resources.model_copy(update={"resources": kept}) if kept else None, removed=dead)


async def examine_quiz(context: RunContext, brief: ContentBrief[Quiz], order: int, quiz: Quiz) -> Verdict[Quiz]:
    """Run the code of the questions, and have a second reader answer the quiz, each where the settings ask for it."""
    verdict = await examine_key(context, brief, order, quiz) if context.second_opinion else Verdict(quiz)
    if context.code is None:
        return verdict
    report = await report_code(quiz, context.code)
    return replace(verdict, doubts=report.findings, code=report.runs)


async def examine_key(context: RunContext, brief: ContentBrief[Quiz], order: int, quiz: Quiz) -> Verdict[Quiz]:
    """Have a second reader answer the quiz without its key, and leave out the questions on which the two disagree.

    A reader without an answer is an error, since it does not agree. A skipped question is not a disagreement.
    """
    questions = [OpenQuestion.model_validate(question.model_dump()) for question in quiz.questions]
    request = AuthorRequest(
        GENERATOR_OF[ContentType.QUIZ],
        QuizKeyBrief(preferences=brief.preferences, concept=brief.concept, questions=questions),
        breaking("key.options", partial(_check_key, quiz)),
        subject=(brief.concept.concept_id, ContentType.QUIZ),
        order=order,
        reuses_rounds=True,
    )
    key = (await context.ledger.ask(request)).value
    answers = {answer.question_id: answer for answer in key.answers}
    disputed = [
        doubt(
            LOOK,
            f"Question {number}: a second reader answers {_named(other)}, the key says {question.correct_answer}. Mend "
            "the question, its options or its key.",
            question.question_id,
        )
        for number, question in enumerate(quiz.questions, start=1)
        if (other := answers.get(question.question_id)) and _disagrees(other, question.correct_answer)
    ]
    left_out = {finding.part for finding in disputed}
    agreed = [question for question in quiz.questions if question.question_id not in left_out]
    rest = Quiz(questions=agreed)
    return Verdict(rest if len(agreed) >= MIN_QUESTIONS and not objections_to(rest) else None, removed=disputed)


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
