"""Deadlines and hours: read once, kept beside the words, counted from today, changed without a run."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.errors import Conflict, InvalidInput, NotFound
from domain.request import LearningRequest, Preferences
from domain.vocabulary import Step, TaskStatus
from nodes.authors.briefs import StructureReviewBrief
from nodes.ledger.requests import AuthorRequest, call_key
from orchestrator.commands.request_context import Terms
from orchestrator.learners.pace import PaceChange
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.pace import pace_of_task
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from repository.runs.tasks import get_task
from repository.tables.runs import TaskRow
from tests.support.authors import ScriptedAuthor
from tests.support.deadlines import NOW
from tests.support.frameworks import framework


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def orchestrator(settings: Settings, clock: Clock) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor(), clock=clock) as orchestrator:
        yield orchestrator


def asking(goal: str = "learn chess", **preferences: object) -> LearningRequest:
    return LearningRequest.model_validate({"preferences": {"learning_goal": goal, **preferences}, "user_id": "ann"})


async def row(database: Database, task_id: str) -> TaskRow:
    async with database.transaction() as session:
        return await get_task(session, task_id)


async def tasks_of(database: Database) -> int:
    async with database.transaction() as session:
        return int((await execute(session, text("SELECT count(*) FROM roadmap_tasks"), {})).scalar_one())


async def test_a_deadline_becomes_a_date_once_and_stays_it(
    orchestrator: Orchestrator, database: Database, clock: Clock
) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months"), detach=True)
    assert task.pace is not None
    assert (str(task.pace.deadline), task.pace.deadline_words) == ("2027-02-28", "in 3 months")
    (requested, *_) = await orchestrator.events.page(task.task_id)
    assert requested.payload["pace"]["deadline"] == "2027-02-28"
    asked = await row(database, task.task_id)
    assert (asked.user_request or {})["preferences"]["target_deadline"] == "in 3 months", "briefs keep the words"
    clock.now += timedelta(days=70)
    assert str((await orchestrator.paces.read(task.roadmap_id or "")).deadline) == "2027-02-28"
    assert pace_of_task(asked).weeks == 90 / 7, "a run that goes on later has the weeks that it had"


async def test_weeks_left_are_counted_from_today(orchestrator: Orchestrator, clock: Clock) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months"), detach=True)
    assert (await orchestrator.paces.read(task.roadmap_id or "")).weeks_left == 12.9
    clock.now += timedelta(days=70)
    assert (await orchestrator.paces.read(task.roadmap_id or "")).weeks_left == 2.9
    clock.now += timedelta(days=70)
    past = await orchestrator.paces.read(task.roadmap_id or "")
    assert (past.weeks_left, past.hours_needed) == (0, None)


async def test_today_is_that_of_the_learner(orchestrator: Orchestrator, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    for zone, day in ((None, "2026-12-01"), ("Asia/Tokyo", "2026-12-02"), ("-08:00", "2026-12-01")):
        task = await orchestrator.create(asking(target_deadline="tomorrow"), detach=True, terms=Terms(time_zone=zone))
        assert task.pace is not None
        assert (str(task.pace.deadline), task.pace.time_zone) == (day, zone or "UTC")


async def test_a_time_zone_that_there_is_not_is_refused_in_one_line(
    orchestrator: Orchestrator, database: Database, subtests: pytest.Subtests
) -> None:
    for zone in ["Mars/Olympus", "../../etc/passwd", "a\x00b", "+99:99", "\ud800", "x" * 5000, "Europe"]:
        with subtests.test(zone=zone):
            with pytest.raises(InvalidInput, match="time_zone") as refused:
                await orchestrator.create(asking(), detach=True, terms=Terms(time_zone=zone))
            assert "\n" not in str(refused.value)
            assert len(str(refused.value)) < 400
            assert await tasks_of(database) == 0


async def test_an_impossible_deadline_is_refused_and_leaves_no_row(
    orchestrator: Orchestrator, database: Database, subtests: pytest.Subtests
) -> None:
    for words in ["2026-11-29", "March 2020", "9999-12-31", "9999 years", "2026年11月29日"]:
        with subtests.test(words=words):
            with pytest.raises(InvalidInput, match="deadline") as refused:
                await orchestrator.create(asking(target_deadline=words), detach=True)
            assert "\n" not in str(refused.value)
            assert await tasks_of(database) == 0


async def test_a_stored_deadline_may_be_past_when_its_run_goes_on(orchestrator: Orchestrator, clock: Clock) -> None:
    task = await orchestrator.create(asking(target_deadline="in 1 week"), detach=True)
    clock.now += timedelta(days=100)
    await orchestrator.cancel(task.task_id)
    await orchestrator.resume(task.task_id)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    retried = await orchestrator.modify(task.roadmap_id or "", "shorter")
    assert (await orchestrator.wait(retried.task_id)).pace is not None


async def test_what_is_not_understood_is_said_and_bounds_nothing(orchestrator: Orchestrator) -> None:
    task = await orchestrator.create(asking(target_deadline="when I am old"), detach=True)
    assert task.pace is not None
    assert task.pace.is_misunderstood
    assert (await orchestrator.paces.read(task.roadmap_id or "")).in_time is None


async def test_hours_and_deadline_of_the_goal_count_unless_others_are_given(orchestrator: Orchestrator) -> None:
    goal = "learn chess in 3 months, 4 hours a week"
    read = await orchestrator.create(asking(goal), detach=True)
    assert read.pace is not None
    assert (read.pace.hours_per_week, str(read.pace.deadline)) == (4, "2027-02-28")
    assert read.pace.from_goal == ("hours_per_week", "deadline")
    given = await orchestrator.create(
        asking(goal, available_hours_per_week=5, target_deadline="in 1 year"), detach=True
    )
    assert given.pace is not None
    assert (given.pace.hours_per_week, str(given.pace.deadline), given.pace.from_goal) == (5, "2027-11-30", ())


async def test_a_change_of_pace_makes_no_run_and_asks_no_author(orchestrator: Orchestrator, database: Database) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months"))
    task = await orchestrator.wait(task.task_id)
    roadmap_id = task.roadmap_id or ""
    before = await orchestrator.paces.read(roadmap_id)
    changed = await orchestrator.paces.change(roadmap_id, PaceChange(hours_per_week=1, deadline="in 1 week"))
    assert (changed.hours_per_week, str(changed.deadline)) == (1, "2026-12-07")
    assert changed.weeks_needed > before.weeks_needed
    assert changed.in_time is False
    assert await tasks_of(database) == 1
    nothing = await orchestrator.paces.change(roadmap_id, PaceChange(deadline=""))
    assert (nothing.deadline, nothing.hours_per_week) == (None, 1)
    first = (await orchestrator.roadmap(roadmap_id)).framework
    assert first is not None
    for concept in first.concepts():
        await orchestrator.learning.mark(roadmap_id, concept.concept_id, "ann", done=True)
    assert (await orchestrator.paces.read(roadmap_id)).hours_left == 0


async def test_a_change_that_is_refused_changes_nothing(orchestrator: Orchestrator, subtests: pytest.Subtests) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months"), detach=True)
    before = await orchestrator.paces.read(task.roadmap_id or "")
    for change in [
        PaceChange(deadline="soon"),
        PaceChange(deadline="2020-01-01"),
        PaceChange(deadline="a\x00b"),
        PaceChange(deadline="\ud800"),
        PaceChange(deadline="x" * 5000),
        PaceChange(hours_per_week=0.5),
        PaceChange(hours_per_week=float("nan")),
        PaceChange(hours_per_week=5, deadline="soon"),
    ]:
        with subtests.test(change=change):
            with pytest.raises(InvalidInput) as refused:
                await orchestrator.paces.change(task.roadmap_id or "", change)
            assert "\n" not in str(refused.value)
            assert await orchestrator.paces.read(task.roadmap_id or "") == before


async def test_only_its_owner_changes_a_pace_and_none_in_the_bin(orchestrator: Orchestrator) -> None:
    task = await orchestrator.create(asking(), detach=True)
    roadmap_id = task.roadmap_id or ""
    with pytest.raises(NotFound):
        await orchestrator.paces.change(roadmap_id, PaceChange(3), terms=Terms(owner="bob"))
    with pytest.raises(NotFound):
        await orchestrator.paces.read(roadmap_id, owner="bob")
    await orchestrator.cancel(task.task_id)
    await orchestrator.bin(roadmap_id)
    with pytest.raises(Conflict, match="bin"):
        await orchestrator.paces.change(roadmap_id, PaceChange(3))


async def test_changes_at_once_keep_what_the_other_one_changed(orchestrator: Orchestrator) -> None:
    task = await orchestrator.create(asking(), detach=True)
    roadmap_id = task.roadmap_id or ""
    changes = [PaceChange(hours_per_week=9), PaceChange(deadline="in 3 months")]
    await asyncio.gather(*(orchestrator.paces.change(roadmap_id, change) for change in changes))
    pace = await orchestrator.paces.read(roadmap_id)
    assert (pace.hours_per_week, str(pace.deadline)) == (9, "2027-02-28")


async def test_a_modification_goes_by_the_pace_of_its_day(orchestrator: Orchestrator, database: Database) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months"))
    await orchestrator.wait(task.task_id)
    await orchestrator.paces.change(task.roadmap_id or "", PaceChange(9, "in 1 year"))
    asked = await row(database, (await orchestrator.modify(task.roadmap_id or "", "shorter", detach=True)).task_id)
    preferences = (asked.user_request or {})["preferences"]
    assert (preferences["available_hours_per_week"], preferences["target_deadline"]) == (9, "in 1 year")
    assert str(pace_of_task(asked).deadline) == "2027-11-30"


async def test_a_roadmap_of_an_older_version_has_the_pace_that_its_request_meant(
    orchestrator: Orchestrator, database: Database
) -> None:
    task = await orchestrator.create(asking(target_deadline="in 3 months", available_hours_per_week=7), detach=True)
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_metadata SET pace = NULL, created_at = '2026-01-31 12:00Z'"), {})
        await execute(session, text("UPDATE roadmap_tasks SET user_request = user_request - 'pace'"), {})
    pace = await orchestrator.paces.read(task.roadmap_id or "")
    assert (pace.hours_per_week, pace.deadline) == (7, date(2026, 4, 30))
    assert (await orchestrator.task(task.task_id)).pace is None


def test_no_key_of_the_ledger_has_the_weeks_of_a_deadline() -> None:
    request = LearningRequest(preferences=Preferences(learning_goal="chess", target_deadline="in 3 months"))
    briefs = [
        StructureReviewBrief(request=request, intent=None, framework=framework(1, 1, 1), weeks=weeks)
        for weeks in (None, 3.0, 12.9)
    ]
    assert len({call_key(AuthorRequest(Step.STRUCTURE_VALIDATION, brief), 0, 0, []) for brief in briefs}) == 1
