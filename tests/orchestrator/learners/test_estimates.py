"""Estimates of a creation: nothing is created, and what is not known is said."""

import pytest

from domain.errors import InvalidInput
from domain.request import LearningRequest, Preferences
from domain.vocabulary import Step
from orchestrator.learners.estimates import estimate_calls
from orchestrator.orchestrator import Orchestrator
from orchestrator.resources import open_resources
from orchestrator.settings import Settings
from rendering.text.estimate_text import basis_of, estimate_lines
from repository.db.database import Database
from repository.ledger.calls import ACCEPTED, Call, record_call
from tests.support.environment import variables
from tests.support.rows import fence_of, started

MODEL = "openai:gpt-4.1-mini"


def of_model(settings: Settings, **values: object) -> Settings:
    return Settings.model_validate({**settings.model_dump(), "model": MODEL, **values})


async def test_rules_cost_nothing_and_write_one_worksheet_for_a_concept(settings: Settings) -> None:
    async with Orchestrator.open(settings.model_copy(update={"lessons": "full"}), kind="reader") as orchestrator:
        estimate = await orchestrator.estimate("learn chess")
        assert (estimate.author, estimate.lessons, estimate.hours_from) == ("rules", "full", "usual")
        assert estimate.short.dollars == estimate.full.dollars == 0
        assert estimate.short.lessons == estimate.full.lessons == estimate.concepts
        assert not await orchestrator.tasks.page()
        assert not await orchestrator.roadmaps.page()


async def test_a_recorded_course_is_estimated_as_it_is(settings: Settings) -> None:
    async with Orchestrator.open(settings, kind="reader") as orchestrator:
        estimate = await orchestrator.estimate("become a backend engineer in Go")
    assert (estimate.author, estimate.concepts, estimate.full.lessons) == ("recording", 12, 12)
    assert 14 <= estimate.hours <= 15
    assert estimate.full.dollars == 0
    assert basis_of(estimate) == "Played back from a recording of a chat model: nothing is bought."


async def test_a_known_price_is_told_for_short_and_full_lessons_and_an_unknown_one_as_unknown(
    settings: Settings,
) -> None:
    with variables({"OPENAI_API_KEY": "none"}):
        async with Orchestrator.open(of_model(settings), kind="reader") as orchestrator:
            estimate = await orchestrator.estimate("learn chess")
        assert estimate.averages == "assumed"
        assert 0 < (estimate.short.dollars or 0) < (estimate.full.dollars or 0)
        assert [model.price_known for model in estimate.models] == [True]
        mystery = of_model(settings, model_content="openai:mystery", lessons="short")
        async with Orchestrator.open(mystery, kind="reader") as orchestrator:
            estimate = await orchestrator.estimate("learn chess")
    assert (estimate.short.dollars, estimate.full.dollars, estimate.lessons) == (None, None, "short")
    assert {model.model: model.price_known for model in estimate.models} == {MODEL: True, "openai:mystery": False}


async def test_the_second_look_is_a_part_of_the_estimate_with_its_own_model(settings: Settings) -> None:
    with variables({"OPENAI_API_KEY": "none"}):
        taken = {}
        for look in ("none", "quiz", "all"):
            async with Orchestrator.open(of_model(settings, second_look=look), kind="reader") as orchestrator:
                taken[look] = await orchestrator.estimate("learn chess")
        unpriced = of_model(settings, second_look="all", model_review="openai:mystery")
        async with Orchestrator.open(unpriced, kind="reader") as orchestrator:
            mystery = await orchestrator.estimate("learn chess")
    none, quiz, whole = (taken[look].short for look in ("none", "quiz", "all"))
    assert none.second_look is None
    assert quiz.second_look is not None
    assert whole.second_look is not None
    assert (none.calls, none.dollars) < (quiz.calls, quiz.dollars) < (whole.calls, whole.dollars)
    assert whole.calls == none.calls + whole.second_look.calls
    assert (whole.dollars or 0) == pytest.approx((none.dollars or 0) + (whole.second_look.dollars or 0), abs=1e-3)
    assert 0 < quiz.second_look.minutes <= whole.second_look.minutes
    assert (mystery.short.dollars, mystery.short.second_look and mystery.short.second_look.dollars) == (None, None)
    lines = list(estimate_lines(taken["all"]))
    assert any(line.startswith("Of these, the second look (all) takes 40 calls, ") for line in lines), lines
    assert not any("second look" in line for line in estimate_lines(taken["none"]))


async def test_rules_are_not_looked_at_a_second_time(settings: Settings) -> None:
    async with Orchestrator.open(settings.model_copy(update={"second_look": "all"}), kind="reader") as orchestrator:
        estimate = await orchestrator.estimate("learn chess")
    assert (estimate.second_look, estimate.full.second_look) == ("none", None)


async def test_averages_of_the_ledger_count_where_there_are_enough_calls_of_that_model(
    settings: Settings, database: Database
) -> None:
    fence = fence_of(await started(database))
    async with database.transaction() as session:
        for number in range(6):
            for model, tokens in ((MODEL, 1_000_000), ("openai:other", 7)):
                call = Call(
                    f"{model} {number}", Step.TUTORIAL_GENERATION, model, tokens, 10, 0.1, 2.0, "stop", ACCEPTED, None
                )
                await record_call(session, fence, call)
    with variables({"OPENAI_API_KEY": "none"}):
        async with Orchestrator.open(of_model(settings), kind="reader") as orchestrator:
            estimate = await orchestrator.estimate("learn chess")
    assert estimate.averages == "partly measured"
    assert estimate.short.tokens_in > 12_000_000


@pytest.mark.parametrize("preferences", [{"target_deadline": "2001-01-01"}, {"primary_language": "xx-nowhere"}])
async def test_what_a_creation_refuses_an_estimate_refuses_too(settings: Settings, preferences: dict[str, str]) -> None:
    wanted = LearningRequest(preferences=Preferences.model_validate({"learning_goal": "chess", **preferences}))
    async with Orchestrator.open(settings, kind="reader") as orchestrator:
        with pytest.raises(InvalidInput):
            await orchestrator.estimate(wanted)


async def test_calls_that_are_not_made_cost_no_time_and_no_unknown_price(settings: Settings) -> None:
    """One list of links was said to take as long as a lesson and its quiz, at a price that was unknown."""
    calls: dict[str, int] = {Step.TUTORIAL_GENERATION: 0, Step.RESOURCE_RECOMMENDATION: 1, Step.QUIZ_GENERATION: 0}
    with variables({"OPENAI_API_KEY": "none"}):
        unpriced = of_model(settings, second_look="all", model_review="openai:mystery")
        async with open_resources(unpriced, kind="reader") as resources:
            links = await estimate_calls(resources, calls)
            quiz = await estimate_calls(resources, {**calls, Step.QUIZ_GENERATION: 1})
    assert (links.calls, links.second_look) == (1, None)
    assert links.dollars is not None
    assert 0 < links.minutes < quiz.minutes
    assert quiz.dollars is None
