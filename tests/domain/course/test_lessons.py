from hypothesis import given
from hypothesis import strategies as st

from domain.course.book import MAX_LESSON_MINUTES, LessonPlan
from domain.course.lessons import MAX_SINGLE_LESSON_MINUTES, fitted_lessons, lessons_fit


def lessons(*minutes: int) -> list[LessonPlan]:
    return [LessonPlan(lesson_id=f"l{n}", title=f"T{n}", minutes=one) for n, one in enumerate(minutes, start=1)]


def test_lessons_that_fit_stay_as_they_are() -> None:
    for given_lessons, hours in ((lessons(60), 1.0), (lessons(40, 40, 30), 2.0), (lessons(75), 1.25)):
        assert fitted_lessons(given_lessons, hours) == given_lessons


def test_a_long_lesson_of_a_chain_is_cut_into_parts_with_its_title() -> None:
    parts = fitted_lessons(lessons(120), 2.0)
    assert [(one.lesson_id, one.title, one.minutes) for one in parts] == [
        ("l1", "T1 (1/3)", 40),
        ("l2", "T1 (2/3)", 40),
        ("l3", "T1 (3/3)", 40),
    ]


@given(st.lists(st.integers(-10, 100_000), max_size=80), st.floats(0.02, 200))
def test_whatever_an_author_plans_the_lessons_fill_the_hours_and_none_is_too_long(
    minutes: list[int], hours: float
) -> None:
    fitted = fitted_lessons(lessons(*minutes), hours)
    assert lessons_fit(fitted, hours)
    longest = max(one.minutes for one in fitted)
    assert longest <= MAX_LESSON_MINUTES or 60 * hours <= MAX_SINGLE_LESSON_MINUTES
    assert len({one.lesson_id for one in fitted}) == len(fitted)
