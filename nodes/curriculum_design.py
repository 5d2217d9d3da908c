"""The first framework: an author writes names and words, code gives ids, order and totals."""

from langgraph.runtime import Runtime

from domain.identity import identify
from domain.request import Intent, LearningRequest
from domain.vocabulary import Step
from nodes.authors.ledger import Question
from nodes.authors.port import FrameworkBrief
from nodes.context import RunContext
from nodes.state import RunState, as_json
from repository.roadmaps import ids_ever_used, save_draft


async def curriculum_design(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request, intent -> framework (saved as a draft), repairs"""
    context = runtime.context
    await context.enter(Step.CURRICULUM_DESIGN)
    request = LearningRequest.model_validate(state["request"])
    intent = Intent.model_validate(state["intent"])
    brief = FrameworkBrief(request=request, intent=intent, max_concepts=context.max_concepts)
    draft = await context.ledger.ask(Question(Step.CURRICULUM_DESIGN, brief))
    used = await context.commit(lambda session: ids_ever_used(session, context.roadmap_id))
    hours_per_week = request.preferences.available_hours_per_week
    framework, repairs = identify(draft, context.roadmap_id, hours_per_week, used_ids=used)
    await context.commit(lambda session: save_draft(session, framework))
    context.tell("framework_designed", framework=as_json(framework))
    return {"framework": as_json(framework), "repairs": [as_json(issue) for issue in repairs], "edit_rounds": 0}
