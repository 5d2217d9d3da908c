from typing import Any

import pytest

from cli.output.run_state import change_lines, graph_lines, mermaid, value_line
from orchestrator.graphs.creation import build_creation_graph
from tests.cli.roadmaps import framework

FRAMEWORK = framework().model_dump(mode="json")
DRAWN = build_creation_graph().compile().get_graph()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("framework", FRAMEWORK, "framework     1 stage, 2 concepts, 5.5 h: Types"),
        ("edit_plan", {"operations": [{}], "feedback_summary": ""}, "edit_plan     1 change"),
        ("intent", {"parsed_goal": "Go"}, "intent        Go"),
        ("repairs", [], "repairs       none"),
        ("approved", True, "approved      true"),
        ("validation", {"of": "tomorrow"}, 'validation    {"of": "tomorrow"}'),
        ("feedback", "a\nb\x1b[31m", 'feedback      "a\\nb\\u001b[31m"'),
    ],
)
def test_a_value_in_one_line(key: str, value: Any, said: str) -> None:
    assert value_line(key, value) == said


def test_a_changed_framework_is_shown_in_words() -> None:
    other = framework("Values").model_dump(mode="json")
    assert list(change_lines("framework", FRAMEWORK, other)) == [
        "~ framework     2 concepts, 5.5 h",
        "                1 concept renamed",
        "    ~ concept c-1-1-1  “Types” is now called “Values”",
    ]


def test_added_removed_and_changed_values_have_signs() -> None:
    assert list(change_lines("round", None, 0)) == ["+ round         0"]
    assert list(change_lines("round", 0, None)) == ["- round"]
    assert list(change_lines("edit_rounds", 0, 1)) == ["~ edit_rounds   0 -> 1"]
    before, after = {"preferences": {"learning_goal": "Go"}}, {"preferences": {"learning_goal": "Rust"}}
    assert list(change_lines("request", before, after)) == ['~ request       preferences.learning_goal: "Go" -> "Rust"']


def test_the_graph_marks_the_current_position() -> None:
    lines = list(graph_lines(DRAWN, ["structure_validation"]))
    assert [line for line in lines if line.startswith(">")] == [
        "> structure_validation     -> course_design or edit_plan_analysis"
    ]
    assert lines[0].split() == ["intent_analysis", "->", "curriculum_design"]
    assert list(graph_lines(DRAWN, []))[-1] == "> end"
    assert mermaid(DRAWN, ["roadmap_edit"]).endswith("\tclass roadmap_edit here")
    assert mermaid(DRAWN, ["init"]) == DRAWN.draw_mermaid().rstrip("\n")
