"""Creation of a roadmap: analyse the goal, design, validate and edit, review if requested, then write all contents."""

from langgraph.graph import START, StateGraph

from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.curriculum_design import curriculum_design
from nodes.intent_analysis import intent_analysis
from nodes.ledger.tracing import traced
from nodes.state import RunState
from orchestrator.graphs.parts import add_editing, add_generators


def build_creation_graph() -> StateGraph[RunState, RunContext]:
    """Return the graph, uncompiled."""
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_node(Step.INTENT_ANALYSIS, traced(intent_analysis))
    graph.add_node(Step.CURRICULUM_DESIGN, traced(curriculum_design))
    graph.add_edge(START, Step.INTENT_ANALYSIS)
    graph.add_edge(Step.INTENT_ANALYSIS, Step.CURRICULUM_DESIGN)
    graph.add_edge(Step.CURRICULUM_DESIGN, Step.STRUCTURE_VALIDATION)
    add_editing(graph)
    add_generators(graph)
    return graph
