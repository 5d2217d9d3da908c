import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.identity import MAX_SLUG_LENGTH, Numbering, all_ids, identify, new_roadmap_id, new_task_id


def concept(name: str, *prerequisites: str, hours: float = 2) -> ConceptDraft:
    return ConceptDraft(name=name, description="", estimated_hours=hours, prerequisites=list(prerequisites))


def draft(*concepts: ConceptDraft) -> FrameworkDraft:
    module = ModuleDraft(name="M", description="", concepts=list(concepts))
    return FrameworkDraft(title="T", stages=[StageDraft(name="S", description="", modules=[module])])


@given(st.text(max_size=300))
def test_any_goal_gives_a_roadmap_id_that_fits_into_a_url(goal: str) -> None:
    identifier = new_roadmap_id(goal)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}", identifier)
    assert len(identifier) <= MAX_SLUG_LENGTH + 9


def test_goals_in_any_script_stay_readable() -> None:
    assert new_roadmap_id("学习机器学习").startswith("xue")
    assert new_roadmap_id("become a backend engineer in Go").startswith("become-a-backend-engineer-in-go-")
    assert new_roadmap_id("🎉").startswith(("tada-", "roadmap-"))


def test_the_same_goal_twice_is_two_roadmaps() -> None:
    assert new_roadmap_id("chess") != new_roadmap_id("chess")


def test_task_ids_sort_by_time() -> None:
    ids = [new_task_id() for _ in range(50)]
    assert ids == sorted(ids)


def test_ids_order_and_totals_come_from_code() -> None:
    framework, issues = identify(draft(concept("A", hours=3), concept("B", "A", hours=4.5)), "r", 5)
    assert list(all_ids(framework)) == ["s-1", "m-1-1", "c-1-1-1", "c-1-1-2"]
    assert framework.total_estimated_hours == 7.5
    assert framework.recommended_completion_weeks == 2
    assert framework.stages[0].order == 1
    assert framework.concepts()[1].prerequisites == ["c-1-1-1"]
    assert issues == []


def test_prerequisites_are_found_whatever_their_case_and_spaces() -> None:
    framework, issues = identify(draft(concept("Linear  Algebra"), concept("B", " linear algebra ")), "r", 5)
    assert framework.concepts()[1].prerequisites == ["c-1-1-1"]
    assert issues == []


def test_an_unknown_prerequisite_is_reported_and_never_stored() -> None:
    framework, issues = identify(draft(concept("A", "Magic")), "r", 5)
    assert framework.concepts()[0].prerequisites == []
    assert [issue.category for issue in issues] == ["unknown_prerequisite"]


@pytest.mark.parametrize(
    "concepts",
    [
        (concept("A", "A"),),
        (concept("A", "B"), concept("B", "A")),
        (concept("A", "C"), concept("B", "A"), concept("C", "B")),
    ],
)
def test_a_cycle_is_broken_and_reported(concepts: tuple[ConceptDraft, ...]) -> None:
    framework, issues = identify(draft(*concepts), "r", 5)
    assert framework.concepts()[0].prerequisites == []
    assert [issue.category for issue in issues] == ["cyclic_prerequisite"]


def test_a_later_prerequisite_without_a_cycle_is_left_for_validation() -> None:
    framework, issues = identify(draft(concept("A", "B"), concept("B")), "r", 5)
    assert framework.concepts()[0].prerequisites == ["c-1-1-2"]
    assert issues == []


def test_of_two_concepts_with_one_name_the_nearest_earlier_is_meant() -> None:
    framework, _ = identify(draft(concept("Review"), concept("Review"), concept("C", "Review")), "r", 5)
    assert framework.concepts()[2].prerequisites == ["c-1-1-2"]


def test_numbers_that_were_used_before_are_never_given_again() -> None:
    numbering = Numbering({"s-1", "s-4", "m-1-1", "c-1-1-1", "c-1-1-9", "x:c-1-1-1", "t12"})
    module = ModuleDraft(name="M", description="", concepts=[concept("A")])
    assert numbering.stage(StageDraft(name="S", description="", modules=[module])).stage_id == "s-5"
    assert numbering.module(module, "s-1").module_id == "m-1-2"
    assert numbering.concept(concept("C"), "m-1-1").concept_id == "c-1-1-10"


def test_a_parent_with_a_foreign_id_still_gives_ids_that_fit_into_a_url() -> None:
    assert Numbering().concept(concept("C"), "x:mod/1").concept_id == "c-x-mod-1-1"


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=8))
def test_no_draft_leaves_a_cycle(wanted: list[list[int]]) -> None:
    concepts = [concept(f"c{index}", *(f"c{other}" for other in others)) for index, others in enumerate(wanted)]
    framework, _ = identify(draft(*concepts), "r", 5)
    requires = {found.concept_id: found.prerequisites for found in framework.concepts()}
    resolved: set[str] = set()
    while ready := {key for key, others in requires.items() if set(others) <= resolved} - resolved:
        resolved |= ready
    assert resolved == set(requires)
