import pytest

from domain.editing.edits import apply_edits
from domain.editing.review import EditPlan, Issue, NewPart, NewParts, Operation, Position
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
    plan = EditPlan(feedback_summary="", operations=list(operations))
    return apply_edits(framework, plan, NewParts(parts=parts or []), hours_per_week=5)


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
