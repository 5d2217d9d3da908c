"""Deadlines become days, or nothing: every case is one that would have put a wrong date into a plan."""

import time
from datetime import date, timedelta

import pytest

from domain.pace.deadlines import MAX_DEADLINE_LENGTH, read_deadline, too_far, weeks_between
from tests.domain.pace.deadline_cases import NOT_READ, READ
from tests.support.deadlines import TODAY


def test_words_of_many_languages_are_the_day_that_they_name() -> None:
    wrong = {words: found for day, words in READ if str(found := read_deadline(words, TODAY)) != day}
    assert wrong == {}


def test_what_may_be_another_day_or_none_is_not_guessed() -> None:
    assert {words: found for words in NOT_READ if (found := read_deadline(words, TODAY)) is not None} == {}


@pytest.mark.parametrize(
    "around", ["{} or so", "maybe {}", "{} ago", "not {}", "<b>{}</b>", "{} {}", "x{}", "{}\x00", "\ud800{}"]
)
def test_words_around_a_deadline_are_not_skipped(around: str) -> None:
    read = [words for _, words in READ if read_deadline(around.format(words, words), TODAY) is not None]
    assert read in ([], ["today"]), "a sentence was read by one of its words"


@pytest.mark.parametrize("words", ["٣ months", "۳ months", "３ months", "３か月", "३ months", "\u200f3 months\u200f"])
def test_digits_of_other_scripts_are_digits(words: str) -> None:
    assert read_deadline(words, TODAY) == date(2027, 2, 28)


@pytest.mark.parametrize("words", ["3² months", "③ months", "Ⅲ months", "1,500 days", "3.555 months", "1e3 days"])
def test_what_looks_like_a_number_is_not_read_as_another_one(words: str) -> None:
    assert read_deadline(words, TODAY) is None


@pytest.mark.parametrize(
    ("today", "words", "day"),
    [
        (date(2027, 3, 31), "by March", date(2027, 3, 31)),
        (date(2027, 4, 1), "by March", date(2028, 3, 31)),
        (date(2028, 2, 28), "29 February", date(2028, 2, 29)),
        (date(2028, 3, 1), "29 February", date(2032, 2, 29)),
        (date(2027, 1, 31), "in 1 month", date(2027, 2, 28)),
        (date(2026, 12, 31), "next month", date(2027, 1, 31)),
        (date(2026, 12, 31), "今年年底", date(2026, 12, 31)),
    ],
)
def test_a_day_without_a_year_is_the_next_one_to_come(today: date, words: str, day: date) -> None:
    assert read_deadline(words, today) == day


@pytest.mark.parametrize(
    "words", ["in 3 months", "9999 years", "tomorrow", "next year", "明年", "next week", "by March"]
)
@pytest.mark.parametrize("today", [date.max, date.max - timedelta(days=40), date.min])
def test_the_ends_of_the_calendar_raise_nothing(words: str, today: date) -> None:
    assert isinstance(read_deadline(words, today), date | None)


def test_what_no_calendar_reaches_is_too_far() -> None:
    beyond = read_deadline("9999 years", TODAY)
    assert beyond is not None
    assert too_far(beyond, TODAY)
    assert not too_far(TODAY + timedelta(days=365 * 10), TODAY)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x" * (MAX_DEADLINE_LENGTH + 1), "in 3 months" + " " * MAX_DEADLINE_LENGTH, "\x00", "\ud800", "\u200f"],
)
def test_nothing_and_far_too_much_is_no_deadline(text: str) -> None:
    assert read_deadline(text, TODAY) is None


@pytest.mark.parametrize(
    "text", ["in a ", "and ", "1", "半", "bis zum ", "end of ", "3 months and ", "le ", "年", "с половиной "]
)
def test_reading_takes_no_longer_for_words_that_repeat(text: str) -> None:
    read_deadline("in 3 months", TODAY)
    repeated = (text * MAX_DEADLINE_LENGTH)[:MAX_DEADLINE_LENGTH]
    began = time.process_time()
    for _ in range(10):
        read_deadline(repeated, TODAY)
    assert (time.process_time() - began) / 10 < 0.05  # 1 ms on a quiet machine


def test_weeks_between_two_days_never_run_backwards() -> None:
    assert weeks_between(TODAY, TODAY + timedelta(days=10)) == 10 / 7
    assert weeks_between(TODAY, TODAY - timedelta(days=10)) == 0
