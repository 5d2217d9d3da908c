"""The pace of a roadmap: hours a week and a deadline. It may change without a run."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import InvalidInput
from domain.framework import Framework
from domain.pace.deadlines import weeks_between
from domain.pace.pace import Pace, dated, hours_left, read_zone, today_in, weeks_of_study
from domain.request import usable_text
from orchestrator.clock import Clock
from orchestrator.commands.request_context import OPERATOR, Terms
from orchestrator.queries.base import Queries
from orchestrator.queries.pace import pace_of_roadmap
from orchestrator.queries.status import View
from repository.db.database import Database, Session
from repository.roadmaps import learning, roadmaps

MIN_HOURS = 1.0
MAX_HOURS = 168.0


@dataclass(frozen=True, slots=True)
class PaceChange:
    """A change of the pace. Values that are None stay as they are."""

    hours_per_week: float | None = None
    deadline: str | None = None
    """In words; an empty text removes the deadline."""


class PaceView(View):
    """The pace of a roadmap on the day `today` of the learner, and the rest that its owner has to learn."""

    roadmap_id: str
    hours_per_week: float
    deadline_words: str | None
    deadline: date | None
    time_zone: str
    today: date
    weeks_left: float | None
    """None without a deadline; 0 once it is past."""
    hours_left: float
    """Hours of the concepts that are not done."""
    weeks_needed: int
    """Weeks for `hours_left` at `hours_per_week`."""
    hours_needed: float | None
    """Hours a week that would meet the deadline; None if there is none, or it is past."""
    in_time: bool | None
    """Whether `hours_per_week` meets the deadline; None without a deadline."""


class Paces(Queries):
    """Paces of roadmaps, as `Orchestrator.paces`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    async def read(self, roadmap_id: str, *, owner: str | None = None) -> PaceView:
        """Return the pace of a roadmap today. Raises NotFound."""
        return await self._read(_view, roadmap_id, self._clock(), owner=owner)

    async def change(self, roadmap_id: str, change: PaceChange, *, terms: Terms = OPERATOR) -> PaceView:
        """Change hours a week or deadline from now on; runs are not affected.

        Raises NotFound, Conflict for a roadmap in the bin, and InvalidInput for a deadline that is past or cannot be
        read.
        """
        now = self._clock()
        await self._database.persist(lambda session: _change(session, roadmap_id, change, terms, now))
        return await self.read(roadmap_id)


async def _view(session: Session, roadmap_id: str, now: datetime, *, owner: str | None) -> PaceView:
    roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    pace = await pace_of_roadmap(session, roadmap)
    done = (await learning.done(session, roadmap.user_id, [roadmap_id]))[roadmap_id]
    framework = roadmaps.framework_of(roadmap) if roadmap.framework_data else None
    return view_of(roadmap_id, pace, framework, done, today_in(pace.time_zone, now))


def view_of(roadmap_id: str, pace: Pace, framework: Framework | None, done: Collection[str], today: date) -> PaceView:
    """Return the view of a pace on a day; `done`: ids of concepts that the owner has done."""
    left = hours_left(framework, done)
    weeks_left = None if pace.deadline is None else weeks_between(today, pace.deadline)
    return PaceView(
        roadmap_id=roadmap_id,
        hours_per_week=pace.hours_per_week,
        deadline_words=pace.deadline_words,
        deadline=pace.deadline,
        time_zone=pace.time_zone,
        today=today,
        weeks_left=None if weeks_left is None else round(weeks_left, 1),
        hours_left=round(left, 2),
        weeks_needed=weeks_of_study(left, pace.hours_per_week),
        hours_needed=round(left / weeks_left, 1) if weeks_left else None,
        in_time=None if weeks_left is None else left <= weeks_left * pace.hours_per_week,
    )


async def _change(session: Session, roadmap_id: str, change: PaceChange, terms: Terms, now: datetime) -> None:
    """Change a pace under the lock of the roadmap's row, so that of two changes at once none is lost."""
    check_hours(change.hours_per_week)
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
    roadmap = await roadmaps.lock_usable(session, roadmap_id)
    before = await pace_of_roadmap(session, roadmap)
    zone = terms.time_zone or before.time_zone
    if terms.time_zone is not None:
        read_zone(terms.time_zone)
    changes: dict[str, object] = {"from_goal": (), "time_zone": zone}
    if change.hours_per_week is not None:
        changes["hours_per_week"] = change.hours_per_week
    if change.deadline is not None:
        changes |= _deadline(change.deadline, today_in(zone, now))
    await roadmaps.set_pace(session, roadmap_id, before.model_copy(update=changes).model_dump(mode="json"))


def check_hours(hours_per_week: float | None) -> None:
    """Check hours a week. Raises InvalidInput."""
    if hours_per_week is not None and not MIN_HOURS <= hours_per_week <= MAX_HOURS:
        raise InvalidInput(f"Hours a week: must be from {MIN_HOURS:g} to {MAX_HOURS:g}.")


def _deadline(words: str, today: date) -> dict[str, object]:
    if not words.strip():
        return {"deadline_words": None, "deadline": None}
    usable = usable_text("deadline", words)
    day = dated(usable, today)
    if day is None:
        raise InvalidInput(
            f"The deadline {usable[:60]!r} was not understood, and nothing was changed: give a date as 2027-06-30, or "
            f"a span as '3 months'."
        )
    return {"deadline_words": usable, "deadline": day, "asked_on": today}
