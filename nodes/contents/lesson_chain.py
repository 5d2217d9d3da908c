"""Tutorials of several lessons: each lesson is asked for, checked and repaired by itself, and all are saved as one.

The lessons are written side by side: each author knows the plan of all. Every answer stays in the ledger until the
tutorial is saved, so that a restarted run asks for the missing lessons only.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Protocol

from domain.checks.code_runs import BlockRun, read_runs
from domain.checks.findings import Finding
from domain.contents import Tutorial
from domain.course.book import MAX_LESSON_MINUTES, ConceptPlan, LessonPlan
from domain.errors import AnswerRejected, BudgetSpent, DatabaseUnavailable, ModelDenied, RunFailed, Superseded
from domain.parts import Chain, ChainedLesson, chain_of, lessons_in, new_lesson
from domain.parts.chained import LessonPlace
from domain.vocabulary import ContentType
from nodes.authors.briefs import ContentBrief, LessonBrief
from nodes.authors.reading.gate import storable_text
from nodes.contents.earlier import Earlier
from nodes.contents.store import ContentStore
from nodes.context import RunContext
from nodes.ledger.requests import Answered, AuthorRequest
from nodes.state import as_json


class RequestOf(Protocol):
    """Returns the request for a part of a content. `expectations`: fields of Expected that differ for the part."""

    def __call__(
        self, own: ContentBrief[Any], *, reuses_rounds: bool = False, **expectations: Any
    ) -> AuthorRequest[Any]: ...


_GOES_FIRST: Final = (Superseded, DatabaseUnavailable, ModelDenied, BudgetSpent)
"""Errors that end the run, in the order in which one of several is raised."""


@dataclass(frozen=True, slots=True)
class LessonChain:
    """The lessons of one tutorial."""

    plan: ConceptPlan
    before: dict[str, ChainedLesson]
    """Of the version at hand, by id."""
    asked: frozenset[str]
    """Ids of the lessons that are written; the others stay as they are."""
    former: Chain | None = None
    """The version at hand, where some of its lessons stay."""
    runs_before: Sequence[BlockRun] = ()
    """The runs of the code of that version."""


def planned_chain(context: RunContext, brief: ContentBrief[Any], earlier: Earlier) -> LessonChain | None:
    """Return the lessons that a tutorial consists of; None where it is one lesson.

    `earlier`: its former versions. Raises AnswerRejected if the one lesson that the run is about is no longer part of
    the newest.
    """
    if brief.content_type is not ContentType.TUTORIAL:
        return None
    before = {lesson.lesson_id: lesson for lesson in lessons_in(earlier.payloads[0])} if earlier.payloads else {}
    plan = brief.book.plan_of(brief.concept.concept_id) if brief.book else None
    if context.lesson_id is not None:
        if context.lesson_id not in before:
            raise AnswerRejected(f"The tutorial has no lesson {context.lesson_id} any more: retry the whole tutorial.")
        minutes = {lesson.lesson_id: lesson.minutes for lesson in plan.lessons} if plan else {}
        stored = [
            LessonPlan(
                lesson_id=lesson_id, title=lesson.part.title, minutes=minutes.get(lesson_id) or lesson.part.minutes
            )
            for lesson_id, lesson in before.items()
        ]
        plan = (plan or ConceptPlan(concept_id=brief.concept.concept_id)).model_copy(update={"lessons": stored})
        former = Chain.model_validate(earlier.payloads[0])
        return LessonChain(plan, before, frozenset({context.lesson_id}), former, read_runs(earlier.code_report))
    if context.short_lessons or context.ledger.author.kind == "rules" or plan is None:
        return None
    ids = {lesson.lesson_id for lesson in plan.lessons}
    if len(ids) < 2 or len(ids) < len(plan.lessons):
        return None
    usual = min(MAX_LESSON_MINUTES, max(1, round(60 * brief.concept.estimated_hours / len(ids))))
    lessons = [lesson.model_copy(update={"minutes": lesson.minutes or usual}) for lesson in plan.lessons]
    return LessonChain(plan.model_copy(update={"lessons": lessons}), before, frozenset(ids))


async def write_chain(
    context: RunContext,
    chain: LessonChain,
    brief: ContentBrief[Any],
    request_of: RequestOf,
    store: ContentStore[Any],
) -> None:
    """Ask for the lessons that are missing and save the tutorial when all are there. Raises as the ledger does."""
    plans = chain.plan.lessons
    requests = {
        plan.lesson_id: _request(request_of, chain, brief, index)
        for index, plan in enumerate(plans)
        if plan.lesson_id in chain.asked
    }
    if not all(map(context.ledger.knows, requests.values())):
        store.begin()
    answers = await _all_of({lesson_id: context.ledger.ask(request) for lesson_id, request in requests.items()}, plans)
    lessons = [
        new_lesson(plan, answers[plan.lesson_id].value) if plan.lesson_id in answers else chain.before[plan.lesson_id]
        for plan in plans
    ]
    last = answers[max(answers, key=[plan.lesson_id for plan in plans].index)]
    whole = chain_of(brief.concept.name, lessons)
    answered = Answered(whole, last.call, _doubts(whole, answers, plans), _code(whole, chain, answers))
    await store.commit(partial(store.write, answered=answered))


def _doubts(whole: Chain, answers: Mapping[str, Answered[Tutorial]], plans: Sequence[LessonPlan]) -> list[Finding]:
    """Return the doubts about the new lessons, with the sections of the tutorial that they are about."""
    doubts: list[Finding] = []
    for number, plan in enumerate(plans, start=1):
        place = LessonPlace.of(whole, plan.lesson_id)
        if (answer := answers.get(plan.lesson_id)) is None or place is None:
            continue
        found = place.findings(whole, answer.value, answer.doubts)
        doubts += [replace(doubt, message=f"Lesson {number}: {doubt.message}") for doubt in found]
    return doubts


def _code(whole: Chain, chain: LessonChain, answers: Mapping[str, Answered[Tutorial]]) -> list[BlockRun] | None:
    """Return what became of the code of all lessons; None where none was run."""
    if all(answer.code is None for answer in answers.values()) and not chain.runs_before:
        return None
    runs: list[BlockRun] = []
    for part in whole.lessons:
        place, answer = LessonPlace.of(whole, part.lesson_id), answers.get(part.lesson_id)
        if place is None:
            continue
        if answer is not None:
            runs += place.runs(whole, answer.value, answer.code or ())
        elif chain.former is not None and (former := LessonPlace.of(chain.former, part.lesson_id)) is not None:
            runs += place.kept(whole, former, chain.runs_before)
    return runs


def _request(
    request_of: RequestOf, chain: LessonChain, brief: ContentBrief[Any], index: int
) -> AuthorRequest[Tutorial]:
    lesson = chain.plan.lessons[index]
    before = chain.before.get(lesson.lesson_id)
    fields = {name: getattr(brief, name) for name in ContentBrief.model_fields}
    fields["present_version"] = as_json(before.tutorial) if before else None
    own = LessonBrief(**fields, plan=chain.plan, index=index)
    return request_of(own, reuses_rounds=True, hours=lesson.minutes / 60, planned_minutes=lesson.minutes)


async def _all_of(asked: dict[str, Any], plans: Sequence[LessonPlan]) -> dict[str, Answered[Tutorial]]:
    """Return all answers. A lesson that fails cancels no other: what is bought is committed."""
    outcomes = dict(zip(asked, await asyncio.gather(*asked.values(), return_exceptions=True), strict=True))
    failed = {lesson_id: error for lesson_id, error in outcomes.items() if isinstance(error, BaseException)}
    for kind in _GOES_FIRST:
        for error in failed.values():
            if isinstance(error, kind):
                raise error
    for number, plan in enumerate(plans, start=1):
        if plan.lesson_id in failed:
            reason = storable_text(failed[plan.lesson_id]) or type(failed[plan.lesson_id]).__name__
            raise RunFailed(f"Lesson {number} ({plan.title}) could not be written: {reason}")
    return {lesson_id: answer for lesson_id, answer in outcomes.items() if not isinstance(answer, BaseException)}
