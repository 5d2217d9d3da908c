"""The graphs that `langgraph dev` serves (langgraph.json names the factories): real runs, looked at node by node.

Each is the graph of a kind of run between two more nodes: `request_run` makes the thread a task by one of the
product's own requests, `finish_run` ends it. The server brings the checkpointer, studio_runs.py the attempt.
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

from domain.editing.review import Decision
from domain.errors import Conflict
from domain.request import LearningRequest
from domain.vocabulary import ContentType, Step, TaskStatus
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
    request: Json
    """LearningRequest; `{"preferences": {"learning_goal": ...}}` is enough."""
    wants_review: bool


class ConceptInput(TypedDict, total=False):
    roadmap_id: str
    concept_id: str
    instructions: str


class RetryInput(ConceptInput, total=False):
    content_type: str


class StudioState(RunState, RetryInput, total=False):
    """The state of the run, what it was requested by, and which task the thread is."""

    task_id: str
    """`request_run`."""
    status: str
    """Of the task; finish_run."""


StudioGraph = CompiledStateGraph[Any, Any, Any, Any]
Request = Callable[[OrchestratorResources, StudioState], Awaitable[TaskRow | None]]
Node = Callable[..., Any]


async def creation() -> StudioGraph:
    """A new roadmap."""
    return creation_graph(_runs())


async def concept() -> StudioGraph:
    """The three contents of one concept anew, as one run of type retry_batch; what other runs hold is skipped."""
    return concept_graph(_runs())


async def retry() -> StudioGraph:
    """One content anew."""
    return retry_graph(_runs())


@cache
def _runs() -> StudioRuns:
    """One for the three graphs of a server process, which has no other place for what lives as long as it does."""
    return StudioRuns()


def creation_graph(runs: StudioRuns) -> StudioGraph:
    async def request(resources: OrchestratorResources, state: StudioState) -> TaskRow:
        wanted = LearningRequest.model_validate(state.get("request", {}))
        return await request_creation(
            resources, wanted, ReviewRequest() if state.get("wants_review") else None, detach=False
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
    """The same nodes and edges, each node inside the task's attempt, between a request and a finish."""
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
        """What the run is requested by -> its input, task_id. If the server dies in here, the task is left stale."""
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
    """A node of the run. Where it fails, the task stays `processing`, and the thread can go on from before it."""
    node: Node = getattr(import_module(f"nodes.{step}"), step)

    async def run_node(state: StudioState, runtime: Runtime[Any]) -> RunState:
        async with runs.within(state["task_id"]) as attempt:
            update: RunState = await node(state, runtime.override(context=attempt.context))
            await runs.keep(attempt, {**state, **update}, step)
        return update

    return run_node


def _human_review(runs: StudioRuns) -> Node:
    """Parks the task as the runner does, and lets the answer that comes through the server count once."""

    async def review_run(state: StudioState, runtime: Runtime[Any]) -> RunState:
        task_id = state["task_id"]
        if (await runs.task(task_id)).status != TaskStatus.HUMAN_REVIEW_PENDING:
            await runs.ask(task_id, state)
        answer: RunState = {}
        while not answer:
            # The server keeps an answer with its interrupt, one that is no decision too: another interrupt asks anew.
            with suppress(ValidationError):
                answer = await human_review(state, runtime)
        feedback = answer.get("feedback", "")
        await runs.decide(task_id, Decision(approved=answer["approved"], feedback=feedback, by="studio"))
        async with runs.within(task_id) as attempt:
            await runs.keep(attempt, {**state, **answer}, Step.HUMAN_REVIEW)
        return answer

    return review_run
