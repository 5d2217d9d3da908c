"""The offline author's edit plans for what code found broken, carried out by code."""

from collections.abc import Callable

import pytest

from domain.checks import check_framework
from domain.editing.review import MAX_EDIT_ROUNDS, Issue
from domain.framework import Framework
from tests.nodes.offline.plans import MAX_CONCEPTS, edited, framework_for


@pytest.fixture
async def framework() -> Framework:
    return await framework_for("learn Go")


def empty_stage(framework: Framework) -> None:
    framework.stages[1].modules = []


def empty_module(framework: Framework) -> None:
    framework.stages[1].modules[0].concepts = []


def no_stages(framework: Framework) -> None:
    framework.stages = []


def only_an_empty_module(framework: Framework) -> None:
    framework.stages = framework.stages[:1]
    framework.stages[0].modules = framework.stages[0].modules[:1]
    framework.stages[0].modules[0].concepts = []


def only_an_empty_stage(framework: Framework) -> None:
    framework.stages = framework.stages[:1]
    framework.stages[0].modules = []


def unknown_prerequisite(framework: Framework) -> None:
    framework.concepts()[3].prerequisites.append("c-9-9-9")


def later_prerequisite(framework: Framework) -> None:
    concepts = framework.concepts()
    concepts[0].prerequisites = [concepts[-1].concept_id, concepts[0].concept_id]


def no_hours(framework: Framework) -> None:
    framework.concepts()[2].estimated_hours = 0


def endless_hours(framework: Framework) -> None:
    framework.concepts()[2].estimated_hours = 900


def duplicate_name(framework: Framework) -> None:
    concepts = framework.concepts()
    concepts[4].name = concepts[5].name = concepts[1].name.upper()


def duplicate_id(framework: Framework) -> None:
    concepts = framework.concepts()
    concepts[4].concept_id = concepts[1].concept_id


def everything(framework: Framework) -> None:
    for break_it in (empty_module, unknown_prerequisite, later_prerequisite, no_hours, duplicate_name):
        break_it(framework)


@pytest.mark.parametrize(
    "break_it",
    [
        empty_stage,
        empty_module,
        no_stages,
        only_an_empty_module,
        only_an_empty_stage,
        unknown_prerequisite,
        later_prerequisite,
        no_hours,
        endless_hours,
        duplicate_name,
        everything,
    ],
)
async def test_what_code_found_broken_is_mended_in_the_rounds_that_a_run_has(
    framework: Framework, break_it: Callable[[Framework], None]
) -> None:
    break_it(framework)
    issues = check_framework(framework, MAX_CONCEPTS)
    assert issues
    for _ in range(MAX_EDIT_ROUNDS):
        framework, plan = await edited(framework, issues=check_framework(framework, MAX_CONCEPTS))
        if not check_framework(framework, MAX_CONCEPTS):
            break
    assert check_framework(framework, MAX_CONCEPTS) == []
    assert plan.feedback_summary.startswith("By rules: ")
    assert all(operation.reason for operation in plan.operations)


async def test_a_doubled_id_is_mended_in_two_rounds(framework: Framework) -> None:
    duplicate_id(framework)
    for _ in range(2):
        framework, _plan = await edited(framework, issues=check_framework(framework, MAX_CONCEPTS))
    assert check_framework(framework, MAX_CONCEPTS) == []


@pytest.mark.parametrize("most", [1, 2, 5, 12])
async def test_concepts_over_the_limit_go_from_the_end(framework: Framework, most: int) -> None:
    before = framework.concepts()
    after, _ = await edited(framework, issues=check_framework(framework, most), max_concepts=most)
    assert check_framework(after, most) == []
    assert [concept.concept_id for concept in after.concepts()] == [concept.concept_id for concept in before[:most]]


async def test_an_issue_that_cannot_be_mended_is_named(framework: Framework) -> None:
    issue = Issue(severity="critical", category="taste", issue="It is dull", suggestion="Make it lively")
    after, plan = await edited(framework, issues=[issue])
    assert (after, plan.operations) == (framework, [])
    assert "It is dull" in plan.feedback_summary
