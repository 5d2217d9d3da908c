"""Carry out an edit plan: an author writes the new parts only, code applies the operations.

New concepts of a roadmap with a course book come with their plans, in the same call.
"""

from functools import partial
from typing import Final

from langgraph.runtime import Runtime

from domain.checks.course import check_plans
from domain.checks.findings import breaking, objections
from domain.course.book import CourseBook
from domain.course.drafts import ConceptPlans, numbered, plans_by_concept
from domain.editing.contents import content_edits, effect, merged
from domain.editing.edits import apply_edits, missing_parts
from domain.editing.review import MAX_EDIT_ROUNDS, EditPlan, Issue, NewParts, without_effect
from domain.errors import RunFailed
from domain.framework import Framework
from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import NewPartsBrief
from nodes.context import RunContext
from nodes.editing.material import Material, edits_in, material_of, words_in
from nodes.ledger.best_effort import ask_if_possible
from nodes.ledger.requests import AuthorRequest
from nodes.state import Json, RunState, as_json
from repository.roadmaps.roadmaps import save_draft
from repository.roadmaps.structures import ids_ever_used


async def roadmap_edit(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, framework, edit_plan, content_edits -> framework (a creation's is saved as a draft), repairs,
    content_edits, new_plans, edit_rounds

    Raises RunFailed for a modification that would change nothing.
    """
    context = runtime.context
    await context.enter(Step.ROADMAP_EDIT)
    preferences = LearningRequest.model_validate(state["request"]).preferences
    before = Framework.model_validate(state["framework"])
    plan = EditPlan.model_validate(state["edit_plan"])
    feedback = state.get("feedback", "")
    material = await material_of(context)
    parts = NewParts(parts=[])
    if any(operation.action == "add" for operation in plan.operations):
        brief = NewPartsBrief(
            preferences=preferences,
            framework=before,
            plan=plan,
            asked_for=words_in(state),
            accepted=material.accepted,
            book=_book(context, state, material),
            single_lessons=context.short_lessons,
        )
        parts = await _new_parts(context, brief, required=bool(feedback))
    used = await context.commit(lambda session: ids_ever_used(session, context.roadmap_id))
    after, repairs = apply_edits(
        before, plan, parts, hours_per_week=preferences.available_hours_per_week, used_ids=used
    )
    edits_before = edits_in(state)
    edits, refusals = content_edits(after, plan, material.versions)
    repairs += [refusal.warning for refusal in refusals]
    edits = merged(edits_before, edits, after)
    effects = [effect(material.accepted, after, one, material.versions) for one in (edits_before, edits)]
    is_unchanged = after.stages == before.stages and effects[0] == effects[1]
    if is_unchanged and feedback:
        reasons = without_effect(plan, repairs)
        if state.get("modifies") and "validation" not in state:
            raise RunFailed(reasons)
        repairs.append(Issue(severity="warning", category="nothing_changed", issue=reasons, suggestion=_SAY_IT_AGAIN))
    await context.commit(lambda session: save_draft(session, after))
    context.tell(
        "framework_edited", before=as_json(before), after=as_json(after), contents=[as_json(edit) for edit in edits]
    )
    rounds = state.get("edit_rounds", 0) + 1
    same = {concept.concept_id for concept in after.concepts() if concept in before.concepts()}
    plans = {concept_id: plan for concept_id, plan in state.get("new_plans", {}).items() if concept_id in same}
    plans |= _plans_of(parts, before, after, preferences.primary_language, single_lessons=context.short_lessons)
    return {
        "framework": as_json(after),
        "repairs": [as_json(issue) for issue in repairs],
        "content_edits": [as_json(edit) for edit in edits],
        "new_plans": plans,
        "feedback": "",
        # The same structure would get the same review: another round brings nothing.
        "edit_rounds": MAX_EDIT_ROUNDS if is_unchanged and not feedback else rounds,
    }


async def _new_parts(context: RunContext, brief: NewPartsBrief, *, required: bool) -> NewParts:
    """Return the parts that were written. Additions without one are left out.

    `required`: raise AnswerRejected or ModelUnavailable where no part was written at all.
    """
    request = AuthorRequest(Step.ROADMAP_EDIT, brief, breaking("new_parts", partial(missing_parts, brief.plan)))
    answer = await ask_if_possible(context.ledger, request)
    parts = answer.accepted or answer.last
    if parts is None and answer.error is not None and required:
        raise answer.error
    return parts or NewParts(parts=[])


def _book(context: RunContext, state: RunState, material: Material) -> CourseBook | None:
    """Return the course book that new concepts get plans for; None where there is none yet, and for rules."""
    if context.ledger.author.kind == "rules":
        return None
    return CourseBook.model_validate(state["course_book"]) if "course_book" in state else material.book


def _plans_of(
    parts: NewParts, before: Framework, after: Framework, language: str, *, single_lessons: bool
) -> dict[str, Json]:
    """Return the plans that came with new concepts, those without objection; course_design asks for the others."""
    known = {concept.concept_id for concept in before.concepts()}
    new = [concept for concept in after.concepts() if concept.concept_id not in known]
    drafts = ConceptPlans(plans=[plan for part in parts.parts for plan in part.plans])
    by_concept = plans_by_concept(drafts, new)
    plans: dict[str, Json] = {}
    for concept in new:
        if (draft := by_concept.get(concept.concept_id)) is None:
            continue
        found = check_plans(ConceptPlans(plans=[draft]), [concept], language, single_lessons=single_lessons)
        if not objections(found):
            plans[concept.concept_id] = as_json(numbered(draft, concept, single_lessons=single_lessons))
    return plans


_SAY_IT_AGAIN: Final = "Ask for the change in other words, and name the parts as the roadmap does."
