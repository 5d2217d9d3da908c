"""Five operations in words: followed exactly, or refused as a whole in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.editing.edits import apply_edits
from domain.editing.review import EditPlan, NewPart, NewParts
from domain.errors import InvalidInput
from domain.framework import ConceptDraft, Framework, FrameworkDraft, ModuleDraft, StageDraft
from domain.identity import identify
from domain.text.instructions import read_instructions, read_wishes

MAX_CONCEPTS = 12


def concept(name: str, hours: float = 4) -> ConceptDraft:
    return ConceptDraft(name=name, description="", estimated_hours=hours)


@pytest.fixture
def framework() -> Framework:
    heat = ModuleDraft(name="Heat", description="", concepts=[concept("Boiling"), concept("Frying")])
    taste = ModuleDraft(name="Taste", description="", concepts=[concept("Salt and acid")])
    menus = ModuleDraft(name="Menus", description="", concepts=[concept("Planning"), concept("Plating")])
    stages = [
        StageDraft(name="In the kitchen", description="", modules=[heat, taste]),
        StageDraft(name="For others", description="", modules=[menus]),
    ]
    return identify(FrameworkDraft(title="Cooking", stages=stages), "r-1", 5)[0]


def names(framework: Framework) -> list[str]:
    return [f"{place.stage.name}/{place.module.name}/{place.concept.name}" for place in framework.walk()]


def followed(framework: Framework, text: str) -> Framework:
    operations = read_instructions(text, framework, MAX_CONCEPTS)
    parts = [
        NewPart(operation=place, concept=concept(one.values["name"]))
        for place, one in enumerate(operations)
        if one.action == "add" and one.target_type == "concept"
    ]
    plan = EditPlan(feedback_summary="", operations=operations)
    after, refused = apply_edits(framework, plan, NewParts(parts=parts), hours_per_week=5)
    assert not [issue for issue in refused if issue.category == "operation_refused"]
    return after


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        ("add concept Steaming to Heat", "In the kitchen/Heat/Steaming", None),
        ("Please add a concept about Steaming to the module Heat.", "In the kitchen/Heat/Steaming", None),
        ("add Steaming to m-1-1", "In the kitchen/Heat/Steaming", None),
        ("remove Frying", None, "In the kitchen/Heat/Frying"),
        ("delete the concept “Plating”", None, "For others/Menus/Plating"),
        ("rename Menus to Whole meals", "For others/Whole meals/Planning", "For others/Menus/Planning"),
        ("move Frying to Menus", "For others/Menus/Frying", "In the kitchen/Heat/Frying"),
        ("move Taste to For others", "For others/Taste/Salt and acid", "In the kitchen/Taste/Salt and acid"),
        (
            "remove Frying, then rename Boiling to Simmering",
            "In the kitchen/Heat/Simmering",
            "In the kitchen/Heat/Frying",
        ),
        ("remove Salt", None, "In the kitchen/Taste/Salt and acid"),
        ("在Heat中添加知识点：蒸", "In the kitchen/Heat/蒸", None),
        ("删除Frying，把Menus改名为菜单", "For others/菜单/Planning", "In the kitchen/Heat/Frying"),
        ("add a concept about Baking to the first stage", "In the kitchen/Taste/Baking", None),
        ("remove the last concept", None, "For others/Menus/Plating"),
        ("在第二个阶段中添加知识点：汤", "For others/Menus/汤", None),
        ("把Frying移到Menus", "For others/Menus/Frying", "In the kitchen/Heat/Frying"),
    ],
)
def test_the_five_operations_are_followed(framework: Framework, text: str, there: str | None, gone: str | None) -> None:
    after = names(followed(framework, text))
    assert there is None or there in after
    assert gone is None or gone not in after
    assert gone is None or gone in names(framework)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("set Boiling to 2.5 hours", [2.5, 4]), ("set Heat to 4 h", [2, 2]), ("把Boiling改为6小时", [6, 4])],
)
def test_hours_are_set_and_shared(framework: Framework, text: str, hours: list[float]) -> None:
    assert [one.estimated_hours for one in followed(framework, text).concepts()[:2]] == hours


def test_nothing_is_left_empty(framework: Framework) -> None:
    after = followed(framework, "remove Salt and acid; remove Planning and remove Plating")
    assert [stage.name for stage in after.stages] == ["In the kitchen"]
    assert [module.name for module in after.stages[0].modules] == ["Heat"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make it more fun", "Not understood: “make it more fun”"),
        ("remove Frying and make the rest shorter", "This roadmap has no part"),
        ("remove Frying; make the rest shorter", "Not understood: “make the rest shorter”"),
        ("", "between one and 20"),
        (" .,; ", "between one and 20"),
        ("add", "Not understood"),
        ("add concept “!!!” to Heat", "Not understood"),
        ("remove Baking", "This roadmap has no part “Baking”"),
        ("remove Pla", "may mean “Planning” (c-2-1-1), “Plating” (c-2-1-2)"),
        ("move Heat to Menus", "a module moves to a stage"),
        ("add concept Baking to the fourth stage", "no part “the fourth stage”"),
        ("move Frying to Boiling", "a module moves to a stage"),
        ("add concept Frying to Heat", "There is a concept “Frying” already"),
        ("add module Ovens to Heat", "cannot be added there"),
        ("set Boiling to 900 hours", "between 0.5 and 20 hours"),
        ("set Boiling to 0 hours", "between 0.5 and 20 hours"),
        ("remove In the kitchen; remove For others", "between 1 and 12"),
        ("; ".join(f"add concept C{n} to Heat" for n in range(9)), "between 1 and 12"),
        ("remove Frying; " * 30, "between one and 20"),
        ("translate it into French", "Not understood"),
        ("写得有趣一点", "Not understood"),
        ("\x07" * 50, "between one and 20"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_line(framework: Framework, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_instructions(text, framework, MAX_CONCEPTS)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert read_wishes(text)
    except InvalidInput as refused:
        assert "Changes in words need a model" in str(refused)  # noqa: PT017
