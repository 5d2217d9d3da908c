"""A quiz for every concept of the run."""

from langgraph.runtime import Runtime

from nodes.authors.port import QuizBrief
from nodes.content_step import make_contents
from nodes.context import RunContext
from nodes.state import RunState


async def quiz_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> content rows"""
    await make_contents(state, runtime, QuizBrief)
    return {}
