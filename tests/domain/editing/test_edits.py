from typing import Any

import pytest

from domain.editing.edits import apply_edits, changes_nothing, missing_parts, plan_objections
from domain.editing.review import EditPlan, Issue, NewPart, NewParts, Operation, Position, TargetType
from domain.framework import ConceptDraft, Framework, FrameworkDraft, ModuleDraft, StageDraft
from domain.identity import identify


def concept(name: str, *prerequisites: str) -> ConceptDraft:
    return ConceptDraft(name=name, description="", estimated_hours=2, prerequisites=list(prerequisites))


def module(name: str, *concepts: ConceptDraft) -> ModuleDraft:
    return ModuleDraft(name=name, description="", concepts=list(concepts))


@pytest.fixture
def framework() -> Framework:
    stages = [
        StageDraft(name="One", description="", modules=[module("M", concept("A"), concept("B", "A"))]),
        StageDraft(name="Two", description="", modules=[module("N", concept("C", "B"))]),
    ]
    return identify(FrameworkDraft(title="T", stages=stages), "r", 5)[0]


def edit(
    framework: Framework, *operations: Operation, parts: list[NewPart] | None = None
) -> tuple[Framework, list[Issue]]:
    return apply_edits(framework, plan(*operations), NewParts(parts=parts or []), hours_per_week=5)


def plan(*operations: Operation) -> EditPlan:
    return EditPlan(feedback_summary="", operations=list(operations))


def names(framework: Framework) -> list[str]:
    return [concept.name for concept in framework.concepts()]


def test_what_no_operation_names_stays_as_it_is(framework: Framework) -> None:
    before = framework.model_copy(deep=True)
    edited, issues = edit(
        framework, Operation(action="rename", target_type="concept", target_id="c-1-1-1", values={"name": "Z"})
    )
    assert issues == []
    assert framework == before, "the framework that was given is not touched"
    assert names(edited) == ["Z", "B", "C"]
    assert edited.stages[1] == before.stages[1]


def test_a_removed_concept_leaves_no_dangling_prerequisite(framework: Framework) -> None:
    edited, issues = edit(framework, Operation(action="remove", target_type="concept", target_id="c-1-1-1"))
    assert names(edited) == ["B", "C"]
    assert edited.concepts()[0].prerequisites == []
    assert [issue.category for issue in issues] == ["unknown_prerequisite"]
    assert edited.total_estimated_hours == 4


def test_a_new_concept_never_takes_the_number_of_a_removed_one(framework: Framework) -> None:
    add = Operation(action="add", target_type="concept", position=Position(parent_id="m-1-1"), values={"name": "D"})
    remove = Operation(action="remove", target_type="concept", target_id="c-1-1-2")
    edited, _ = edit(framework, remove, add, parts=[NewPart(operation=1, concept=concept("D", "A"))])
    assert [found.concept_id for found in edited.concepts()] == ["c-1-1-1", "c-1-1-3", "c-2-1-1"]
    assert edited.concepts()[1].prerequisites == ["c-1-1-1"]


def test_a_new_stage_brings_its_modules_and_concepts(framework: Framework) -> None:
    add = Operation(action="add", target_type="stage", position=Position(index=1), values={"name": "New"})
    part = NewPart(operation=0, stage=StageDraft(name="New", description="", modules=[module("P", concept("D", "A"))]))
    edited, issues = edit(framework, add, parts=[part])
    assert issues == []
    assert [(stage.stage_id, stage.order) for stage in edited.stages] == [("s-1", 1), ("s-3", 2), ("s-2", 3)]
    assert edited.concepts()[2].concept_id == "c-3-1-1"


def test_a_part_moves_between_parents_and_keeps_its_id(framework: Framework) -> None:
    move = Operation(
        action="move", target_type="concept", target_id="c-2-1-1", position=Position(parent_id="m-1-1", index=1)
    )
    edited, _ = edit(framework, move)
    assert names(edited) == ["A", "C", "B"]
    assert edited.concepts()[1].concept_id == "c-2-1-1"


def test_hours_change_and_totals_follow(framework: Framework) -> None:
    change = Operation(action="change", target_type="concept", target_id="c-1-1-1", values={"estimated_hours": 10})
    edited, _ = edit(framework, change)
    assert edited.total_estimated_hours == 14
    assert edited.recommended_completion_weeks == 3


@pytest.mark.parametrize(
    "operation",
    [
        Operation(action="remove", target_type="concept", target_id="c-9-9-9"),
        Operation(action="remove", target_type="module", target_id="c-1-1-1"),
        Operation(action="rename", target_type="stage", target_id="s-1", values={"name": "  "}),
        Operation(action="rename", target_type="stage", target_id="s-1", values={"name": 7}),
        Operation(action="change", target_type="concept", target_id="c-1-1-1", values={"estimated_hours": -1}),
        Operation(action="change", target_type="concept", target_id="c-1-1-1", values={"concept_id": "mine"}),
        Operation(action="move", target_type="concept", target_id="c-1-1-1", position=Position(parent_id="m-9")),
        Operation(action="add", target_type="concept", position=Position(parent_id="m-1-1")),
        Operation(action="add", target_type="module", position=Position(parent_id="s-9")),
    ],
)
def test_an_impossible_operation_is_reported_and_changes_nothing(framework: Framework, operation: Operation) -> None:
    edited, issues = edit(framework, operation)
    assert edited == framework
    assert [issue.category for issue in issues] == ["operation_refused"]


@pytest.mark.parametrize(
    ("target_type", "named"),
    [
        ("concept", "a"),
        ("concept", "1.1 “A”."),
        ("concept", "Ａ"),
        ("concept", "A (c-1-1-1)"),
        ("concept", "C-1-1-1"),
        ("module", "m"),
        ("stage", "1) One"),
    ],
)
def test_a_name_that_only_one_part_has_is_understood_in_place_of_its_id(
    framework: Framework, target_type: TargetType, named: str
) -> None:
    operation = Operation(action="remove", target_type=target_type, target_id=named)
    assert plan_objections(framework, plan(operation)) == []
    edited, issues = edit(framework, operation)
    assert "A" not in names(edited)
    assert {issue.category for issue in issues} <= {"unknown_prerequisite"}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"action": "remove", "target_type": "concept", "target_id": "Z"}, "there is no concept “Z”"),
        ({"action": "remove", "target_type": "concept", "target_id": "One"}, "“One” is a stage, not a concept"),
        ({"action": "remove", "target_type": "concept"}, "`target_id` is missing"),
        ({"action": "rename", "target_type": "concept", "target_id": "A"}, "`values.name` is missing or blank"),
        ({"action": "move", "target_type": "concept", "target_id": "A"}, "does not say where to"),
        ({"action": "change", "target_type": "concept", "target_id": "A"}, "`values` has nothing"),
        (
            {"action": "change", "target_type": "concept", "target_id": "A", "values": {"estimated_hours": "many"}},
            "estimated_hours",
        ),
        ({"action": "add", "target_type": "concept", "values": {"name": "New"}}, "`position.parent_id` is missing"),
        ({"action": "add", "target_type": "module", "position": {"parent_id": "Third"}}, "there is no stage “Third”"),
    ],
)
def test_an_operation_that_cannot_be_done_is_objected_to_by_its_place(
    framework: Framework, operation: dict[str, Any], words: str
) -> None:
    good = Operation(action="rename", target_type="concept", target_id="B", values={"name": "Better"})
    (objection,) = plan_objections(framework, plan(good, Operation.model_validate(operation)))
    assert objection.startswith(f"Operation 2 ({operation['action']} {operation['target_type']}")
    assert words in objection


def test_a_name_that_several_parts_have_is_objected_to_with_their_ids(framework: Framework) -> None:
    framework.stages[1].modules[0].concepts[0].name = "a"
    (objection,) = plan_objections(framework, plan(Operation(action="remove", target_type="concept", target_id="A")))
    assert "may be any of c-1-1-1, c-2-1-1" in objection


def test_nulls_and_words_of_other_grammars_are_read_in_a_plan() -> None:
    written = {
        "feedback_summary": "x",
        "operations": [
            {"action": "UPDATE", "target_type": "Concept", "target_id": "A", "position": None, "reason": None,
             "values": {"name": None, "description": "d"}},
            {"action": "delete", "target_type": "concept", "target_id": "A", "values": None},
            {"action": "add", "target_type": "concept", "position": {"parent_id": None, "index": -1}},
        ],
    }  # fmt: skip
    read = EditPlan.model_validate(written)
    assert [operation.action for operation in read.operations] == ["change", "remove", "add"]
    assert [operation.values for operation in read.operations] == [{"description": "d"}, {}, {}]
    assert read.operations[2].position == Position()


def test_a_part_removed_with_its_parent_may_be_named_again(framework: Framework) -> None:
    both = [
        Operation(action="remove", target_type="stage", target_id="s-2"),
        Operation(action="remove", target_type="concept", target_id="c-2-1-1"),
    ]
    assert plan_objections(framework, plan(*both)) == []


def test_the_only_module_of_a_stage_that_is_named_gets_the_new_concept(framework: Framework) -> None:
    add = Operation(action="add", target_type="concept", position=Position(parent_id="Two"), values={"name": "D"})
    edited, _ = edit(framework, add, parts=[NewPart(operation=0, concept=concept("D"))])
    assert edited.concepts()[-1].concept_id == "c-2-1-2"


def test_prerequisites_are_changed_by_name_too(framework: Framework) -> None:
    change = Operation(action="change", target_type="concept", target_id="C", values={"prerequisites": ["1. a"]})
    edited, issues = edit(framework, change)
    assert (edited.concepts()[2].prerequisites, issues) == (["c-1-1-1"], [])


@pytest.mark.parametrize(
    ("operation", "nothing"),
    [
        ({"action": "rename", "target_type": "concept", "target_id": "A", "values": {"name": "A"}}, True),
        ({"action": "remove", "target_type": "concept", "target_id": "Z"}, True),
        ({"action": "move", "target_type": "concept", "target_id": "A", "position": {"index": 0}}, True),
        ({"action": "move", "target_type": "concept", "target_id": "A", "position": {"index": 1}}, False),
        ({"action": "add", "target_type": "stage", "values": {"name": "Three"}}, False),
    ],
)
def test_a_plan_without_effect_is_known_before_it_is_carried_out(
    framework: Framework, operation: dict[str, Any], nothing: bool
) -> None:
    assert changes_nothing(framework, plan(Operation.model_validate(operation))) is nothing


def test_new_parts_with_wrong_numbers_are_taken_in_order_and_missing_ones_are_named(framework: Framework) -> None:
    rename = Operation(action="rename", target_type="concept", target_id="A", values={"name": "Z"})
    add = Operation(action="add", target_type="concept", position=Position(parent_id="m-1-1"), values={"name": "D"})
    edited, issues = edit(framework, rename, add, parts=[NewPart(operation=7, concept=concept("D"))])
    assert (names(edited), issues) == (["Z", "B", "D", "C"], [])
    wrong = NewParts(parts=[NewPart(operation=1, module=module("D", concept("E")))])
    assert [text[:44] for text in missing_parts(plan(rename, add), wrong)] == [
        "Operation 1: the new concept is missing. Wri"
    ]
