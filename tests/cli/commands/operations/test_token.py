from datetime import UTC, datetime, timedelta

import pytest

from cli.commands.operations.token import _parse_expiry
from domain.errors import InvalidInput


@pytest.mark.parametrize(("text", "after"), [("12h", 12), ("30d", 720), ("4w", 672)])
def test_a_lifetime_is_hours_days_or_weeks(text: str, after: int) -> None:
    assert abs(_parse_expiry(text) - datetime.now(UTC) - timedelta(hours=after)) < timedelta(minutes=1)


def test_a_date_is_in_the_local_time_zone() -> None:
    assert _parse_expiry("2031-01-31").tzinfo is not None
    assert _parse_expiry("2031-01-31T10:00:00Z") == datetime(2031, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "d", "-1d", "1.5d", "soon", "99999999999d", "9999w", "٣d"])
def test_an_invalid_expiry_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--expires"):
        _parse_expiry(text)
