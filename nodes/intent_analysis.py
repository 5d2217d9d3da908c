"""Analyse what the learner wants."""

from langgraph.runtime import Runtime

from domain.request import LearningRequest
from domain.vocabulary import Step
from nodes.authors.briefs import IntentBrief
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest
from nodes.state import RunState, as_json


async def intent_analysis(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> intent"""
    context = runtime.context
    await context.enter(Step.INTENT_ANALYSIS)
    request = LearningRequest.model_validate(state["request"])
    brief = IntentBrief(request=request)
    answered = await context.ledger.ask(AuthorRequest(Step.INTENT_ANALYSIS, brief, reuses_rounds=True))
    intent = answered.value
    context.tell("intent_analysed", intent=as_json(intent))
    return {"intent": as_json(intent)}
