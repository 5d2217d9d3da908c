"""A change in words: plan it, edit, validate, review if requested, then write the contents of what is new."""

from langgraph.graph import START, StateGraph

from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.state import RunState
from orchestrator.graphs.parts import add_editing, add_generators


def build_modification_graph() -> StateGraph[RunState, RunContext]:
    """Return the graph, uncompiled."""
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_edge(START, Step.EDIT_PLAN_ANALYSIS)
    add_editing(graph)
    add_generators(graph)
    return graph
