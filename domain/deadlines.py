"""How long a deadline in free words leaves. Only a span can be read; a date would need a clock."""

import re
from typing import Final

_DEADLINE = re.compile(
    r"(\d{1,3}|half|半|[一二两三四五六七八九十])\s*(?:an?\s+)?个?\s*(weeks?|months?|years?|星期|周|月|年)",
    re.IGNORECASE,
)
_NUMBERS: Final = {"half": 0.5, "半": 0.5, "两": 2} | {
    char: number for number, char in enumerate("一二三四五六七八九十", 1)
}
_WEEKS: Final = {"w": 1.0, "m": 4.33, "y": 52.0, "周": 1.0, "星": 1.0, "月": 4.33, "年": 52.0}


def weeks_until(deadline: str | None) -> float | None:
    """Weeks that a deadline like "in 3 months" or "半年" leaves; None where it names no span (a date needs a clock)."""
    found = _DEADLINE.search(deadline or "")
    if not found:
        return None
    number = float(found[1]) if found[1].isdecimal() else _NUMBERS[found[1].lower()]
    return number * _WEEKS[found[2][0].lower()] or None
