"""Reports of readers: each counts once under its id."""

from collections.abc import AsyncIterator

import pytest

from domain.errors import Conflict
from domain.vocabulary import ContentType
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.places import quiz_row
from tests.support.rows import framework

PLACE = ("r-1", "c-1-1-1", ContentType.QUIZ, "ann")


@pytest.fixture
async def orchestrator(settings: Settings, database: Database) -> AsyncIterator[Orchestrator]:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
        session.add(quiz_row("r-1"))
    async with Orchestrator.open(settings, kind="reader") as orchestrator:
        yield orchestrator


async def test_the_id_of_another_report_is_refused_and_nothing_is_lost(orchestrator: Orchestrator) -> None:
    """The words of the second one were dropped, and it was answered as if they were stored."""
    feedback = orchestrator.feedback
    first = await feedback.report(*PLACE, report_id="a", version=1, words="Two are right.", part="Question  1 ")
    assert await feedback.report(*PLACE, report_id="a", version=1, words="Two are right.", part="Question 1") == first
    with pytest.raises(Conflict, match="belongs to another report"):
        await feedback.report(*PLACE, report_id="a", version=1, words="It is about Go.", part="Question 1")
    assert [report.words for report in await feedback.reports("r-1")] == ["Two are right."]
