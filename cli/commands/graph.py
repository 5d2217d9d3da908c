"""`roadmap graph`: print the graph of a task type as Mermaid."""

from typing import Annotated

import typer

from cli.options import Json
from cli.output.stdio import print_json, print_text
from domain.errors import InvalidInput
from rendering.text.text import one_line


def graph(
    name: Annotated[str, typer.Argument(metavar="NAME", help="creation, retry or modification.")] = "creation",
    json: Json = False,
) -> None:
    """Print the graph of a task type as a Mermaid diagram."""
    from orchestrator.graphs.creation import build_creation_graph
    from orchestrator.graphs.modification import build_modification_graph
    from orchestrator.graphs.retry import build_retry_graph

    graphs = {
        "creation": build_creation_graph,
        "retry": build_retry_graph,
        "modification": build_modification_graph,
    }
    if name not in graphs:
        raise InvalidInput(f"unknown graph {one_line(name)!a}; known: {', '.join(graphs)}")
    drawing = graphs[name]().compile().get_graph().draw_mermaid()
    if json:
        print_json({"name": name, "mermaid": drawing})
    else:
        print_text(drawing.rstrip("\n"))
