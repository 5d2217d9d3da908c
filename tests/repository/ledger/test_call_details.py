"""The ledger of one run, by step and content, with its questions and answers."""

from typing import Any

import pytest

from domain.errors import NotFound
from domain.vocabulary import ContentType
from repository.contents.contents import begin_contents, save_version
from repository.db.database import Database
from repository.ledger.call_details import calls_of_content, calls_of_step, usages, usages_of
from repository.ledger.calls import Call, record_call
from tests.support.rows import BOUGHT, accepted


def call(key: str, **changes: Any) -> Call:
    values: dict[str, Any] = {"step": "quiz_generation", "model": "m", "tokens_in": 10, "tokens_out": 5, "cost": 0.5}
    values |= {"latency": 1.0, "finish_reason": None, "outcome": "accepted", "answer": {"x": key}}
    return Call(**{"key": key, "concept_id": "c-1", "content_type": "quiz", **values, **changes})


async def test_usage_is_counted_by_step_and_content(database: Database) -> None:
    fence = await accepted(database, ["c-1", "c-2"])
    async with database.transaction() as session:
        await record_call(session, fence, call("a", outcome="It is empty."))
        await record_call(session, fence, call("b/1.1", outcome="failed 429", answer=None, cost=None, model="n"))
        await record_call(session, fence, call("b", estimated=True))
        await record_call(session, fence, call("c", concept_id="c-2"))
        await record_call(session, fence, call("d", step="intent_analysis", concept_id=None, content_type=None))
        quiz, other, step = await usages(session, fence.task_id)
        assert (quiz.concept_id, quiz.calls, quiz.rejected, quiz.failed, quiz.tokens) == ("c-1", 3, 1, 1, 45)
        assert (quiz.models, quiz.cost, quiz.unpriced_calls, quiz.estimated_calls) == (("m", "n"), 1.0, 1, 1)
        assert (other.concept_id, other.calls) == ("c-2", 1)
        assert (step.step, step.concept_id) == ("intent_analysis", None)
        total = await usages_of(session, [fence.task_id, "t-other"])
        assert {task: (used.tokens, used.cost, used.unpriced_calls) for task, used in total.items()} == {
            fence.task_id: (75, 2.0, 1)
        }
        with pytest.raises(NotFound):
            await usages(session, fence.task_id, owner="bob")


async def test_an_answer_that_became_a_version_is_found_with_its_call(database: Database) -> None:
    fence = await accepted(database, ["c-1"])
    async with database.transaction() as session:
        await record_call(session, fence, call("a", outcome="It is empty.", question={"role": "quiz"}))
    async with database.transaction() as session:
        await begin_contents(session, fence, ContentType.QUIZ)
        await save_version(session, fence, "r-1", "c-1", ContentType.QUIZ, {"questions": []}, BOUGHT)
    async with database.transaction() as session:
        first, second = await calls_of_content(session, fence.task_id, "c-1", "quiz")
        assert (first.answer, first.question, first.version) == ({"x": "a"}, {"role": "quiz"}, None)
        assert (second.answer, second.version, second.accepted) == ({"questions": []}, 1, True)
        assert (second.concept_id, second.content_type) == ("c-1", "quiz"), "the row has the ids of its content"
        assert await calls_of_content(session, fence.task_id, "c-1", "quiz", after=first.call_id) == [second]
        assert await calls_of_content(session, fence.task_id, "c-1", "tutorial") == []
        assert await calls_of_step(session, fence.task_id, "quiz_generation") == []
        for find in (calls_of_content(session, "t-x", "c-1", "quiz"), calls_of_step(session, "t-x", "s")):
            with pytest.raises(NotFound):
                await find
