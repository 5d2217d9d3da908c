"""A retry: the generators over the contents that the run has claimed."""

from langgraph.graph import START, StateGraph

from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.state import RunState
from orchestrator.graphs.parts import add_generators


def build_retry_graph() -> StateGraph[RunState, RunContext]:
    """Return the graph, uncompiled."""
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_edge(START, Step.CONTENT_GENERATION)
    add_generators(graph)
    return graph
