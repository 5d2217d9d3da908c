"""The creation of a roadmap: analyse, design, validate and edit until sound, then write all contents side by side."""

from langgraph.graph import START, StateGraph

from domain.vocabulary import Step
from nodes.content_generation import content_generation
from nodes.context import RunContext
from nodes.curriculum_design import curriculum_design
from nodes.edit_plan_analysis import edit_plan_analysis
from nodes.intent_analysis import intent_analysis
from nodes.roadmap_edit import roadmap_edit
from nodes.state import RunState
from nodes.structure_validation import structure_validation
from orchestrator.graphs.generators import add_generators
from orchestrator.routing import after_validation


def build_creation_graph() -> StateGraph[RunState, RunContext]:
    """Nodes and edges, nothing else."""
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_node(Step.INTENT_ANALYSIS, intent_analysis)
    graph.add_node(Step.CURRICULUM_DESIGN, curriculum_design)
    graph.add_node(Step.STRUCTURE_VALIDATION, structure_validation)
    graph.add_node(Step.EDIT_PLAN_ANALYSIS, edit_plan_analysis)
    graph.add_node(Step.ROADMAP_EDIT, roadmap_edit)
    graph.add_node(Step.CONTENT_GENERATION, content_generation)

    graph.add_edge(START, Step.INTENT_ANALYSIS)
    graph.add_edge(Step.INTENT_ANALYSIS, Step.CURRICULUM_DESIGN)
    graph.add_edge(Step.CURRICULUM_DESIGN, Step.STRUCTURE_VALIDATION)
    graph.add_conditional_edges(
        Step.STRUCTURE_VALIDATION, after_validation, [Step.CONTENT_GENERATION, Step.EDIT_PLAN_ANALYSIS]
    )
    graph.add_edge(Step.EDIT_PLAN_ANALYSIS, Step.ROADMAP_EDIT)
    graph.add_edge(Step.ROADMAP_EDIT, Step.STRUCTURE_VALIDATION)
    add_generators(graph)
    return graph
