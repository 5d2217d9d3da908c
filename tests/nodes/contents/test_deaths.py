"""A run that is killed at any commit goes on with the same lessons, quizzes and links."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pytest

from domain.course.lesson_use import NEEDS_LESSON
from domain.vocabulary import ContentType, SecondLook
from nodes.authors.briefs import AuthorRole
from repository.db.database import Database
from repository.db.fence import Fence
from tests.nodes.contents.teacher import Teacher
from tests.support.content_process import (
    Died,
    Mortal,
    calls_by_step,
    context_of,
    next_attempt,
    run_with_contents,
    write_contents,
    written,
)

LESSON, LINKS, ASKED = ContentType.TUTORIAL, ContentType.RESOURCES, ContentType.QUIZ
FIRST: Final = "c-1-1-1"


@pytest.fixture
async def mortal(database_url: str) -> AsyncIterator[Callable[[], Mortal]]:
    made: list[Mortal] = []

    def make() -> Mortal:
        made.append(Mortal(database_url))
        return made[-1]

    yield make
    for database in made:
        await database.close()


@dataclass(frozen=True)
class Scenario:
    """What a run that is killed was to do, for one concept."""

    broken: tuple[str, ...] = ()
    """Concepts whose lesson fails."""
    second_look: SecondLook = "none"
    """What is looked at, so that its ledger row is committed before it is."""

    async def run(self, database: Database, fence: Fence, roadmap_id: str) -> Teacher:
        author = Teacher(*self.broken)
        context = await context_of(database, fence, author, roadmap_id=roadmap_id, second_look=self.second_look)
        if isinstance(database, Mortal):
            database.commits = 0
        await write_contents(context)
        return author


SCENARIOS: Final = {
    "written": Scenario(),
    "lesson fails": Scenario(broken=(FIRST,)),
    "looked at": Scenario(second_look="quiz"),
    "all looked at": Scenario(second_look="all"),
}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [pytest.param(one, id=name) for name, one in SCENARIOS.items()])
async def test_killed_at_any_commit_a_run_goes_on_with_the_same_lesson_and_buys_nothing_twice(
    database: Database, mortal: Callable[[], Mortal], scenario: Scenario
) -> None:
    unhurt = mortal()
    await scenario.run(unhurt, await run_with_contents(database, "r-0", "t-0"), "r-0")
    needed = await calls_by_step(database, "t-0")
    assert unhurt.commits > 10
    for commit in range(1, unhurt.commits + 1):
        for after in (False, True):
            await die_and_go_on(database, mortal(), commit, after, scenario, needed)


async def die_and_go_on(
    database: Database, mortal: Mortal, commit: int, after: bool, scenario: Scenario, needed: Counter[str]
) -> None:
    where = f"{'after' if after else 'before'} {commit}"
    roadmap_id, task_id = f"r-{commit}-{after}", f"t-{commit}-{after}"
    fence = await run_with_contents(database, roadmap_id, task_id)
    mortal.last, mortal.after = commit, after
    with suppress(Died):  # groups of commits differ from run to run: there may be fewer than in the unhurt one
        await scenario.run(mortal, fence, roadmap_id)
    bought = await calls_by_step(database, task_id)
    author = await scenario.run(database, await next_attempt(database, task_id), roadmap_id)
    assert await calls_by_step(database, task_id) == needed, where
    answered = [role for role, _ in author.asked if not (role is AuthorRole.TUTORIAL and scenario.broken)]
    assert len(answered) == (needed - bought).total(), f"{where}: {author.asked}"
    rows = await written(database, roadmap_id)
    lesson = rows[FIRST, LESSON]
    assert {row.lesson_hash for key, row in rows.items() if key[1] != LESSON and row.version} == {lesson.payload_hash}
    assert rows[FIRST, LINKS].status == "completed", where
    ended = "failed" if scenario.broken else "completed"
    assert (lesson.status, rows[FIRST, ASKED].status) == (ended, ended), where
    if scenario.second_look == "all":
        assert (lesson.payload_hash, rows[FIRST, ASKED].payload_hash) == await looked_at(database), where
    if scenario.broken:
        assert (rows[FIRST, ASKED].last_error or "").startswith(NEEDS_LESSON), where


async def looked_at(database: Database) -> tuple[str | None, str | None]:
    """The hashes of the mended lesson and quiz of the run that nobody killed."""
    rows = await written(database, "r-0")
    return rows[FIRST, LESSON].payload_hash, rows[FIRST, ASKED].payload_hash
