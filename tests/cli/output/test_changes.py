import pytest

from cli.output.changes import changes_tree
from cli.output.stdio import print_rich
from domain.editing.diff import diff
from domain.framework import Concept, Framework, Module, Stage
from rendering.text.changes import change_line, counts_line, totals_line
from tests.cli.roadmaps import HOSTILE, framework

BEFORE = framework()


def edited() -> Framework:
    """The first concept is renamed and longer, the second is gone; a stage came, and a module moved there."""
    after = BEFORE.model_copy(deep=True)
    module = after.stages[0].modules[0]
    module.concepts[0].name, module.concepts[0].estimated_hours = "Values", 4
    del module.concepts[1]
    module.concepts.append(Concept(concept_id="c-1-1-3", name="Tests", estimated_hours=1))
    after.total_estimated_hours, after.recommended_completion_weeks = 5, 1
    after.stages.append(Stage(stage_id="s-2", name="More", order=2, modules=[Module(module_id="m-2-1", name="End")]))
    return after


def drawn(capsys: pytest.CaptureFixture[str], before: Framework, after: Framework) -> list[str]:
    print_rich(*changes_tree(before, after))
    return capsys.readouterr().out.splitlines()


def test_changes_are_drawn_at_their_place_in_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, BEFORE, edited()) == [
        "Types",
        "2 concepts, 5.5 h -> 5 h",
        "1 stage, 1 module and 1 concept added; 1 concept with other hours; 1 concept removed; 1 concept renamed.",
        "Stage  Foundations",
        "└── Module  Basics",
        "    ├── ~ c-1-1-1  Values  (was “Types”; 2.5 h -> 4 h)",
        "    ├── - c-1-1-2  3 h  Errors",
        "    └── + c-1-1-3  1 h  Tests",
        "+ Stage  More",
        "└── + Module  End",
    ]


def test_a_concept_moved_out_of_a_removed_part_is_not_drawn_as_removed(capsys: pytest.CaptureFixture[str]) -> None:
    after = BEFORE.model_copy(deep=True)
    saved = after.stages[0].modules[0].concepts.pop(0)
    module = Module(module_id="m-2-1", name="New", concepts=[saved])
    after.stages = [Stage(stage_id="s-2", name="Other", order=1, modules=[module])]
    lines = drawn(capsys, BEFORE, after)
    assert [line for line in lines if "Types" in line][1:] == ["    └── ~ c-1-1-1  Types  (moved here from “Basics”)"]
    assert any("- c-1-1-2  3 h  Errors" in line for line in lines)


def test_no_changes_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(capsys, BEFORE, BEFORE)[-1] == "Nothing changed."


def test_each_change_in_one_line() -> None:
    assert [change_line(change) for change in diff(BEFORE, edited())] == [
        "- concept c-1-1-2  Errors",
        "~ concept c-1-1-1  “Types” is now called “Values”",
        "~ concept c-1-1-1  Values: 2.5 h -> 4 h",
        "+ concept c-1-1-3  Tests",
        "+ stage s-2  More",
        "+ module m-2-1  End",
    ]
    assert counts_line([]) == ""
    assert totals_line(BEFORE, BEFORE) == "2 concepts, 5.5 h"


def test_names_are_not_interpreted(capsys: pytest.CaptureFixture[str]) -> None:
    said = "\n".join(drawn(capsys, framework(HOSTILE), BEFORE) + drawn(capsys, BEFORE, framework(HOSTILE)))
    assert "[bold]x[/bold]" in said
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
