import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import pytest

from domain.checks.findings import Finding, broken, doubt
from domain.contents import Quiz
from domain.errors import AnswerRejected, ModelUnavailable, Superseded
from domain.framework import Concept
from domain.request import LearningRequest, Preferences
from domain.vocabulary import Step, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, IntentBrief, QuizBrief
from nodes.authors.port import AuthorAnswer, CallFailed
from nodes.authors.reading.answers import storable_answer
from nodes.ledger.ledger import Ledger
from nodes.ledger.requests import Answered, AuthorRequest, Look, Verdict, call_key
from nodes.ledger.retry_policy import RetryPolicy
from nodes.ledger.scheduler import Throttle
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction
from repository.db.group_commit import Work
from repository.ledger.calls import TaskUsage, known_answers, record_call, usage_of
from repository.runs.tasks import update_task_status
from tests.support.authors import INTENT, QUIZ, ScriptedAuthor
from tests.support.rows import fence_of, started

INTENT_BRIEF = IntentBrief(request=LearningRequest(preferences=Preferences(learning_goal="chess")))
QUIZ_BRIEF = QuizBrief(
    preferences=Preferences(learning_goal="chess"),
    roadmap_title="R",
    stage_name="S",
    module_name="M",
    concept=Concept(concept_id="c-1", name="C"),
    prerequisite_names=[],
)
SUBJECT = ("c-1", "quiz")


@pytest.fixture
async def fence(database: Database) -> Fence:
    return fence_of(await started(database))


async def ledger(database: Database, fence: Fence, author: ScriptedAuthor, *, round_: int = 0) -> Ledger:
    """Return the ledger of a run that has just started."""
    async with database.transaction() as session:
        known = await known_answers(session, fence.task_id)
    return Ledger(author, Throttle(1), Always(), database, fence, round_, False, known)


class Always:
    """A permit without waiting."""

    def call(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


UNCLEAR = doubt("look", "Question 1 is unclear.")


def broken_until(objections_needed: int) -> Any:
    def reply(_: Brief[Any], objections: Sequence[str]) -> Any:
        return QUIZ if len(objections) >= objections_needed else {"questions": []}

    return reply


def at_least_one_question(quiz: Quiz) -> list[Finding]:
    return [] if quiz.questions else [broken("quiz.size", "There is no question.")]


def quiz_request(look: Look[Quiz] | None = None) -> AuthorRequest[Quiz]:
    return AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, at_least_one_question, look, subject=SUBJECT)


class Store:
    """Stores quizzes in a list, each with its ledger row."""

    def __init__(self, database: Database, fence: Fence) -> None:
        self.database = database
        self.fence = fence
        self.calls = 0
        self.quizzes: list[Quiz] = []

    def begin(self) -> None:
        self.calls += 1

    async def write(self, session: Session, answered: Answered[Quiz]) -> None:
        await record_call(session, self.fence, answered.call)
        self.quizzes.append(answered.value)

    async def commit(self, work: Work) -> None:
        await fenced_transaction(self.database, self.fence, work)


async def test_a_committed_answer_is_never_bought_again(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor()
    request = AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF)
    for _ in range(3):  # each time as in a process that has just started
        assert (await (await ledger(database, fence, author)).ask(request)).value == INTENT
    assert len(author.asked) == 1


async def test_a_rejected_answer_is_committed_before_the_next_call_and_not_bought_again(
    database: Database, fence: Fence
) -> None:
    class Dying(Store):
        async def write(self, session: Session, answered: Answered[Quiz]) -> None:
            await super().write(session, answered)
            raise KeyboardInterrupt  # the process dies after the second answer came, before it is committed

    author = ScriptedAuthor({AuthorRole.QUIZ: broken_until(1)})
    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, author)).ask(quiz_request(), save=Dying(database, fence))
    assert len(author.asked) == 2
    await (await ledger(database, fence, author)).ask(quiz_request())
    assert len(author.asked) == 3, "only the call that was in flight is repeated"


async def test_what_failed_is_asked_anew_in_another_round(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor({AuthorRole.QUIZ: broken_until(99)})
    for round_, expected in ((0, 3), (1, 6)):
        with pytest.raises(AnswerRejected, match="There is no question"):
            await (await ledger(database, fence, author, round_=round_)).ask(quiz_request())
        assert len(author.asked) == expected


async def test_another_input_is_another_call(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor()
    other = QUIZ_BRIEF.model_copy(update={"instructions": "shorter"})
    ask = (await ledger(database, fence, author)).ask
    for brief in (QUIZ_BRIEF, other):
        await ask(AuthorRequest(Step.QUIZ_GENERATION, brief, subject=SUBJECT))
    assert len(author.asked) == 2


async def test_every_call_is_on_the_bill(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor({AuthorRole.QUIZ: broken_until(2)})
    ask = (await ledger(database, fence, author)).ask
    await ask(quiz_request())
    async with database.transaction() as session:
        assert await usage_of(session, fence.task_id) == TaskUsage(45, 1.5)


async def test_a_superseded_run_neither_records_nor_keeps_an_answer(database: Database, fence: Fence) -> None:
    store = Store(database, fence)
    ask = (await ledger(database, fence, ScriptedAuthor())).ask
    async with database.transaction() as session:
        await update_task_status(session, fence.task_id, TaskStatus.CANCELLED, Step.CANCELLED)
    with pytest.raises(Superseded):
        await ask(quiz_request(), save=store)
    assert store.quizzes == []
    async with database.transaction() as session:
        assert await usage_of(session, fence.task_id) == TaskUsage(0, 0.0)


async def test_an_answer_is_committed_before_it_is_looked_at_and_saved_after(database: Database, fence: Fence) -> None:
    store = Store(database, fence)
    states: list[tuple[int, int]] = []

    async def look(quiz: Quiz) -> Verdict[Quiz]:
        async with database.transaction() as session:
            states.append((len(await known_answers(session, fence.task_id)), len(store.quizzes)))
        return Verdict(quiz, removed=[] if len(states) == 2 else [UNCLEAR])

    author = ScriptedAuthor()
    answered = await (await ledger(database, fence, author)).ask(quiz_request(look), save=store)
    assert states == [(1, 0), (2, 0)]
    assert (store.quizzes, store.calls, answered.value) == ([QUIZ], 2, QUIZ)
    async with database.transaction() as session:
        objections = {known.objection for known in (await known_answers(session, fence.task_id)).values()}
    assert objections == {None, "Question 1 is unclear."}


async def test_the_last_sound_answer_is_saved_when_no_better_one_comes(database: Database, fence: Fence) -> None:
    store = Store(database, fence)

    async def look(quiz: Quiz) -> Verdict[Quiz]:
        return Verdict(quiz, removed=[UNCLEAR])

    author = ScriptedAuthor()
    await (await ledger(database, fence, author)).ask(quiz_request(look), save=store)
    assert (len(author.asked), store.quizzes) == (3, [QUIZ])


async def test_a_known_answer_that_was_never_saved_is_saved_without_a_call(database: Database, fence: Fence) -> None:
    """As after a crash during a closer look that the settings ask for no longer."""

    async def die(_: Quiz) -> Verdict[Quiz]:
        raise KeyboardInterrupt

    author = ScriptedAuthor()
    with pytest.raises(KeyboardInterrupt):
        await (await ledger(database, fence, author)).ask(quiz_request(die), save=Store(database, fence))
    store = Store(database, fence)
    await (await ledger(database, fence, author)).ask(quiz_request(), save=store)
    assert (len(author.asked), store.calls, store.quizzes) == (1, 0, [QUIZ])


def test_the_key_knows_no_clock_no_model_and_no_setting() -> None:
    question = AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF)
    key = call_key(question, 0, 0, [])
    same = IntentBrief.model_validate_json(INTENT_BRIEF.model_dump_json())
    assert key == call_key(AuthorRequest(Step.INTENT_ANALYSIS, same), 0, 0, [])
    others = [
        call_key(AuthorRequest(Step.CURRICULUM_DESIGN, INTENT_BRIEF), 0, 0, []),
        call_key(AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF, subject=SUBJECT), 0, 0, []),
        call_key(question, 1, 0, []),
        call_key(question, 0, 1, []),
        call_key(question, 0, 0, ["wrong"]),
    ]
    assert len({key, *others}) == 6


def test_what_postgresql_cannot_store_is_stripped_from_answers() -> None:
    answer = AuthorAnswer({"a\x00": ["x\x00y", {"b": "\ud800z", "n": 1}], "🎉": None}, model="m")
    assert storable_answer(answer).content == {"a": ["xy", {"b": "z", "n": 1}], "🎉": None}


async def test_sixty_requests_do_not_each_find_out_that_a_model_is_busy(database: Database, fence: Fence) -> None:
    """A rate limit of 0 seconds was asked for again at once by every request: 2,655 calls in ten seconds."""

    def busy(_: Brief[Any], __: Sequence[str]) -> Any:
        raise CallFailed("m answered 429: busy", model="m", outcome="failed 429", away=True, wait=0.0)

    author = ScriptedAuthor({AuthorRole.QUIZ: busy}, latency=0.01)
    limit, told = 5, list[str]()
    asking = Ledger(
        author,
        Throttle(limit),
        Always(),
        database,
        fence,
        0,
        False,
        {},
        retry_policy=RetryPolicy(0.5),
        tell=lambda kind, _: told.append(kind),
    )
    requests = [asking.ask(AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, order=order)) for order in range(60)]
    results = await asyncio.gather(*requests, return_exceptions=True)
    assert {type(result) for result in results} == {ModelUnavailable}
    assert limit <= len(author.asked) <= limit + 1
    assert told == []


async def test_runs_of_one_user_wait_in_turn_with_those_of_another(database: Database) -> None:
    throttle, order = Throttle(1), list[str]()

    async def run_of(number: int, user_id: str) -> asyncio.Task[Any]:
        def reply(_: Brief[Any], __: Sequence[str]) -> Any:
            order.append(user_id)
            return INTENT

        author = ScriptedAuthor({AuthorRole.INTENT: reply})
        task = await started(database, f"t-{number}", roadmap_id=f"r-{number}", user_id=user_id)
        fence = fence_of(task)
        asking = Ledger(author, throttle, Always(), database, fence, 0, False, {}, user_id=task.user_id)
        return asyncio.create_task(asking.ask(AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF)))

    async with throttle.turn("holder"):
        runs = [await run_of(*run) for run in enumerate(["many", "many", "many", "one"])]
        for _ in range(50):  # until the last one waits too
            await asyncio.sleep(0)
    await asyncio.gather(*runs)
    assert order == ["many", "one", "many", "many"]
