"""The offline author's edit plans, carried out by code: what they follow, what they decline."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.checks import check_framework
from domain.framework import Framework
from tests.nodes.authors.offline_plans import MAX_CONCEPTS, edited, framework_for, names


@pytest.fixture
async def framework() -> Framework:
    return await framework_for("learn Go")


@pytest.mark.parametrize(
    ("words", "gone", "new"),
    [
        ("add a stage about testing, drop the quality module", {"Quality"}, {"Testing"}),
        ("Please add a concept on fuzzing to the module Quality", set(), {"Fuzzing"}),
        ("add a testing module to the stage Working Go", set(), {"Testing"}),
        ("add a stage about Docker and a module about caching", set(), {"Docker", "Caching"}),
        ("rename Working Go to “Go for real”", {"Working Go"}, {"Go for real"}),
        ("drop Goroutines, channels and select", {"Goroutines, channels and select"}, set()),
        ("remove the first programs and quality modules", {"First programs", "Quality"}, set()),
        ("rename stage 1 to Basics, then rename c-1-1-1 to Setup", {"Go foundations"}, {"Basics", "Setup"}),
        ("skip the last stage", {"Go in services", "Your own project"}, set()),
        ("添加一个关于测试的阶段，删除模块Quality", {"Quality"}, {"测试"}),
        ("在Quality中添加知识点：模糊测试", set(), {"模糊测试"}),
        ("把“Working Go”改名为“Go 实战”", {"Working Go"}, {"Go 实战"}),
        ("去掉第二个阶段，再增加一个阶段：云原生", {"Working Go"}, {"云原生"}),
    ],
)
async def test_simple_instructions_are_followed(
    framework: Framework, words: str, gone: set[str], new: set[str]
) -> None:
    before = set(names(framework))
    after, plan = await edited(framework, words)
    assert gone <= before - set(names(after))
    assert new <= set(names(after)) - before
    assert "Not done" not in plan.feedback_summary
    assert not [issue for issue in check_framework(after, MAX_CONCEPTS) if issue.severity == "critical"]
    remaining = {concept.concept_id: concept.name for concept in framework.concepts()}
    renamed = {operation.target_id for operation in plan.operations if operation.action == "rename"}
    for concept in after.concepts():
        if concept.concept_id in remaining and concept.concept_id not in renamed:
            assert concept.name == remaining[concept.concept_id]


@pytest.mark.parametrize(
    ("words", "part", "hours"),
    [
        ("set Interfaces and composition to 8 hours", "Interfaces and composition", 8),
        ("12 hours for the module Abstraction", "Abstraction", 12),
        ("more hours for the module Abstraction", "Abstraction", 15),
        ("spend less time on goroutines", "Goroutines, channels and select", 3),
        ("接口 Interfaces and composition", "Interfaces and composition", 5),
        ("Interfaces and composition改为8小时", "Interfaces and composition", 8),
        ("增加Abstraction的学时", "Abstraction", 15),
        ("减少Abstraction的时间", "Abstraction", 6),
        ("Interfaces and composition: 9 hours", "Interfaces and composition", 9),
        ("set Interfaces and composition to 900 hours", "Interfaces and composition", 20),
    ],
)
async def test_hours_follow_the_words(framework: Framework, words: str, part: str, hours: float) -> None:
    after, _ = await edited(framework, words)
    total = sum(
        place.concept.estimated_hours
        for place in after.walk()
        if part in {place.stage.name, place.module.name, place.concept.name}
    )
    assert total == hours


@pytest.mark.parametrize(
    "words",
    [
        "make it funnier",
        "move HTTP to the front",
        "drop the history module",
        "drop everything",
        "add a stage",
        "rename Nothing to Something",
        "rename Quality to Abstraction",
        "add a module called Quality",
        "drop a",
        "more hours for the chapter on monads",
        "让它更有趣",
    ],
)
async def test_what_is_not_understood_is_said_and_changes_nothing(framework: Framework, words: str) -> None:
    after, plan = await edited(framework, words)
    assert plan.operations == []
    assert after == framework
    assert plan.feedback_summary.startswith("Not done: ")
    assert words in plan.feedback_summary


async def test_one_part_of_a_text_may_be_done_and_another_declined(framework: Framework) -> None:
    after, plan = await edited(framework, "drop the quality module, make it funnier")
    assert "Quality" not in names(after)
    assert "Changes: drop module “Quality”." in plan.feedback_summary
    assert "make it funnier" in plan.feedback_summary


async def test_nothing_is_added_beyond_the_limit(framework: Framework) -> None:
    count = len(framework.concepts())
    after, plan = await edited(framework, "add a stage about testing", max_concepts=count + 1)
    assert after == framework
    assert "as many concepts as are allowed" in plan.feedback_summary


async def test_the_last_concept_is_never_dropped(framework: Framework) -> None:
    after, plan = await edited(framework, "drop stage 1, drop stage 1, drop stage 1")
    assert after.concepts()
    assert "nothing would be left" in plan.feedback_summary


async def test_chinese_is_answered_in_chinese(framework: Framework) -> None:
    _, plan = await edited(framework, "删除模块Quality，让它更有趣", language="zh")
    assert plan.feedback_summary.startswith("修改：删除模块“Quality”。")
    assert "未执行：“让它更有趣”" in plan.feedback_summary


async def test_a_new_stage_has_modules_with_concepts(framework: Framework) -> None:
    after, _ = await edited(framework, "add a stage about Kubernetes, add a stage about falconry", max_concepts=60)
    for stage in after.stages[-2:]:
        assert stage.modules
        assert all(len(module.concepts) >= 2 for module in stage.modules)
        assert all(concept.description and concept.keywords for module in stage.modules for concept in module.concepts)


@settings(max_examples=150, deadline=None)
@given(
    words=st.one_of(
        st.text(max_size=120),
        st.lists(
            st.sampled_from(
                [
                    "add",
                    "drop",
                    "rename",
                    "to",
                    "the",
                    "a",
                    "stage",
                    "module",
                    "concept",
                    "more",
                    "fewer",
                    "hours",
                    "for",
                    "3",
                    ",",
                    "and",
                    "Go",
                    "Quality",
                    "添加",
                    "删除",
                    "把",
                    "改名为",
                    "阶段",
                    "“",
                    "”",
                ]
            ),
            max_size=12,
        ).map(" ".join),
    )
)
async def test_any_words_give_a_plan_that_keeps_the_framework_sound(words: str) -> None:
    framework = await framework_for("learn Go")
    after, plan = await edited(framework, words)
    assert not [issue for issue in check_framework(after, MAX_CONCEPTS) if issue.severity == "critical"]
    assert (await edited(framework, words))[1] == plan
    assert plan.operations or after == framework
