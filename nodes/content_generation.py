"""From words about the roadmap to its contents: a new framework is accepted, its contents belong to this run."""

from langgraph.runtime import Runtime

from domain.errors import Conflict
from domain.framework import Framework
from nodes.context import RunContext
from nodes.state import RunState, as_json
from repository.contents import insert_contents
from repository.database import Session
from repository.roadmaps import accept_framework, get_roadmap_metadata


async def content_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """framework, where the run made one -> nothing; the rows are the state from here on"""
    context = runtime.context
    if "framework" in state:
        framework = Framework.model_validate(state["framework"])
        version = await context.commit(lambda session: _accept(session, context, framework))
        context.tell("framework_accepted", version=version, concepts=len(framework.concepts()))
    await context.enter(context.content_step)
    return {}


async def _accept(session: Session, context: RunContext, framework: Framework) -> int:
    """One transaction: the draft becomes the next version and every content gets its row, or nothing happened."""
    concept_ids = [concept.concept_id for concept in framework.concepts()]
    try:
        version = await accept_framework(session, framework, expected_version=context.framework_version)
    except Conflict:
        # A commit whose answer was lost: then this very framework is the one that stands there.
        row = await get_roadmap_metadata(session, context.roadmap_id)
        version = context.framework_version + 1
        if row.framework_version != version or row.framework_data != as_json(framework):
            raise
    await insert_contents(session, context.fence, context.roadmap_id, concept_ids)
    return version
