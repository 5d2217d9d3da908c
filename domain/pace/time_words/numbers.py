"""Numbers: digits, words, and the numerals of Chinese, Japanese and Korean."""

import re
from typing import Final

from domain.pace.time_words.tables import NUMBERS

CJK: Final = "〇零一二两兩三四五六七八九十百"
_VALUES: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_SINO_KOREAN: Final = str.maketrans("일이삼사오육칠팔구십백", "一二三四五六七八九十百")
_WORDS: Final = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
NUMBER: Final = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|[{CJK}]+|[일이삼사오육칠팔구십백]+|{_WORDS})"


def value_of(number: str) -> float | None:
    """Return the value of a number; None for numerals without a definite value ("三四": three or four)."""
    if number[0].isdigit():
        return float(number.replace(",", "."))
    if number in NUMBERS:
        return NUMBERS[number]
    return numeral(number.translate(_SINO_KOREAN))


def numeral(text: str) -> int | None:
    """Return the value of `十五` or `一百二十`; None for digits without units, which may be a year, range or typo."""
    match = re.fullmatch(
        r"(?:([一二两兩三四五六七八九])?百)?[零〇]?(?:([一二三四五六七八九])?十)?([零〇一二两兩三四五六七八九])?", text
    )
    if not text or match is None:
        return None
    hundreds = _VALUES[match[1] or "一"] * 100 if "百" in text else 0
    tens = _VALUES[match[2] or "一"] * 10 if "十" in text else 0
    return hundreds + tens + (_VALUES[match[3]] if match[3] else 0)


def year_of(text: str) -> int | None:
    """Return the year of `2027` or `二〇二七`."""
    if text.isdecimal():
        return int(text)
    if len(text) == 4 and all(char in _VALUES for char in text):
        return int("".join(str(_VALUES[char]) for char in text))
    return None
