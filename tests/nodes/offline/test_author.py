"""The offline author: any goal in any script gives a sound plan, always the same."""

import asyncio
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checks import check_draft
from domain.errors import RunFailed
from domain.framework import FrameworkDraft
from domain.request import Intent, LearningRequest, Level
from nodes.authors.briefs import IntentBrief, QuizBrief, ResourcesBrief, StructureReviewBrief, TutorialBrief
from nodes.offline.author import OfflineAuthor
from tests.nodes.offline.plans import (
    LEVELS,
    concepts_of,
    draft_for,
    first_brief,
    framework_for,
    goals,
    preferences,
    write,
)
from tests.support.deadlines import weeks_of


def assert_sound(draft: FrameworkDraft, max_concepts: int) -> None:
    concepts = concepts_of(draft)
    assert len(concepts) <= max_concepts
    assert len(concepts) >= min(6, max_concepts)
    assert len(draft.stages) >= min(2, max_concepts)
    assert all(stage.modules and all(module.concepts for module in stage.modules) for stage in draft.stages)
    parts = [stage.name for stage in draft.stages] + [module.name for stage in draft.stages for module in stage.modules]
    for names in ([concept.name for concept in concepts], parts[: len(draft.stages)], parts[len(draft.stages) :]):
        assert len({name.casefold() for name in names}) == len(names)
        assert all(
            name.strip() == name and 0 < len(name) <= 80 and name.isprintable()
            for name in names
            if "\u200d" not in name
        )
    earlier: set[str] = set()
    for concept in concepts:
        assert set(concept.prerequisites) <= earlier
        assert 0.5 <= concept.estimated_hours <= 20
        assert concept.description
        assert concept.keywords
        earlier.add(concept.name)


@pytest.mark.slow
@given(
    goal=goals,
    level=st.sampled_from(LEVELS),
    hours=st.floats(1, 168),
    language=st.sampled_from(["", "en", "zh", "zh-TW", "ar", "es"]),
    max_concepts=st.sampled_from([1, 2, 5, 6, 7, 15, 60]),
    deadline=st.sampled_from([None, "in 1 week", "half a year", "两周", "soon"]),
)
async def test_any_goal_gives_a_sound_plan(
    goal: str, level: Level, hours: float, language: str, max_concepts: int, deadline: str | None
) -> None:
    wanted = preferences(
        goal,
        current_level=level,
        available_hours_per_week=hours,
        primary_language=language,
        target_deadline=deadline,
    )
    draft = await draft_for(wanted, max_concepts)
    assert check_draft(draft, wanted, weeks_of(deadline)) == []
    assert_sound(draft, max_concepts)
    assert draft == await draft_for(wanted, max_concepts)


@given(goal=goals, level=st.sampled_from(LEVELS), hours=st.floats(1, 80))
async def test_more_hours_a_week_make_a_larger_plan(goal: str, level: Level, hours: float) -> None:
    small, large = [
        concepts_of(await draft_for(preferences(goal, current_level=level, available_hours_per_week=value)))
        for value in (hours, 2 * hours)
    ]
    assert len(small) <= len(large)
    total, larger = (sum(concept.estimated_hours for concept in concepts) for concepts in (small, large))
    assert total < larger or all(concept.estimated_hours == 20 for concept in small)


async def test_a_backend_engineer_in_go_learns_go_and_servers() -> None:
    draft = await draft_for(preferences("become a backend engineer in Go"))
    names = [concept.name for concept in concepts_of(draft)]
    assert draft.title == "Backend engineer in Go"
    assert "Slices, maps and structs" in names
    assert any("HTTP" in name for name in names)
    assert 12 <= len(names) <= 16


async def test_a_goal_without_a_curriculum_gets_the_neutral_plan_and_is_told() -> None:
    draft = await draft_for(preferences("restore old furniture and upholster chairs"))
    assert draft.title == "Restore old furniture and upholster chairs"
    assert draft.stages[0].description.startswith("None of the built-in curricula fits this goal")
    assert any("Restore old furniture" in concept.name for concept in concepts_of(draft))


async def test_a_language_that_it_does_not_write_is_said_in_the_plan() -> None:
    draft = await draft_for(preferences("Quiero aprender a cocinar", primary_language="es"))
    assert draft.title == "Cocinar"
    assert "English or Chinese only" in draft.stages[0].description


async def test_markup_in_a_goal_stays_out_of_names() -> None:
    draft = await draft_for(
        preferences("learn <script>alert('x')</script> *bold* `code` [a](b) | SQL'; DROP TABLE x; --")
    )
    words = draft.model_dump_json()
    assert not any(sign in words for sign in ("<", ">", "`", "*", "|", "--"))


async def test_an_advanced_learner_skips_the_basics_and_goes_deeper() -> None:
    beginner, advanced = [
        await draft_for(preferences("learn Go", current_level=level)) for level in (LEVELS[0], LEVELS[2])
    ]
    assert any(concept.difficulty == "easy" for concept in concepts_of(beginner))
    assert not any(concept.difficulty == "easy" for concept in concepts_of(advanced))
    hard = [sum(c.difficulty == "hard" for c in concepts_of(draft)) for draft in (beginner, advanced)]
    assert hard[0] < hard[1]


async def test_a_deadline_bounds_the_hours() -> None:
    draft = await draft_for(preferences("learn Go", available_hours_per_week=5, target_deadline="in 4 weeks"))
    assert 18 <= sum(concept.estimated_hours for concept in concepts_of(draft)) <= 20


@pytest.mark.parametrize(
    ("fail", "failing"), [("tutorial", True), ("tutorial@c-1-1-2", True), ("quiz", False), ("tutorial@c-1-1-3", False)]
)
async def test_it_fails_where_it_is_told_to(fail: str, failing: bool) -> None:
    author = OfflineAuthor(fail=[fail])
    if failing:
        with pytest.raises(RunFailed, match="ROADMAP_OFFLINE_FAIL") as caught:
            await author.write(first_brief("learn Rust"))
        assert "\n" not in str(caught.value)
    else:
        await author.write(first_brief("learn Rust"))


async def test_latency_is_slept_without_blocking() -> None:
    author = OfflineAuthor(latency=0.2)
    writing = [asyncio.create_task(author.write(first_brief("learn Rust"))) for _ in range(20)]
    await asyncio.sleep(0)  # all of them begin, and the loop goes on
    assert not any(call.done() for call in writing)
    await asyncio.gather(*writing)


async def test_a_call_is_quick() -> None:
    author, briefs = (
        OfflineAuthor(),
        [first_brief("learn Rust", kind) for kind in (TutorialBrief, ResourcesBrief, QuizBrief)],
    )
    began = time.process_time()
    for _ in range(100):
        for brief in briefs:
            await author.write(brief)
    assert (time.process_time() - began) / 300 < 0.002  # 0.15 ms on a quiet machine


async def test_an_intent_is_filled_from_the_request() -> None:
    wanted = preferences(
        "become a backend engineer in Go",
        available_hours_per_week=7.5,
        target_deadline="in 6 months",
        content_preference=["visual"],
    )
    intent: Intent = await write(IntentBrief(request=LearningRequest(preferences=wanted)))
    assert intent.parsed_goal == "Backend engineer in Go"
    assert intent.key_technologies == ["Go", "backend engineering"]
    assert intent.time_constraint == "7.5 hours a week; deadline: in 6 months"
    assert intent.user_profile_summary.startswith("Plan and worksheets, written by rules: no model is configured.")
    assert intent.content_format_weights == {"visual": 1.0}
    assert len(intent.recommended_focus) == 4


async def test_a_review_counts_and_scores_nothing() -> None:
    framework = await framework_for("learn Go")
    request = LearningRequest(preferences=preferences("learn Go"))
    intent = await write(IntentBrief(request=request))
    review = await write(StructureReviewBrief(request=request, intent=intent, framework=framework))
    assert review.validation_summary.startswith("Checked by rules: the structure is sound. 3 stages, 13 concepts")
    assert (review.dimension_scores, review.issues) == ([], [])


@pytest.mark.parametrize("kind", [TutorialBrief, ResourcesBrief, QuizBrief])
async def test_words_that_rules_cannot_follow_fail_a_content_instead_of_being_ignored(kind: Any) -> None:
    with pytest.raises(RunFailed, match="Changes in words need a model") as caught:
        await OfflineAuthor().write(first_brief("learn Rust", kind, instructions="shorter, with more jokes"))
    assert "\n" not in str(caught.value)


async def test_the_words_of_a_modification_are_no_hindrance_for_the_contents_of_its_new_concepts() -> None:
    brief = first_brief("learn Rust", instructions="add concept Macros to Ownership; remove Structs")
    assert (await OfflineAuthor().write(brief)).content == (
        await OfflineAuthor().write(first_brief("learn Rust"))
    ).content


def test_the_author_costs_little_to_import() -> None:
    """No regular expression is compiled and no data file read before it is asked."""
    script = (
        "import sys, time, nodes.authors.port, domain.text.instructions, domain.contents\n"
        "began = time.process_time(); import nodes.offline.author; spent = time.process_time() - began\n"
        "from nodes.offline import subjects\n"
        "assert not subjects.subjects.cache_info().currsize and not subjects.toml.cache_info().currsize\n"
        "print(spent)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.2
