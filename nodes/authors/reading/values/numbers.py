"""Read numbers as models write them: with a unit, a percent sign, a decimal comma, or in words."""

import re
from dataclasses import dataclass
from math import floor, isfinite
from typing import Any, Final
from unicodedata import numeric

_HOURS: Final = r"h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|uur|uren|小时|小時|時間|시간|час(?:а|ов)?|ч\.?"
_MINUTES: Final = r"m|mins?\.?|minutes?|minuten|minutos?|minut[io]|minuut|分钟|分鐘|分|분|минут[аы]?|мин\.?"
_PER_HOUR: Final = 60
_UNIT_OF: Final = {"estimated_completion_time": "minutes"}
"""Fields whose name does not end with their unit."""

_NUMBER: Final = r"\d{1,15}(?:[.,]\d{1,15})?|\d{1,3}(?:[,' ]\d{3}){1,4}|[.]\d{1,15}"
_ABOUT: Final = r"(?:~|≈|ca\.?|circa|about|around|approx(?:\.|imately)?|roughly|约|約|etwa|environ|unos|около)?\s{0,5}"
_PLAIN: Final = re.compile(rf"([+-]?)({_NUMBER})")
_RANGE: Final = re.compile(rf"({_NUMBER})\s?(?:-|–|—|to|bis|à|至|~)\s?({_NUMBER})")
_PERCENT: Final = re.compile(rf"({_NUMBER})\s?(?:%|％|percent|per cent)", re.IGNORECASE)
_RATIO: Final = re.compile(rf"({_NUMBER})\s?(?:/|out of)\s?({_NUMBER})", re.IGNORECASE)
_TIMES: Final = re.compile(
    rf"(?:({_NUMBER})\s?(?:{_HOURS}))?(?:\s|,|and|und|et|y){{0,5}}(?:({_NUMBER})\s?(?:{_MINUTES}))?", re.IGNORECASE
)
_CLOCK: Final = re.compile(r"(\d{1,3})\s?(?:h|:(?=\d\d:\d\d))\s?([0-5]\d)(?::[0-5]\d)?", re.IGNORECASE)
"""`1h30` and `01:30:00`, not `1:30`, which may be minutes."""
_ISO: Final = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:0S)?", re.IGNORECASE)
_HALVES: Final = re.compile(r"(\d{1,3})?\s?([¼½¾])")
_REMARK: Final = re.compile(r"(?<=\w)(?:\s*\([^()\d]{0,40}\)|\s(?:in )?total)$", re.IGNORECASE)
_QUANTITY: Final = re.compile(rf"(.{{1,40}}?)\s?({_HOURS}|{_MINUTES}|)", re.IGNORECASE)
_IS_HOURS: Final = re.compile(_HOURS, re.IGNORECASE)
_WORDS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "sixty": 60,
    "ninety": 90, "half": 0.5, "half a": 0.5, "half an": 0.5, "one and a half": 1.5, "zero": 0,
}  # fmt: skip
MAX_LENGTH: Final = 60
"""Characters of a text that is a number; longer ones are sentences."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the numbers of a field mean."""

    name: str
    whole: bool
    most: float | None = None

    @property
    def unit(self) -> str:
        word = _UNIT_OF.get(self.name) or self.name.rpartition("_")[2]
        return word if word in {"hours", "minutes"} else ""


def read_number(answer: Any, scale: Scale) -> Any:
    """Return the number that an answer stands for on a scale; the answer itself where that is not certain."""
    value = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    if isinstance(value, dict) and isinstance(value.get("value"), int | float | str):
        value = f"{value['value']} {value['unit']}" if isinstance(value.get("unit"), str) else value["value"]
    if isinstance(value, str):
        value = _number_in(" ".join(value.split()), scale) if len(value) <= MAX_LENGTH else None
    if not isinstance(value, int | float):
        return answer
    return floor(value + 0.5) if isinstance(value, float) and isfinite(value) and scale.whole else value


def _number_in(text: str, scale: Scale) -> float | int | None:
    text = _HALVES.sub(_in_decimals, _REMARK.sub("", text))
    text = re.sub(rf"\A{_ABOUT}", "", text.strip("*_`\"' "), flags=re.IGNORECASE).rstrip(".!")
    if (plain := _PLAIN.fullmatch(text)) is not None:
        number = _float(plain[2])
        return -number if plain[1] == "-" else number
    if (percent := _PERCENT.fullmatch(text)) is not None:
        return _float(percent[1]) if scale.most == 100 else _float(percent[1]) / 100 if not scale.unit else None
    if (ratio := _RATIO.fullmatch(text)) is not None and scale.most is not None:
        return _float(ratio[1]) / _float(ratio[2]) * scale.most if _float(ratio[2]) else None
    return _time_in(text, scale.unit) if scale.unit else None


def _in_decimals(found: re.Match[str]) -> str:
    return f"{int(found[1] or 0) + numeric(found[2]):g}"


def _time_in(text: str, unit: str) -> float | None:
    """Return a length of time in a unit, also the middle of a range of them."""
    times = next((times for form in (_TIMES, _CLOCK, _ISO) if (times := form.fullmatch(text))), None)
    if times is not None and (times[1] or times[2]):
        minutes = _float(times[1] or "0") * _PER_HOUR + _float(times[2] or "0")
        return minutes if unit == "minutes" else minutes / _PER_HOUR
    quantity = _QUANTITY.fullmatch(text)
    if quantity is None:
        return None
    amount = _amount(quantity[1].strip())
    if amount is None or not quantity[2]:
        return amount
    given = "hours" if _IS_HOURS.fullmatch(quantity[2]) else "minutes"
    if given == unit:
        return amount
    return amount * _PER_HOUR if unit == "minutes" else amount / _PER_HOUR


def _amount(text: str) -> float | None:
    if (ends := _RANGE.fullmatch(text)) is not None:
        low, high = _float(ends[1]), _float(ends[2])
        return (low + high) / 2 if low < high else None
    return _WORDS.get(text.lower().removesuffix(" of"))


def _float(digits: str) -> float | int:
    """Return a number with a decimal point or comma; a comma, blank or apostrophe before three digits is none."""
    if re.fullmatch(r"\d{1,3}(?:[,' ]\d{3}){1,4}", digits) and not digits.startswith("0"):
        return int(re.sub(r"[,' ]", "", digits))
    number = float(digits.replace(",", "."))
    return int(number) if number.is_integer() and digits.isdigit() else number


def rescale(values: list[Any]) -> list[Any]:
    """Return numbers from 0 to 1 that were given from 0 to 100; unchanged unless one of them shows that."""
    numbers = [value for value in values if _is_number(value)]
    if not numbers or not 10 < max(numbers) <= 100 or min(numbers) < 0:
        return values
    return [value / 100 if _is_number(value) and value > 1 else value for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
