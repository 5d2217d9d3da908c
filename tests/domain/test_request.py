import pytest
from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.request import LearningRequest, Preferences, usable_user_id


def test_only_the_goal_is_required() -> None:
    preferences = Preferences.model_validate({"learning_goal": "  play chess "})
    assert preferences.learning_goal == "play chess"
    assert preferences.available_hours_per_week == 5
    assert preferences.current_level == "beginner"
    assert preferences.primary_language == "en"


def test_the_language_is_guessed_from_the_goal_unless_it_is_given() -> None:
    assert Preferences.model_validate({"learning_goal": "学习钢琴"}).primary_language == "zh"
    given = Preferences.model_validate({"learning_goal": "学习钢琴", "primary_language": "en"})
    assert given.primary_language == "en"


def test_what_cannot_be_used_is_refused_by_its_field(subtests: pytest.Subtests) -> None:
    for field, value in [
        ("learning_goal", ""),
        ("learning_goal", " \t\n"),
        ("learning_goal", "x" * 2001),
        ("learning_goal", "a\x00b"),
        ("learning_goal", "a\ud800b"),
        ("learning_goal", 7),
        ("available_hours_per_week", 0),
        ("available_hours_per_week", 169),
        ("available_hours_per_week", float("nan")),
        ("available_hours_per_week", "many"),
        ("current_level", "expert"),
        ("content_preference", ["smell"]),
        ("motivation", "a\x00b"),
        ("primary_language", "not a code"),
        ("unknown_field", 1),
    ]:
        with subtests.test(field=field, value=value):
            with pytest.raises(ValidationError) as caught:
                LearningRequest.model_validate({"preferences": {"learning_goal": "chess", field: value}})
            assert caught.value.errors()[0]["loc"][:2] == ("preferences", field)


NOBODY = [" ann", "ann ", " ", "\tann", "ann\n", "\u00a0ann", "an\u00a0n", "\u3000ann", "an\u3000n", "a\u200bnn"]
HIDDEN = [
    "ann\u200d",
    "\ufeffann",
    "\u202eann",
    "a\u2060nn",
    "ann\u3164",
    "a\u00adnn",
    "ann\ufe0f",
    "a\x00",
    "\ud800",
    "",
]


def test_an_id_that_looks_like_anothers_is_refused_and_not_mended_into_it(subtests: pytest.Subtests) -> None:
    for user_id in [*NOBODY, *HIDDEN]:
        with subtests.test(user_id=user_id), pytest.raises(InvalidInput, match=r"^user_id: [^\n]+$"):
            usable_user_id(user_id)


@pytest.mark.parametrize("user_id", ["ann", "Ann Lee", "ann@example.org", "安娜", "auth0|5f7c", "anné", "x" * 200])
def test_an_id_is_taken_as_it_is(user_id: str) -> None:
    assert usable_user_id(user_id) == user_id


def test_a_stored_request_of_an_id_that_is_refused_today_is_still_read() -> None:
    stored = {"preferences": {"learning_goal": "chess"}, "user_id": " ann\u200b"}
    assert LearningRequest.model_validate(stored).user_id == " ann\u200b"
