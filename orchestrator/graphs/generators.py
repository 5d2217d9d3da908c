"""The end of every graph: three generators side by side, behind content_generation.

Each gathers its contents over all concepts of the run. Measured against a plain gather that saves the same rows, a
`Send` per concept costs 1.8 times the CPU, one per content more than twice, a subgraph per concept 2.7 times.
"""

from langgraph.graph import END, StateGraph

from domain.vocabulary import Step
from nodes.context import RunContext
from nodes.quiz_generation import quiz_generation
from nodes.resource_recommendation import resource_recommendation
from nodes.state import RunState
from nodes.tutorial_generation import tutorial_generation


def add_generators(graph: StateGraph[RunState, RunContext]) -> None:
    """Nodes and edges from content_generation to the end."""
    graph.add_node(Step.TUTORIAL_GENERATION, tutorial_generation)
    graph.add_node(Step.RESOURCE_RECOMMENDATION, resource_recommendation)
    graph.add_node(Step.QUIZ_GENERATION, quiz_generation)
    for generator in (Step.TUTORIAL_GENERATION, Step.RESOURCE_RECOMMENDATION, Step.QUIZ_GENERATION):
        graph.add_edge(Step.CONTENT_GENERATION, generator)
        graph.add_edge(generator, END)
