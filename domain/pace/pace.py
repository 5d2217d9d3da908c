"""The pace of a roadmap: hours a week, and a deadline that was read once, at the request."""

import math
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InvalidInput
from domain.framework import Framework
from domain.pace.deadlines import MAX_YEARS, read_deadline, too_far, weeks_between
from domain.pace.goal_pace import deadline_in, hours_in
from domain.request import Preferences

DEFAULT_ZONE: Final = "UTC"
MAX_ZONE_LENGTH: Final = 64
"""Maximum length of the name of a time zone in characters."""


class Pace(BaseModel):
    """Hours a week and deadline. `deadline` is null if `deadline_words` are ambiguous; then a warning is shown."""

    model_config = ConfigDict(frozen=True)

    hours_per_week: float = Field(ge=1, le=168, allow_inf_nan=False)
    deadline_words: str | None = None
    deadline: date | None = None
    asked_on: date
    """The date of the request in the learner's time zone."""
    time_zone: str = DEFAULT_ZONE
    from_goal: tuple[Literal["hours_per_week", "deadline"], ...] = ()
    """The fields that were read from the goal, since the request did not set them."""

    @property
    def weeks(self) -> float | None:
        """Weeks from the request to the deadline; constant for a run, whenever it is resumed."""
        return None if self.deadline is None else weeks_between(self.asked_on, self.deadline)

    @property
    def is_misunderstood(self) -> bool:
        """Whether the words of the deadline could not be read."""
        return self.deadline_words is not None and self.deadline is None


def read_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name, or of an offset such as `+05:30`. Raises InvalidInput."""
    unknown = InvalidInput(
        f"time_zone: {name[:MAX_ZONE_LENGTH]!a} is not a time zone; give one such as Europe/Berlin or +02:00."
    )
    if len(name) > MAX_ZONE_LENGTH:
        raise unknown
    try:
        if name[:1] in ("+", "-"):
            return _offset(name)
        return ZoneInfo(name)
    except (
        ValueError,
        KeyError,
        OSError,
    ) as error:  # KeyError: ZoneInfoNotFoundError; OSError: the name of a directory of zones
        raise unknown from error


def _offset(name: str) -> timezone:
    hours, minutes = name[1:].split(":")
    if not (name.isascii() and hours.isdecimal() and minutes.isdecimal() and len(hours) == len(minutes) == 2):
        raise ValueError(name)
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if name[0] == "-" else offset)


def today_in(zone: str, now: datetime) -> date:
    """Return today's date in a stored time zone; in UTC if this machine does not know the zone."""
    try:
        return now.astimezone(read_zone(zone)).date()
    except InvalidInput:
        return now.astimezone(UTC).date()


def dated(words: str, today: date) -> date | None:
    """Return the date of a new deadline, None if it is ambiguous. Raises InvalidInput if it is past or too far away."""
    day = read_deadline(words, today)
    if day is None:
        return None
    if day < today:
        raise InvalidInput(f"The deadline {words[:60]!r} was {day}, which is past; give a later one.")
    if too_far(day, today):
        raise InvalidInput(f"The deadline {words[:60]!r} is more than {MAX_YEARS} years away; give an earlier one.")
    return day


def read_pace(preferences: Preferences, today: date, time_zone: str = DEFAULT_ZONE) -> tuple[Preferences, Pace]:
    """Return the preferences, completed from the goal, and the pace of a new roadmap. Raises InvalidInput."""
    from_goal: list[Literal["hours_per_week", "deadline"]] = []
    goal = preferences.learning_goal
    changes: dict[str, Any] = {}
    if "available_hours_per_week" not in preferences.model_fields_set and (hours := hours_in(goal)) is not None:
        changes["available_hours_per_week"] = hours
        from_goal.append("hours_per_week")
    words: str | None = (preferences.target_deadline or "").strip() or None
    if words is None and (words := deadline_in(goal, today)) is not None:
        changes["target_deadline"] = words
        from_goal.append("deadline")
    completed = preferences.model_copy(update=changes)
    return completed, Pace(
        hours_per_week=completed.available_hours_per_week,
        deadline_words=words,
        deadline=None if words is None else dated(words, today),
        asked_on=today,
        time_zone=time_zone,
        from_goal=tuple(from_goal),
    )


def hours_left(framework: Framework | None, done: Collection[str] = ()) -> float:
    """Return the hours of the concepts that are not `done` (ids); stored values that are not finite count as 0."""
    concepts = framework.concepts() if framework else []
    hours = (concept.estimated_hours for concept in concepts if concept.concept_id not in done)
    return sum(number for number in hours if math.isfinite(number) and number > 0)


def weeks_of_study(hours: float, hours_per_week: float) -> int:
    """Return how many weeks `hours` of study take, counted in whole minutes like the weekly plan."""
    return math.ceil(round(60 * hours) / round(60 * hours_per_week))


def stored_pace(stored: Any, preferences: Any, asked_on: date) -> Pace:
    """Return the stored pace, or for an older roadmap the pace of its request's preferences, read as of `asked_on`."""
    try:
        return Pace.model_validate(stored)
    except ValueError:
        pass
    request = preferences if isinstance(preferences, dict) else {}
    hours, words = request.get("available_hours_per_week"), request.get("target_deadline")
    usable = isinstance(hours, int | float) and 1 <= hours <= 168
    words = words if isinstance(words, str) and words.strip() else None
    return Pace(
        hours_per_week=hours if usable else 5,
        deadline_words=words,
        deadline=read_deadline(words, asked_on),
        asked_on=asked_on,
    )
