"""A tutorial for every concept of the run."""

from typing import Final

from langgraph.runtime import Runtime

from domain.parts import with_section_ids
from nodes.authors.briefs import TutorialBrief
from nodes.contents.content_step import Generator, make_contents
from nodes.context import RunContext
from nodes.state import RunState
from nodes.verification.code.examination import look_at_code
from nodes.verification.second_look import second_look

TUTORIAL: Final = Generator(TutorialBrief, look=look_at_code, reread=second_look, identify=with_section_ids)


async def tutorial_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> content rows"""
    return await make_contents(state, runtime, TUTORIAL)
