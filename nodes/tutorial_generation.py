"""A tutorial for every concept of the run."""

from langgraph.runtime import Runtime

from nodes.authors.port import TutorialBrief
from nodes.content_step import make_contents
from nodes.context import RunContext
from nodes.state import RunState


async def tutorial_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> content rows"""
    await make_contents(state, runtime, TutorialBrief)
    return {}
