"""A change in words: plan it, carry it out, make it sound, let a person look where asked, then write what is new."""

from langgraph.graph import START, StateGraph

from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.state import RunState
from orchestrator.graphs.parts import add_editing, add_generators


def build_modification_graph() -> StateGraph[RunState, RunContext]:
    """Nodes and edges, nothing else."""
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_edge(START, Step.EDIT_PLAN_ANALYSIS)
    add_editing(graph)
    add_generators(graph)
    return graph
