"""A list of resources for every concept of the run, chosen from pages that exist where there is a search."""

from typing import Final

from langgraph.runtime import Runtime

from domain.contents import Resources
from domain.course.lesson_use import LessonUse
from nodes.authors.briefs import ContentBrief, ResourcesBrief
from nodes.contents.content_step import Generator, make_contents
from nodes.context import RunContext
from nodes.state import RunState
from nodes.verification.examination import look_at_links, without_claims


async def with_search_results(context: RunContext, brief: ContentBrief[Resources]) -> ContentBrief[Resources]:
    """Return the brief with pages that a search found; unchanged where there is no search."""
    if context.search is None:
        return brief
    pages = await context.search.find(f"{brief.concept.name} {brief.roadmap_title}")
    return brief.model_copy(update={"found": pages})


RESOURCES: Final = Generator(
    ResourcesBrief,
    prepare=with_search_results,
    look=look_at_links,
    clean=without_claims,
    lesson=LessonUse.HELPFUL,
)


async def resource_recommendation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> content rows"""
    return await make_contents(state, runtime, RESOURCES)
