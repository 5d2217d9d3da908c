"""How fast a roadmap is to be learned: hours a week, and a deadline that was read once, when it was asked for."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import InvalidInput
from domain.pace.deadlines import MAX_YEARS, read_deadline, too_far, weeks_between
from domain.pace.goal_pace import deadline_in, hours_in
from domain.request import Preferences

DEFAULT_ZONE: Final = "UTC"
MAX_ZONE: Final = 64
"""Characters of the name of a time zone."""


class Pace(BaseModel):
    """`deadline` is null where `deadline_words` name none for sure: it is ignored then, and that is said."""

    model_config = ConfigDict(frozen=True)

    hours_per_week: float = Field(ge=1, le=168, allow_inf_nan=False)
    deadline_words: str | None = None
    deadline: date | None = None
    asked_on: date
    """The day, in the learner's time zone, on which the words were read."""
    time_zone: str = DEFAULT_ZONE
    from_goal: tuple[Literal["hours_per_week", "deadline"], ...] = ()
    """What was read from the goal, since it was not given otherwise."""

    @property
    def weeks(self) -> float | None:
        """From the day of the request to the deadline: the same for all of a run, whenever it is resumed."""
        return None if self.deadline is None else weeks_between(self.asked_on, self.deadline)

    @property
    def is_misunderstood(self) -> bool:
        return self.deadline_words is not None and self.deadline is None


def read_zone(name: str) -> tzinfo:
    """A name of the IANA database, or an offset as `+05:30`. Raises InvalidInput."""
    unknown = InvalidInput(f"time_zone: {name[:MAX_ZONE]!a} is no time zone; give one as Europe/Berlin or +02:00.")
    if len(name) > MAX_ZONE:
        raise unknown
    try:
        if name[:1] in ("+", "-"):
            return _offset(name)
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:  # KeyError: ZoneInfoNotFoundError; OSError: a folder of them
        raise unknown from error


def _offset(name: str) -> timezone:
    hours, minutes = name[1:].split(":")
    if not (name.isascii() and hours.isdecimal() and minutes.isdecimal() and len(hours) == len(minutes) == 2):
        raise ValueError(name)
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if name[0] == "-" else offset)


def today_in(zone: str, now: datetime) -> date:
    """The day that it is in a stored time zone, that of UTC where this machine does not know it."""
    try:
        return now.astimezone(read_zone(zone)).date()
    except InvalidInput:
        return now.astimezone(UTC).date()


def dated(words: str, today: date) -> date | None:
    """The day of a deadline that is asked for now. Raises InvalidInput for a past one, and one too far away."""
    day = read_deadline(words, today)
    if day is None:
        return None
    if day < today:
        raise InvalidInput(f"The deadline {words[:60]!r} was {day}, which is past: give a later one.")
    if too_far(day, today):
        raise InvalidInput(f"The deadline {words[:60]!r} is more than {MAX_YEARS} years away: give a nearer one.")
    return day


def read_pace(preferences: Preferences, today: date, time_zone: str = DEFAULT_ZONE) -> tuple[Preferences, Pace]:
    """The pace of a new roadmap, and the preferences with what only the goal says. Raises InvalidInput."""
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
    read = preferences.model_copy(update=changes)
    return read, Pace(
        hours_per_week=read.available_hours_per_week,
        deadline_words=words,
        deadline=None if words is None else dated(words, today),
        asked_on=today,
        time_zone=time_zone,
        from_goal=tuple(from_goal),
    )


def stored_pace(stored: Any, preferences: Any, asked_on: date) -> Pace:
    """A pace as it was stored, else what the preferences of an older request come to, read as of their day."""
    try:
        return Pace.model_validate(stored)
    except ValueError:
        pass
    said = preferences if isinstance(preferences, dict) else {}
    hours, words = said.get("available_hours_per_week"), said.get("target_deadline")
    usable = isinstance(hours, int | float) and 1 <= hours <= 168
    words = words if isinstance(words, str) and words.strip() else None
    return Pace(
        hours_per_week=hours if usable else 5,
        deadline_words=words,
        deadline=read_deadline(words, asked_on),
        asked_on=asked_on,
    )
