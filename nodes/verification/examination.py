"""Examination of contents that passed their check: links are opened, the key of each quiz is read again.

The author gets the problems. If it gives no better answer, the sound part of the last one is kept.
"""

from dataclasses import replace
from functools import partial

from domain.checks.findings import doubt
from domain.contents import Quiz, Resources
from nodes.authors.briefs import ContentBrief
from nodes.context import RunContext
from nodes.ledger.repairs import LOOK
from nodes.ledger.requests import Look, Verdict
from nodes.verification.code.examination import report_code
from nodes.verification.quiz_key import examine_key


def look_at_links(context: RunContext, _: ContentBrief[Resources], __: int) -> Look[Resources] | None:
    """Return the examination of a list of resources; None if links are not checked."""
    return None if context.links is None else partial(examine_links, context)


def look_at_quiz(context: RunContext, brief: ContentBrief[Quiz], order: int) -> Look[Quiz] | None:
    """Return the closer look at a quiz; None where the settings ask for no second look and run no code."""
    if context.second_look != "none" or context.code is not None:
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
    verdict = await examine_key(context, brief, order, quiz) if context.second_look != "none" else Verdict(quiz)
    if context.code is None:
        return verdict
    report = await report_code(quiz, context.code)
    return replace(verdict, doubts=[*verdict.doubts, *report.findings], code=report.runs)
