"""From words about the roadmap to its contents: the framework is accepted, its contents belong to this run."""

from langgraph.runtime import Runtime

from domain.framework import Framework
from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.state import RunState
from repository.contents import insert_contents
from repository.roadmaps import accept_framework
from repository.tasks import enter_step


async def content_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """framework -> nothing; the rows are the state from here on

    One transaction: the draft becomes the next version and every content gets its row, or nothing happened.
    """
    context = runtime.context
    framework = Framework.model_validate(state["framework"])
    concept_ids = [concept.concept_id for concept in framework.concepts()]
    async with context.transaction() as session:
        version = await accept_framework(session, framework, expected_version=context.framework_version)
        await insert_contents(session, context.fence, context.roadmap_id, concept_ids)
        await enter_step(session, context.fence, Step.CONTENT_GENERATION)
    context.tell("framework_accepted", version=version, concepts=len(concept_ids))
    context.tell("step_started", step=Step.CONTENT_GENERATION)
    return {}
