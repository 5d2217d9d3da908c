"""Write the course book of a sound structure: what all contents agree on, and the plan of each concept.

One call for the part that all lessons share, then one for each stage, side by side; a stage of more than
MAX_CONCEPTS_PER_CALL concepts takes several. What cannot be read is left out with a warning, and contents are then
written without it. Later rounds of editing and modifications ask for the plans of changed concepts only, and for
those that a new concept did not come with.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Final

from langgraph.runtime import Runtime

from domain.checks.course import check_book, check_plans
from domain.course.book import ConceptPlan, CourseBook
from domain.course.changes import concepts_to_plan, revised, warnings_for_authors
from domain.course.drafts import ConceptPlans, is_usable, numbered, plans_by_concept, shared_part
from domain.editing.review import Issue, Validation
from domain.errors import BudgetSpent, ModelDenied
from domain.framework import Concept, Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import ConceptPlansBrief, CourseBookBrief
from nodes.authors.port import NoRoom
from nodes.context import RunContext
from nodes.editing.material import words_in
from nodes.ledger.best_effort import ask_at_most_once
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json
from repository.roadmaps.books import parse_book, save_book_draft
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata

MAX_CONCEPTS_PER_CALL: Final = 12
"""Plans that are asked for at once. A constant: what a process knows about its model is no part of a resumed run."""
MAX_NAMED: Final = 5
"""Concepts that a warning names."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A book, and the structure that it was written for."""

    book: CourseBook
    framework: Framework


async def course_design(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, validation, new_plans -> course_book (a creation's is saved as a draft),
    planned_framework, validation

    A modification of a roadmap without a book gets none. Rules know no subject: the offline author writes none.
    """
    context = runtime.context
    framework = Framework.model_validate(state["framework"])
    before = await _before(context, state, framework)
    is_by_rules = context.ledger.author.kind == "rules"
    if before is None and (context.base_version > 0 or is_by_rules):
        return {}
    if before is not None and before.framework.stages == framework.stages:  # the book is of this very structure
        unplanned = [] if is_by_rules else _unplanned(before.book, await _to_write(context, framework))
        return _warned(state, _no_plans(unplanned, [])) if unplanned else {}
    await context.enter(Step.COURSE_DESIGN)
    request = LearningRequest.model_validate(state["request"])
    warnings = warnings_for_authors(Validation.model_validate(state["validation"]).issues)
    shared = before.book if before else await _shared_part(context, request, framework, warnings)
    if isinstance(shared, str):
        context.tell("course_not_designed", reason=shared)
        return _warned(state, _no_book(shared))
    former = before.framework if before else Framework(roadmap_id=framework.roadmap_id)
    kept = revised(shared, former, framework, {}, warnings, single_lessons=context.short_lessons)
    wanted = [] if is_by_rules else concepts_to_plan(former, framework)
    kept = kept.model_copy(update={"concepts": [plan for plan in kept.concepts if plan.concept_id not in wanted]})
    given = {key: ConceptPlan.model_validate(plan) for key, plan in state.get("new_plans", {}).items()}
    plans = {concept_id: given[concept_id] for concept_id in wanted if concept_id in given}
    touched = [plan for plan in shared.concepts if plan.concept_id in wanted]
    planning = _Planning(context, request, framework, kept, touched, words_in(state))
    plans |= await planning.plans_of([concept_id for concept_id in wanted if concept_id not in plans])
    book = revised(kept, former, framework, plans, warnings, single_lessons=context.short_lessons)
    await context.commit(lambda session: save_book_draft(session, context.roadmap_id, book))
    context.tell("course_designed", book=as_json(book))
    update: RunState = {"course_book": as_json(book), "planned_framework": as_json(framework)}
    unplanned = [] if is_by_rules else _unplanned(book, await _to_write(context, framework))
    return {**update, **_warned(state, _no_plans(unplanned, planning.reasons))} if unplanned else update


async def _to_write(context: RunContext, framework: Framework) -> list[str]:
    """Return the ids of the concepts whose contents a run writes from scratch: in a modification, the changed ones."""
    if context.base_version == 0:
        return [concept.concept_id for concept in framework.concepts()]
    row = await context.commit(lambda session: get_roadmap_metadata(session, context.roadmap_id))
    return concepts_to_plan(framework_of(row), framework)


def _unplanned(book: CourseBook, concept_ids: Sequence[str]) -> list[str]:
    return [concept_id for concept_id in concept_ids if book.plan_of(concept_id) is None]


def _warned(state: RunState, warning: Issue) -> RunState:
    """Return the validation with one more warning."""
    validation = Validation.model_validate(state["validation"])
    return {"validation": as_json(validation.model_copy(update={"issues": [*validation.issues, warning]}))}


async def _before(context: RunContext, state: RunState, framework: Framework) -> Planned | None:
    """Return the book of the round before or, at first, of the structure that is modified."""
    if "course_book" in state:
        planned = Framework.model_validate(state.get("planned_framework", as_json(framework)))
        return Planned(CourseBook.model_validate(state["course_book"]), planned)
    if context.base_version == 0:
        return None
    row = await context.commit(lambda session: get_roadmap_metadata(session, context.roadmap_id))
    book = parse_book(row.course_book)
    return None if book is None else Planned(book, framework_of(row))


async def _shared_part(
    context: RunContext, request: LearningRequest, framework: Framework, warnings: list[str]
) -> CourseBook | str:
    """Return a book without plans, or why there is none."""
    brief = CourseBookBrief(request=request, framework=framework, warnings=warnings)
    check = partial(check_book, framework=framework)
    answer = await ask_at_most_once(context.ledger, AuthorRequest(Step.COURSE_DESIGN, brief, check, reuses_rounds=True))
    return answer.reason if answer.accepted is None else shared_part(answer.accepted, framework)


@dataclass(slots=True)
class _Planning:
    """Asks for plans of concepts, side by side."""

    context: RunContext
    request: LearningRequest
    framework: Framework
    book: CourseBook
    """The shared part, with the plans that are kept."""
    former: Sequence[ConceptPlan]
    """The plans that are not kept, of concepts that a change has touched."""
    asked_for: list[str]
    reasons: list[str] = field(default_factory=list)
    """Why some concepts have no plan."""

    async def plans_of(self, concept_ids: Sequence[str]) -> dict[str, ConceptPlan]:
        """Return the plans by concept. Raises ModelDenied or BudgetSpent once all that is paid for is committed."""
        plans: dict[str, ConceptPlan] = {}

        async def ask(concepts: Sequence[Concept]) -> None:
            try:
                plans.update(await self._asked(concepts))
            except (ModelDenied, BudgetSpent):
                return  # the ledger is stopped; a raised error would cancel calls that are paid for

        try:
            async with asyncio.TaskGroup() as group:
                for concepts in _groups(self.framework, set(concept_ids)):
                    group.create_task(ask(concepts))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if self.context.ledger.stopped:
            raise self.context.ledger.stopped
        return plans

    async def _asked(self, concepts: Sequence[Concept]) -> dict[str, ConceptPlan]:
        """Ask for these plans; for one half after the other where they do not fit into an answer."""
        ledger, request = self.context.ledger, self._request(concepts)
        halves = _halves(concepts)
        begun = any(ledger.knows(self._request(half)) for half in halves)
        if ledger.knows(request) or not (begun or ledger.was_cut_off(request)):
            answer = await ask_at_most_once(ledger, request)
            if answer.accepted is not None:
                return self._usable(answer.accepted, concepts)
            if not halves or not (isinstance(answer.error, NoRoom) or ledger.was_cut_off(request)):
                self.reasons.append(answer.reason)
                return {}
        plans: dict[str, ConceptPlan] = {}
        for half in halves:
            plans |= await self._asked(half)
        return plans

    def _request(self, concepts: Sequence[Concept]) -> AuthorRequest[ConceptPlans]:
        brief = ConceptPlansBrief(
            preferences=self.request.preferences,
            framework=self.framework,
            book=self.book,
            concept_ids=(ids := [concept.concept_id for concept in concepts]),
            asked_for=self.asked_for,
            former=[plan for plan in self.former if plan.concept_id in ids],
            single_lessons=self.context.short_lessons,
        )
        check = partial(
            check_plans,
            concepts=concepts,
            language=self.request.preferences.primary_language,
            single_lessons=self.context.short_lessons,
        )
        order = next(
            (number for number, one in enumerate(self.framework.concepts()) if one.concept_id in brief.concept_ids), 0
        )
        return AuthorRequest(Step.COURSE_DESIGN, brief, check, order=order, reuses_rounds=True)

    def _usable(self, draft: ConceptPlans, concepts: Sequence[Concept]) -> dict[str, ConceptPlan]:
        plans, single = plans_by_concept(draft, concepts), self.context.short_lessons
        return {
            concept.concept_id: numbered(plan, concept, single_lessons=single)
            for concept in concepts
            if (plan := plans.get(concept.concept_id)) and is_usable(plan, single_lessons=single)
        }


def _groups(framework: Framework, wanted: set[str]) -> list[list[Concept]]:
    """Return the wanted concepts by stage, those of a large stage in several groups of about the same size."""
    groups: list[list[Concept]] = []
    for stage in framework.stages:
        concepts = [one for module in stage.modules for one in module.concepts if one.concept_id in wanted]
        size = ceil(len(concepts) / max(1, ceil(len(concepts) / MAX_CONCEPTS_PER_CALL)))
        groups += [concepts[start : start + size] for start in range(0, len(concepts), max(1, size))]
    return groups


def _halves(concepts: Sequence[Concept]) -> list[Sequence[Concept]]:
    middle = ceil(len(concepts) / 2)
    return [concepts[:middle], concepts[middle:]] if len(concepts) > 1 else []


def _no_book(reason: str) -> Issue:
    return Issue(
        severity="warning",
        category="no_course_book",
        issue=f"The contents are written without a course book, because it could not be read ({reason.rstrip('.')})",
        suggestion="Lessons may overlap or use different examples; another model for the curriculum may write one.",
    )


def _no_plans(concept_ids: Sequence[str], reasons: Sequence[str]) -> Issue:
    named = ", ".join(concept_ids[:MAX_NAMED])
    more = f" and {len(concept_ids) - MAX_NAMED} more" if len(concept_ids) > MAX_NAMED else ""
    why = f" ({reasons[0].rstrip('.')})" if reasons else ""
    return Issue(
        severity="warning",
        category="no_concept_plan",
        issue=f"The course book has no plan for {named}{more}, whose contents are written without one{why}",
        suggestion="They may overlap with others; another model for the curriculum may plan them.",
    )
