"""The graphs that `langgraph dev` serves (langgraph.json names the factories): real runs, node by node.

Each is the graph of one type of run between two more nodes: `request_run` makes the thread a task, by one of the
product's requests, and `finish_run` ends it. The server brings the checkpointer, runs.py the attempt.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any, Final

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import ValidationError
from typing_extensions import TypedDict

from domain.content_types import GENERATOR_OF
from domain.editing.review import Decision
from domain.errors import Conflict
from domain.request import LearningRequest
from domain.vocabulary import ContentType, Step, TaskStatus
from nodes.contents.generators import GENERATORS
from nodes.context import RunContext
from nodes.human_review import human_review
from nodes.state import Json, RunState
from orchestrator.commands.requests import request_batch, request_creation, request_retry
from orchestrator.commands.run_request import RetryRequest, ReviewRequest, input_of
from orchestrator.graphs.creation import build_creation_graph
from orchestrator.graphs.retry import build_retry_graph
from orchestrator.resources import OrchestratorResources
from orchestrator.studio.runs import StudioRuns
from repository.tables.runs import TaskRow

REQUEST: Final = "request_run"
FINISH: Final = "finish_run"


class CreationInput(TypedDict, total=False):
    """Input of a creation."""

    request: Json
    """LearningRequest; `{"preferences": {"learning_goal": ...}}` is enough."""
    wants_review: bool


class ConceptInput(TypedDict, total=False):
    """Input of a run over the contents of one concept."""

    roadmap_id: str
    concept_id: str
    instructions: str


class RetryInput(ConceptInput, total=False):
    """Input of a retry of one content."""

    content_type: str


class StudioState(RunState, RetryInput, total=False):
    """The state of the run, its request, and the task of the thread."""

    task_id: str
    """Set by `request_run`."""
    status: str
    """Status of the task; set by `finish_run`."""


StudioGraph = CompiledStateGraph[Any, Any, Any, Any]
Request = Callable[[OrchestratorResources, StudioState], Awaitable[TaskRow | None]]
Node = Callable[..., Any]


async def creation() -> StudioGraph:
    """Return the graph of a creation."""
    return creation_graph(_runs())


async def concept() -> StudioGraph:
    """Return the graph of a retry of all contents of one concept; contents that other runs hold are skipped."""
    return concept_graph(_runs())


async def retry() -> StudioGraph:
    """Return the graph of a retry of one content."""
    return retry_graph(_runs())


@cache
def _runs() -> StudioRuns:
    """Return the runs of this process, which its three graphs share."""
    return StudioRuns()


def creation_graph(runs: StudioRuns) -> StudioGraph:
    async def request(resources: OrchestratorResources, state: StudioState) -> TaskRow:
        learning_request = LearningRequest.model_validate(state.get("request", {}))
        return await request_creation(
            resources, learning_request, ReviewRequest() if state.get("wants_review") else None, detach=False
        )

    return _served(build_creation_graph(), CreationInput, request, runs)


def concept_graph(runs: StudioRuns) -> StudioGraph:
    async def request(resources: OrchestratorResources, state: StudioState) -> TaskRow | None:
        return await request_batch(
            resources,
            state.get("roadmap_id", ""),
            tuple(ContentType),
            RetryRequest(instructions=state.get("instructions")),
            concept_id=state.get("concept_id", ""),
            detach=False,
        )

    return _served(build_retry_graph(), ConceptInput, request, runs)


def retry_graph(runs: StudioRuns) -> StudioGraph:
    async def request(resources: OrchestratorResources, state: StudioState) -> TaskRow:
        return await request_retry(
            resources,
            state.get("roadmap_id", ""),
            state.get("concept_id", ""),
            ContentType(state.get("content_type", "")),
            RetryRequest(instructions=state.get("instructions")),
            detach=False,
        )

    return _served(build_retry_graph(), RetryInput, request, runs)


def _served(
    built: StateGraph[RunState, RunContext], input_schema: type[Any], request: Request, runs: StudioRuns
) -> StudioGraph:
    """Return a graph with the same nodes and edges, each node in the task's attempt, between request and finish."""
    graph: StateGraph[Any, Any, Any, Any] = StateGraph(StudioState, input_schema=input_schema)
    graph.add_node(REQUEST, _request_run(runs, request))
    graph.add_node(FINISH, _finish_run(runs))
    for name in built.nodes:
        step = Step(name)
        node = _human_review(runs) if step is Step.HUMAN_REVIEW else _within_run(runs, step)
        graph.add_node(step, node, input_schema=StudioState)
    graph.add_edge(START, REQUEST)
    graph.add_edge(FINISH, END)
    for begin, end in built.edges:
        graph.add_edge(REQUEST if begin == START else begin, FINISH if end == END else end)
    for name, branches in built.branches.items():
        for branch in branches.values():
            graph.add_conditional_edges(name, branch.path, branch.ends)
    return graph.compile()


def _request_run(runs: StudioRuns, request: Request) -> Node:
    async def request_run(state: StudioState) -> Json:
        """Request the run -> its input, task_id. If the server dies in here, the task is stale."""
        if "task_id" in state:
            raise Conflict(f"This thread is task {state['task_id']} already; begin another run in another thread.")
        resources = await runs.resources()
        task = await request(resources, state)
        if task is None:
            raise Conflict("There is nothing to do.")
        begins = await resources.database.persist(lambda session: input_of(session, task))
        return {**begins, "task_id": task.task_id, "roadmap_id": task.roadmap_id or ""}

    return request_run


def _finish_run(runs: StudioRuns) -> Node:
    async def finish_run(state: StudioState) -> Json:
        """-> status"""
        task = await runs.finish(state["task_id"], state)
        return {"status": task.status}

    return finish_run


def _within_run(runs: StudioRuns, step: Step) -> Node:
    """Return a node of the run. If it fails, the task stays `processing`, and the thread can continue before it."""
    written_by = {GENERATOR_OF[content_type]: generator for content_type, generator in GENERATORS.items()}
    node: Node = written_by.get(step) or getattr(import_module(f"nodes.{step}"), step)

    async def run_node(state: StudioState, runtime: Runtime[Any]) -> RunState:
        async with runs.within(state["task_id"]) as attempt:
            update: RunState = await node(state, runtime.override(context=attempt.context))
            await runs.keep(attempt, {**state, **update}, step)
        return update

    return run_node


def _human_review(runs: StudioRuns) -> Node:
    """Return a node that parks the task as the runner does, and records the answer that comes through the server."""

    async def review_run(state: StudioState, runtime: Runtime[Any]) -> RunState:
        task_id = state["task_id"]
        if (await runs.task(task_id)).status != TaskStatus.HUMAN_REVIEW_PENDING:
            await runs.ask(task_id, state)
        answer: RunState = {}
        while not answer:
            # The server keeps every answer with its interrupt, invalid ones too: a new interrupt asks again.
            with suppress(ValidationError):
                answer = await human_review(state, runtime)
        feedback = answer.get("feedback", "")
        decided = await runs.decide(task_id, Decision(approved=answer["approved"], feedback=feedback, by="studio"))
        if "course_book" in decided:
            answer |= {"course_book": decided["course_book"], "planned_framework": state["framework"]}
        async with runs.within(task_id) as attempt:
            await runs.keep(attempt, {**state, **answer}, Step.HUMAN_REVIEW)
        return answer

    return review_run
