"""Wishes for contents: each holds for every later version, until it is taken back."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from domain.contents import Quiz
from domain.errors import NotFound
from domain.vocabulary import ContentType
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from nodes.authors.prompting.content_rules import WISHES
from nodes.authors.prompting.prompts import prompt_for
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.authors import QUIZ, ScriptedAuthor

FIRST, SECOND = "c-1-1-1", "c-1-1-2"


class Asked(ScriptedAuthor):
    """Keeps the briefs of quizzes."""

    def __init__(self) -> None:
        super().__init__({AuthorRole.QUIZ: self._quiz})
        self.briefs: list[ContentBrief[Any]] = []

    def _quiz(self, brief: Brief[Any], _: Sequence[str]) -> Quiz:
        assert isinstance(brief, ContentBrief)
        self.briefs.append(brief)
        return QUIZ


@pytest.fixture
def author() -> Asked:
    return Asked()


@pytest.fixture
async def orchestrator(settings: Settings, author: Asked) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator) -> str:
    task = await orchestrator.create("chess")
    await orchestrator.wait(task.task_id)
    assert task.roadmap_id is not None
    return task.roadmap_id


async def retried(orchestrator: Orchestrator, roadmap_id: str, concept_id: str, instructions: str | None = None) -> str:
    request = RetryRequest(instructions=instructions)
    task = await orchestrator.retry(roadmap_id, concept_id, ContentType.QUIZ, request)
    await orchestrator.wait(task.task_id)
    return task.task_id


async def test_a_wish_holds_for_later_versions_of_its_content_alone(
    orchestrator: Orchestrator, roadmap_id: str, author: Asked
) -> None:
    await retried(orchestrator, roadmap_id, FIRST, "harder")
    assert (author.briefs[-1].instructions, author.briefs[-1].earlier_wishes) == ("harder", [])
    await retried(orchestrator, roadmap_id, FIRST, "shorter")
    assert (author.briefs[-1].instructions, author.briefs[-1].earlier_wishes) == ("shorter", ["harder"])
    await retried(orchestrator, roadmap_id, FIRST)
    assert (author.briefs[-1].instructions, author.briefs[-1].earlier_wishes) == ("", ["harder", "shorter"])
    user = prompt_for(author.briefs[-1]).user
    assert '"harder"' in user
    assert WISHES in user
    await retried(orchestrator, roadmap_id, SECOND)
    assert author.briefs[-1].earlier_wishes == []


async def test_a_wish_that_was_taken_back_is_told_no_more_and_stays_on_record(
    orchestrator: Orchestrator, roadmap_id: str, author: Asked
) -> None:
    task_id = await retried(orchestrator, roadmap_id, FIRST, "harder")
    await retried(orchestrator, roadmap_id, FIRST, "shorter")
    before = await orchestrator.wishes.of(roadmap_id, FIRST, ContentType.QUIZ)
    assert [(wish.wish, wish.withdrawn_at) for wish in before] == [("harder", None), ("shorter", None)]
    [first, second] = await orchestrator.wishes.take_back(roadmap_id, FIRST, ContentType.QUIZ, task_id)
    assert first.withdrawn_at is not None
    assert second.withdrawn_at is None
    assert list(await orchestrator.wishes.take_back(roadmap_id, FIRST, ContentType.QUIZ, task_id)) == [first, second]
    await retried(orchestrator, roadmap_id, FIRST)
    assert author.briefs[-1].earlier_wishes == ["shorter"]


async def test_a_wish_that_there_is_none_of_cannot_be_taken_back(orchestrator: Orchestrator, roadmap_id: str) -> None:
    task_id = await retried(orchestrator, roadmap_id, FIRST, "harder")
    for concept_id, other in ((FIRST, "t-unknown"), (SECOND, task_id)):
        with pytest.raises(NotFound, match="no wish"):
            await orchestrator.wishes.take_back(roadmap_id, concept_id, ContentType.QUIZ, other)
    with pytest.raises(NotFound):
        await orchestrator.wishes.of("no-such-roadmap", FIRST, ContentType.QUIZ)
    with pytest.raises(NotFound):
        await orchestrator.wishes.of(roadmap_id, FIRST, ContentType.QUIZ, owner="somebody-else")
