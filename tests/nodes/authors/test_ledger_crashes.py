"""The process dies right before, or right after, each commit of a run's ledger: what was committed stays bought."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from domain.vocabulary import Step
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.port import CallFailed
from nodes.ledger.ledger import Ledger
from nodes.ledger.requests import AuthorRequest
from nodes.ledger.scheduler import Throttle
from repository.db.database import Database, Session
from repository.db.fence import Fence
from repository.ledger.calls import known_answers
from tests.nodes.ledger.test_ledger import INTENT_BRIEF, QUIZ_BRIEF, SUBJECT, Always, at_least_one_question
from tests.support.authors import INTENT, QUIZ, ScriptedAuthor
from tests.support.rows import fence_of, started

COMMITS: Final = 6
"""Of a run without a crash: an intent after a failed try, a quiz after a failed try and two rejected answers."""


class Died(BaseException):
    """The process is gone: nothing may catch this."""


class Mortal(Database):
    """Dies at its `last` commit: before it, or when it is made and nobody knows yet."""

    last: int | None = None
    after: bool = False
    commits = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with super().transaction() as session:
            yield session
            self.commits += 1
            if self.commits == self.last and not self.after:
                raise Died
        if self.commits == self.last:
            raise Died


class Replies:
    """Fails once per question, then answers; the quiz is wrong twice first."""

    def __init__(self) -> None:
        self.failed: set[AuthorRole] = set()

    def __call__(self, brief: Brief[Any], objections: Sequence[str]) -> Any:
        if brief.role not in self.failed:
            self.failed.add(brief.role)
            raise CallFailed("busy", model="m", outcome="failed 429", step_down=True)
        if brief.role is AuthorRole.INTENT:
            return INTENT
        return QUIZ if len(objections) >= 2 else {"questions": []}


@pytest.fixture
async def mortal(database_url: str) -> AsyncIterator[Mortal]:
    database = Mortal(database_url)
    try:
        yield database
    finally:
        await database.close()


async def run(database: Database, fence: Fence, author: ScriptedAuthor) -> None:
    """As a process that starts now would go through it."""
    async with database.transaction() as session:
        known = await known_answers(session, fence.task_id)
    ledger = Ledger(author, Throttle(1), Always(), database, fence, 0, False, known)
    await ledger.ask(AuthorRequest(Step.INTENT_ANALYSIS, INTENT_BRIEF))
    await ledger.ask(AuthorRequest(Step.QUIZ_GENERATION, QUIZ_BRIEF, at_least_one_question, subject=SUBJECT))


async def test_without_a_crash_there_are_as_many_commits_as_are_tried(mortal: Mortal) -> None:
    fence = fence_of(await started(mortal))
    mortal.commits = -1  # the one that reads what is known
    author = ScriptedAuthor(dict.fromkeys((AuthorRole.INTENT, AuthorRole.QUIZ), Replies()))
    await run(mortal, fence, author)
    assert (mortal.commits, len(author.asked)) == (COMMITS, COMMITS)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("commit", range(1, COMMITS + 1))
async def test_a_death_at_any_commit_costs_at_most_the_call_in_flight(
    mortal: Mortal, database: Database, commit: int, after: bool
) -> None:
    fence = fence_of(await started(database))
    author = ScriptedAuthor(dict.fromkeys((AuthorRole.INTENT, AuthorRole.QUIZ), Replies()))
    mortal.last, mortal.after, mortal.commits = commit, after, -1
    with pytest.raises(Died):
        await run(mortal, fence, author)
    assert len(author.asked) == commit
    await run(database, fence, author)
    tries = {1, 3}  # a try that brought no answer is not repeated by the provider of this test
    again = 0 if after or commit in tries else 1
    assert len(author.asked) == COMMITS + again
    await run(database, fence, author)
    assert len(author.asked) == COMMITS + again, "all of it is known"
