"""Without a model: words that rules cannot follow are refused before anything is written, and rows say who wrote."""

from collections.abc import AsyncIterator, Awaitable

import pytest

from domain.editing.review import Decision
from domain.errors import InvalidInput
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType, TaskStatus
from nodes.offline.author import OfflineAuthor
from orchestrator.commands.run_request import RetryRequest, ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor

REQUEST = LearningRequest(preferences=Preferences(learning_goal="learn to cook", available_hours_per_week=1))
FIRST = "c-1-1-1"


@pytest.fixture
async def rules(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=OfflineAuthor()) as orchestrator:
        yield orchestrator


@pytest.fixture
async def made(rules: Orchestrator) -> TaskView:
    return await ended(rules, rules.create(REQUEST))


async def ended(orchestrator: Orchestrator, asked: Awaitable[TaskView]) -> TaskView:
    return await orchestrator.wait((await asked).task_id)


async def assert_refused_without_a_row(orchestrator: Orchestrator, made: TaskView, said: str, act: object) -> None:
    before = await orchestrator.tasks.page()
    with pytest.raises(InvalidInput, match=said) as caught:
        await act  # type: ignore[misc]
    assert "\n" not in str(caught.value)
    assert await orchestrator.tasks.page() == before
    states = (await orchestrator.roadmap(str(made.roadmap_id))).contents
    assert {state.task_id for state in states} == {made.task_id}


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ContentType))
async def test_a_retry_with_words_is_refused_and_one_without_them_runs(
    rules: Orchestrator, made: TaskView, kind: ContentType
) -> None:
    roadmap_id = str(made.roadmap_id)
    words = RetryRequest(instructions="shorter, with more jokes")
    said = "Changes in words need a model. By rules you can: add, remove, rename, move, hours"
    await assert_refused_without_a_row(rules, made, said, rules.retry(roadmap_id, FIRST, kind, words))
    done = await ended(rules, rules.retry(roadmap_id, FIRST, kind, RetryRequest()))
    assert done.status is TaskStatus.COMPLETED


async def test_a_modification_follows_the_grammar_or_is_refused(rules: Orchestrator, made: TaskView) -> None:
    roadmap_id = str(made.roadmap_id)
    for words, said in (("make it fun", "Not understood: “make it fun”"), ("remove Sushi", "no part “Sushi”")):
        await assert_refused_without_a_row(rules, made, said, rules.modify(roadmap_id, words))
    done = await ended(rules, rules.modify(roadmap_id, "add concept Bread to m-1-1; rename m-1-1 to First things"))
    assert done.status is TaskStatus.COMPLETED
    framework = (await rules.roadmap(roadmap_id)).framework
    assert framework is not None
    assert framework.stages[0].modules[0].name == "First things"
    assert framework.stages[0].modules[0].concepts[-1].name == "Bread"


async def test_a_rejection_that_rules_cannot_follow_leaves_the_review_open(rules: Orchestrator) -> None:
    task = await ended(rules, rules.create(REQUEST, review=ReviewRequest()))
    with pytest.raises(InvalidInput, match="Not understood"):
        await rules.review(task.task_id, Decision(approved=False, feedback="more fun"))
    with pytest.raises(InvalidInput, match="no part"):
        await rules.review(task.task_id, Decision(approved=False, feedback="remove Sushi"))
    assert (await rules.task(task.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    again = await ended(rules, rules.review(task.task_id, Decision(approved=False, feedback="rename s-1 to Basics")))
    assert again.status is TaskStatus.HUMAN_REVIEW_PENDING
    framework = (await rules.roadmap(str(again.roadmap_id))).framework
    assert framework is not None
    assert framework.stages[0].name == "Basics"


async def test_a_process_that_only_asks_refuses_for_a_roadmap_by_rules(
    settings: Settings, rules: Orchestrator, made: TaskView
) -> None:
    async with Orchestrator.open(settings, kind="server") as server:
        act = server.retry(
            str(made.roadmap_id), FIRST, ContentType.QUIZ, RetryRequest(instructions="shorter"), detach=True
        )
        await assert_refused_without_a_row(rules, made, "need a model", act)


async def test_a_process_that_only_asks_takes_words_for_a_roadmap_by_a_model(settings: Settings) -> None:
    """Its own settings name no model, but the workers' may."""
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        made = await ended(orchestrator, orchestrator.create(REQUEST))
    async with Orchestrator.open(settings, kind="server") as server:
        wanted = RetryRequest(instructions="shorter")
        task = await server.retry(str(made.roadmap_id), FIRST, ContentType.QUIZ, wanted, detach=True)
        assert task.status is TaskStatus.PENDING


async def test_rows_keep_the_name_of_their_author_when_settings_change(
    settings: Settings, rules: Orchestrator, made: TaskView
) -> None:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as model:
        assert (await model.roadmap(str(made.roadmap_id))).by_rules
        assert (await model.roadmaps.export(str(made.roadmap_id))).by_rules
        other = await ended(model, model.create(REQUEST))
        wanted = RetryRequest(instructions="shorter")
        await ended(model, model.retry(str(made.roadmap_id), FIRST, ContentType.QUIZ, wanted))
        assert (await model.roadmap(str(made.roadmap_id))).by_rules
    assert not (await rules.roadmap(str(other.roadmap_id))).by_rules


async def test_a_plan_by_rules_has_no_score(rules: Orchestrator, made: TaskView) -> None:
    validated = [event for event in await rules.events.page(made.task_id) if event.type == "framework_validated"]
    validation = validated[-1].payload["validation"]
    assert validation["overall_score"] is None
    assert validation["dimension_scores"] == []
    assert "structure is sound" in validation["validation_summary"]
