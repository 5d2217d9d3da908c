"""Runs that write with a chat model, against a provider that misbehaves and keeps the account of what was asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from domain.course.lesson_use import NEEDS_LESSON
from domain.errors import InvalidInput
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole
from nodes.authors.port import Usage
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from tests.support.authors import ScriptedAuthor
from tests.support.environment import variables
from tests.support.faults import Asked, Fault, Script, always, by_chance
from tests.support.provider import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider, variables(provider.environment()):
        yield provider


def modelled(settings: Settings, **values: Any) -> Settings:
    """Two concepts; patient enough for a machine that is busy with something else."""
    small = {"model": "openai:test", "max_concepts": 2, "model_timeout": 30, "model_patience": 300}
    return Settings.model_validate({**settings.model_dump(), **small, **values})


async def create(settings: Settings, goal: str = "chess") -> TaskView:
    async with Orchestrator.open(settings) as orchestrator:
        return await orchestrator.wait((await orchestrator.create(goal)).task_id)


async def resume(settings: Settings, task_id: str) -> TaskView:
    async with Orchestrator.open(settings) as orchestrator:
        return await orchestrator.wait((await orchestrator.resume(task_id)).task_id)


def summary(task: TaskView) -> dict[str, Any]:
    assert task.execution_summary is not None
    return task.execution_summary


def answered_twice(provider: Provider) -> list[tuple[str, str]]:
    questions = [asked.question for asked in provider.answered]
    return [question for question in set(questions) if questions.count(question) > 1]


@pytest.mark.slow
async def test_a_creation_of_thirty_concepts_with_a_fault_in_every_fifth_call_completes_and_buys_nothing_twice(
    settings: Settings, provider: Provider, database: Database
) -> None:
    provider.script = by_chance(0.2, seed=7)
    task = await create(modelled(settings, max_concepts=30))
    assert task.status == TaskStatus.COMPLETED, summary(task)["failures"][:3]
    assert summary(task)["completed"] == 90
    assert answered_twice(provider) == []
    faults = sum(asked.fault is not None for asked in provider.log)
    assert faults > 10
    async with database.transaction() as session:
        rows = (await execute(session, text("SELECT outcome FROM model_calls"), {})).scalars().all()
    assert len(rows) == len(provider.log), "every try is a row"


@pytest.mark.slow
async def test_one_concept_that_always_fails_leaves_the_other_twenty_nine_whole(
    settings: Settings, provider: Provider
) -> None:
    def one_always(asked: Asked, _: int) -> Fault | None:
        return Fault.REFUSAL if asked.concept == "Stage 2, idea 3" else None

    provider.script = one_always
    settings = modelled(settings, max_concepts=30)
    async with Orchestrator.open(settings) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        assert task.status == TaskStatus.PARTIAL_FAILURE
        assert task.roadmap_id is not None
        roadmap = await orchestrator.roadmap(task.roadmap_id)
    failed = [content for content in roadmap.contents if content.status is ContentStatus.FAILED]
    assert {content.concept_id for content in failed} == {"c-2-1-3"}
    assert len(failed) == 3
    refused = "The author's answers failed their check 3 times: The model refused to answer: I cannot help with that."
    reasons = {content.content_type: content.last_error or "" for content in failed}
    assert reasons[ContentType.TUTORIAL] == reasons[ContentType.RESOURCES] == refused
    assert reasons[ContentType.QUIZ].startswith(NEEDS_LESSON)
    assert len(roadmap.contents) == 90


async def test_a_wrong_key_ends_the_run_at_once_with_one_line_and_it_can_be_resumed(
    settings: Settings, provider: Provider
) -> None:
    provider.script = lambda asked, _: Fault.WRONG_KEY if asked.role == "quiz" else None
    task = await create(modelled(settings))
    assert task.status == TaskStatus.FAILED
    assert summary(task)["cause"] == "model_unavailable"
    assert "401" in (task.error_message or "")
    assert "\n" not in (task.error_message or "")
    assert provider.times_asked()["quiz", "Stage 1, idea 1"] <= 1, "a wrong key is not tried again"
    provider.script = always()
    task = await resume(modelled(settings), task.task_id)
    assert task.status == TaskStatus.COMPLETED
    assert answered_twice(provider) == []


async def test_a_wrong_key_at_the_first_call_fails_the_run_before_anything_is_bought(
    settings: Settings, provider: Provider
) -> None:
    provider.script = lambda _, __: Fault.WRONG_KEY
    task = await create(modelled(settings))
    assert (task.status, summary(task)["cause"]) == (TaskStatus.FAILED, "model_unavailable")
    assert len(provider.log) == 1


@pytest.mark.slow
async def test_a_provider_that_is_always_busy_slows_a_run_down_and_does_not_fail_it(
    settings: Settings, provider: Provider
) -> None:
    provider.script = always(Fault.BUSY, Fault.BUSY_FOR_A_WHILE, Fault.BUSY)
    task = await create(modelled(settings, max_concepts=1))
    assert task.status == TaskStatus.COMPLETED
    assert {asked for asked, times in provider.times_asked().items() if times != 4} == set()


@pytest.mark.slow
async def test_a_provider_that_stays_away_fails_the_run_when_patience_is_over(
    settings: Settings, provider: Provider
) -> None:
    provider.script = lambda _, __: Fault.OVERLOADED
    task = await create(modelled(settings, model_patience=1))
    assert (task.status, summary(task)["cause"]) == (TaskStatus.FAILED, "model_unavailable")
    assert "529" in (task.error_message or "")
    provider.script = always()
    assert (await resume(modelled(settings), task.task_id)).status == TaskStatus.COMPLETED


async def test_a_run_that_would_exceed_its_budget_stops_before_the_call_and_goes_on_with_a_larger_one(
    settings: Settings, provider: Provider
) -> None:
    tight = modelled(settings, budget="4000", model_max_tokens=1000)
    task = await create(tight)
    assert (task.status, summary(task)["cause"]) == (TaskStatus.FAILED, "budget_spent")
    assert "ROADMAP_BUDGET" in (task.error_message or "")
    assert 0 < summary(task)["tokens"] <= 4000
    # Calls made side by side reserve in any order, so a smaller one may still fit that had no turn before.
    again = await resume(tight, task.task_id)
    assert again.status == TaskStatus.FAILED
    assert summary(task)["tokens"] <= summary(again)["tokens"] <= 4000
    done = await resume(modelled(settings, budget="$5", model_prices={"openai:test": (1, 2)}), task.task_id)
    assert done.status == TaskStatus.COMPLETED
    assert answered_twice(provider) == []


async def test_a_budget_of_tokens_holds_where_the_provider_reports_none(settings: Settings, provider: Provider) -> None:
    """Its calls counted as no tokens, and no budget ever stopped them."""
    provider.usage = lambda _, __: None
    task = await create(modelled(settings, budget="5000", model_max_tokens=1000))
    assert (task.status, summary(task)["cause"]) == (TaskStatus.FAILED, "budget_spent")
    assert 0 < summary(task)["tokens"] <= 5000
    assert summary(task)["estimated_calls"] == len(provider.log) > 0


async def test_a_usage_that_no_column_holds_fails_no_run(settings: Settings, provider: Provider) -> None:
    provider.usage = lambda _, __: {"prompt_tokens": 3e9, "completion_tokens": 5e9, "total_tokens": 8e9}
    task = await create(modelled(settings))
    assert task.status == TaskStatus.COMPLETED
    assert summary(task)["estimated_calls"] == len(provider.log)


async def test_a_model_on_this_machine_costs_nothing_and_its_price_is_known(
    settings: Settings, provider: Provider
) -> None:
    task = await create(modelled(settings, budget="$0.01"))
    assert task.status == TaskStatus.COMPLETED
    assert (summary(task)["cost"], summary(task)["unpriced_calls"]) == (0, 0)


async def test_a_run_of_unknown_cost_does_not_go_on_under_a_budget_in_dollars(settings: Settings) -> None:
    author = ScriptedAuthor(usage=Usage(10, 5, None))
    author.replies = {AuthorRole.FRAMEWORK: lambda _, __: {}}
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    assert (task.status, summary(task)["cost"]) == (TaskStatus.FAILED, 0)
    assert summary(task)["unpriced_calls"] == len(author.asked)
    priced = ScriptedAuthor()
    limited = Settings.model_validate({**settings.model_dump(), "budget": "$5"})
    async with Orchestrator.open(limited, author=priced) as orchestrator:
        task = await orchestrator.wait((await orchestrator.resume(task.task_id)).task_id)
    assert (task.status, summary(task)["cause"], priced.asked) == (TaskStatus.FAILED, "budget_spent", [])
    assert "budget in tokens" in (task.error_message or "")


async def test_what_a_model_began_is_never_continued_by_the_offline_author(
    settings: Settings, provider: Provider
) -> None:
    provider.script = lambda asked, _: Fault.REFUSAL if asked.role == "quiz" else None
    task = await create(modelled(settings))
    assert task.status == TaskStatus.PARTIAL_FAILURE
    with pytest.raises(InvalidInput, match=r"begun by openai:test.*ROADMAP_MODEL"):
        await resume(settings, task.task_id)
    provider.script = always()
    other = modelled(settings, model="openai:other", model_max_tokens=500)
    done = await resume(other, task.task_id)
    assert done.status == TaskStatus.COMPLETED
    assert answered_twice(provider) == []


@pytest.mark.slow
async def test_a_large_framework_is_written_in_parts_and_a_part_that_is_there_is_not_bought_again(
    settings: Settings, provider: Provider
) -> None:
    def third_stage(asked: Asked, _: int) -> Fault | None:
        return Fault.NO_QUOTA if asked.question == ("stage", "Stage 3") else None

    provider.script = third_stage
    task = await create(modelled(settings, max_concepts=30))
    assert (task.status, task.current_step) == (TaskStatus.FAILED, "failed")
    provider.script = always()
    done = await resume(modelled(settings, max_concepts=25, model="openai:other"), task.task_id)
    assert done.status == TaskStatus.COMPLETED
    assert summary(done)["total"] <= 3 * 25, "code removes the concepts beyond 25, which no author plans to remove"
    asked = provider.times_asked()
    assert [asked[part] for part in (("outline", ""), ("stage", "Stage 1"), ("stage", "Stage 2"))] == [1, 1, 1]
    assert asked["intent", ""] == 1
    assert all(len(call.data.get("earlier_concepts", [])) <= 20 for call in provider.log)


@pytest.mark.parametrize("script", [always(Fault.TRUNCATED), always(Fault.TRUNCATED, Fault.TRUNCATED)])
async def test_a_truncated_answer_is_asked_for_again_with_more_room(
    settings: Settings, provider: Provider, script: Script
) -> None:
    provider.script = script
    task = await create(modelled(settings, max_concepts=1, model_max_tokens=1000))
    assert task.status == TaskStatus.COMPLETED
    rooms = [asked.max_tokens for asked in provider.log if asked.role == "tutorial"]
    assert rooms == [1000, 2000, 4000][: len(rooms)]
    assert len(rooms) >= 2


@pytest.mark.slow
async def test_what_one_run_found_out_about_a_server_costs_the_next_process_no_refusal(
    settings: Settings, provider: Provider
) -> None:
    provider.script = lambda _, __: Fault.NO_TOOLS
    assert (await create(modelled(settings, max_concepts=1))).status == TaskStatus.COMPLETED
    refused = [asked for asked in provider.log if {"response_format", "tools"} & asked.body.keys()]
    assert len(refused) == 2
    calls = len(provider.log)
    assert (await create(modelled(settings, max_concepts=1), "go")).status == TaskStatus.COMPLETED
    assert not [asked for asked in provider.log[calls:] if {"response_format", "tools"} & asked.body.keys()]


async def test_a_table_of_abilities_that_is_gone_fails_no_run(
    settings: Settings, provider: Provider, database: Database
) -> None:
    async with database.transaction() as session:
        await execute(session, text("ALTER TABLE model_abilities RENAME TO mislaid"), {})
    assert (await create(modelled(settings, max_concepts=1))).status == TaskStatus.COMPLETED


async def test_extra_parameters_reach_the_server(settings: Settings, provider: Provider) -> None:
    with_extra = modelled(settings, max_concepts=1, model_parameters={"enable_thinking": False})
    assert (await create(with_extra)).status == TaskStatus.COMPLETED
    assert all(asked.body["enable_thinking"] is False for asked in provider.log)


@pytest.mark.slow
async def test_a_roadmap_for_a_small_context_window_is_written_in_smaller_parts(
    settings: Settings, provider: Provider
) -> None:
    def refuse(asked: Asked) -> tuple[int, object] | None:
        total = len(asked.system + asked.user) // 4 + (asked.max_tokens or 0)
        words = f"This model's maximum context length is 4096 tokens. However, you requested {total} tokens."
        return (400, {"error": {"message": words}}) if total > 4096 else None

    provider.refuse = refuse
    task = await create(modelled(settings, max_concepts=20, model_max_tokens=8192))
    assert task.status == TaskStatus.COMPLETED, task.error_message
    roles = {asked.role for asked in provider.log}
    assert {"outline", "stage"} <= roles
    assert "framework" not in roles
    assert sum(refuse(asked) is not None for asked in provider.log) == 1
