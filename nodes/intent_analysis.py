"""What does the learner want?"""

from langgraph.runtime import Runtime

from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.port import IntentBrief
from nodes.context import RunContext
from nodes.ledger.requests import CallSpec
from nodes.state import RunState, as_json


async def intent_analysis(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> intent"""
    context = runtime.context
    await context.enter(Step.INTENT_ANALYSIS)
    request = LearningRequest.model_validate(state["request"])
    intent = await context.ledger.ask(CallSpec(Step.INTENT_ANALYSIS, IntentBrief(request=request), stands=True))
    context.tell("intent_analysed", intent=as_json(intent))
    return {"intent": as_json(intent)}
