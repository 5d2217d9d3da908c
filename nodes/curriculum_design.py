"""Design the first framework: an author writes names and texts, code adds ids, order and totals.

A framework that may exceed one answer is asked for in parts: first the stages, then one stage at a time. What fits into
an answer depends on the model and on what a process knows about it, so the ledger comes first: after a takeover a run
goes on in the way in which it began.
"""

from functools import partial

from langgraph.runtime import Runtime

from domain.checks import check_draft
from domain.checks.findings import breaking
from domain.errors import AnswerRejected
from domain.framework import FrameworkDraft, Outline, StageDraft
from domain.identity import identify
from domain.request import Intent, LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import FrameworkBrief, OutlineBrief, StageBrief
from nodes.authors.port import NoRoom
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json
from repository.roadmaps.roadmaps import save_draft
from repository.roadmaps.structures import ids_ever_used


async def curriculum_design(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, intent -> framework (saved as a draft), repairs"""
    context = runtime.context
    await context.enter(Step.CURRICULUM_DESIGN)
    request = LearningRequest.model_validate(state["request"])
    draft = await designed(context, request, Intent.model_validate(state["intent"]))
    used = await context.commit(lambda session: ids_ever_used(session, context.roadmap_id))
    hours_per_week = request.preferences.available_hours_per_week
    framework, repairs = identify(draft, context.roadmap_id, hours_per_week, used_ids=used)
    await context.commit(lambda session: save_draft(session, framework))
    context.tell("framework_designed", framework=as_json(framework))
    return {"framework": as_json(framework), "repairs": [as_json(issue) for issue in repairs], "edit_rounds": 0}


async def designed(context: RunContext, request: LearningRequest, intent: Intent) -> FrameworkDraft:
    """Return the draft of a framework, asked for in the way in which the run began."""
    whole, outline = _whole(context, request, intent), _outline(context, request, intent)
    ledger, most = context.ledger, context.ledger.author.most_concepts
    fits = most is None or context.max_concepts <= most
    if ledger.knows(whole) or (fits and not ledger.knows(outline) and not ledger.was_cut_off(whole)):
        try:
            return (await ledger.ask(whole)).value
        except NoRoom:
            pass
        except AnswerRejected:
            if not ledger.was_cut_off(whole):
                raise
    return await _in_parts(context, request, intent, outline)


def _whole(context: RunContext, request: LearningRequest, intent: Intent) -> AuthorRequest[FrameworkDraft]:
    brief = FrameworkBrief(request=request, intent=intent, max_concepts=context.max_concepts, weeks=context.weeks)
    fits = partial(check_draft, preferences=request.preferences, weeks=context.weeks)
    return AuthorRequest(Step.CURRICULUM_DESIGN, brief, breaking("framework", fits), reuses_rounds=True)


def _outline(context: RunContext, request: LearningRequest, intent: Intent) -> AuthorRequest[Outline]:
    brief = OutlineBrief(request=request, intent=intent, max_concepts=context.max_concepts, weeks=context.weeks)
    fits = partial(too_many, max_concepts=context.max_concepts)
    return AuthorRequest(Step.CURRICULUM_DESIGN, brief, breaking("framework", fits), reuses_rounds=True)


async def _in_parts(
    context: RunContext, request: LearningRequest, intent: Intent, asked: AuthorRequest[Outline]
) -> FrameworkDraft:
    """Ask for the stages, then for one stage after another: each may build on the concepts before it."""
    outline = (await context.ledger.ask(asked)).value
    stages: list[StageDraft] = []
    earlier: list[str] = []
    for index, stage in enumerate(outline.stages):
        brief = StageBrief(
            request=request,
            intent=intent,
            outline=outline,
            index=index,
            max_concepts=stage.concepts,
            earlier=list(earlier),
            weeks=context.weeks,
        )
        answered = await context.ledger.ask(AuthorRequest(Step.CURRICULUM_DESIGN, brief, reuses_rounds=True))
        parts = answered.value
        earlier += [concept.name for module in parts.modules for concept in module.concepts]
        stages.append(StageDraft(name=stage.name, description=stage.description, modules=parts.modules))
    return FrameworkDraft(title=outline.title, stages=stages)


def too_many(outline: Outline, max_concepts: int) -> list[str]:
    """Return what is wrong with an outline, worded for its author."""
    concepts = sum(stage.concepts for stage in outline.stages)
    if concepts <= max_concepts:
        return []
    return [f"The stages ask for {concepts} concepts; at most {max_concepts} are allowed."]
