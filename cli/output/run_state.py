"""Format the state of a run for `roadmap step`: its values, changes, and the position in the graph."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from cli.output.stdio import console
from domain.editing.diff import diff
from domain.framework import Framework
from domain.vocabulary import ContentStatus
from rendering.text.changes import change_line, counts_line, totals_line
from rendering.text.event_text import framework_in_words, plan_in_words, validation_in_words
from rendering.text.text import counted, one_line

if TYPE_CHECKING:
    from langchain_core.runnables.graph import Graph

_KEY_CHARACTERS: Final = 14
"""Width of a key in characters."""
_MIN_CHARACTERS: Final = 40


def value_line(key: str, value: Any) -> str:
    """Format a value in one line: `framework     3 stages, 13 concepts, 60 h: Chess`.

    Known keys are summarised in words, others are JSON, cut to the width of the terminal.
    """
    width = min(console().width, 120)
    return (
        f"{key:<{_KEY_CHARACTERS}}{one_line(_in_words(key, value), max(width - _KEY_CHARACTERS - 2, _MIN_CHARACTERS))}"
    )


def _in_words(key: str, value: Any) -> str:
    try:
        match key:
            case "framework":
                return framework_in_words(value)
            case "validation":
                return validation_in_words(value)
            case "edit_plan":
                return plan_in_words(value)
            case "intent":
                return str(value["parsed_goal"])
            case "request":
                return str(value["preferences"]["learning_goal"])
            case "repairs":
                return "; ".join(issue["issue"] for issue in value) or "none"
    except (KeyError, TypeError):  # written by another version
        pass
    return json.dumps(value, ensure_ascii=False)


def change_lines(key: str, before: Any, after: Any) -> Iterator[str]:
    """Format a change: `+ key` added, `- key` removed, `~ key` changed; of a framework, each changed part."""
    if before is None:
        yield f"+ {value_line(key, after)}"
    elif after is None:
        yield f"- {key}"
    elif key == "framework":
        old, new = Framework.model_validate(before), Framework.model_validate(after)
        changes = diff(old, new)
        yield f"~ {key:<{_KEY_CHARACTERS}}{totals_line(old, new)}"
        if changes:
            yield f"  {'':<{_KEY_CHARACTERS}}{counts_line(changes)}"
        yield from (f"    {change_line(change)}" for change in changes)
    elif key in ("request", "intent"):
        yield from (f"~ {key:<{_KEY_CHARACTERS}}{line}" for line in _differences(before, after))
    elif isinstance(before, (bool, int, float)):
        yield f"~ {key:<{_KEY_CHARACTERS}}{_in_words(key, before)} -> {_in_words(key, after)}"
    else:
        yield f"~ {value_line(key, after)}"


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield lines such as `preferences.current_level: "beginner" -> "advanced"`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif before != after:
        old, new = (one_line(json.dumps(value, ensure_ascii=False), _MIN_CHARACTERS) for value in (before, after))
        yield f"{path}: {old} -> {new}"


def graph_lines(graph: "Graph", here: Sequence[str]) -> Iterator[str]:
    """Yield a line for each node with its successors; `>` marks the current position."""
    following: dict[str, list[str]] = {}
    conditional = {edge.source for edge in graph.edges if edge.conditional}
    for edge in graph.edges:
        following.setdefault(edge.source, []).append(edge.target)
    ordered = ["__start__"]
    for node in ordered:
        ordered += [other for other in following.get(node, []) if other not in ordered]
    for node in ordered[1:]:
        if node == "__end__":
            continue
        others = (" or " if node in conditional else ", ").join(map(_name, sorted(following.get(node, []))))
        yield f"{'>' if node in here else ' '} {_name(node):<25}-> {others}"
    if not here:
        yield "> end"


def _name(node: str) -> str:
    return node.strip("_")


def mermaid(graph: "Graph", here: Sequence[str]) -> str:
    """Return the drawing of `roadmap graph` with the current nodes highlighted."""
    drawing = graph.draw_mermaid().rstrip("\n")
    nodes = [node for node in here if node in graph.nodes] or ([] if here else ["__end__"])
    if not nodes:
        return drawing
    return f"{drawing}\n\tclassDef here fill:#ffd54f,stroke:#333,stroke-width:3px\n\tclass {','.join(nodes)} here"


def contents_line(statuses: Counter[ContentStatus]) -> str:
    """Format counts: `39 contents: 38 completed, 1 failed`."""
    counts = ", ".join(f"{number} {status}" for status, number in sorted(statuses.items()))
    return f"{counted(statuses.total(), 'content')}: {counts}"
