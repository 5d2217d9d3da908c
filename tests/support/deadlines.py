"""Days that tests of deadlines stand on."""

from datetime import UTC, date, datetime

from domain.pace.deadlines import read_deadline, weeks_between

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def weeks_of(words: str | None) -> float | None:
    """Weeks from `TODAY` to a deadline in words."""
    deadline = read_deadline(words, TODAY)
    return None if deadline is None else weeks_between(TODAY, deadline)
