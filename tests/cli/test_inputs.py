import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.inputs import MAX_REQUEST_BYTES, read_request, user_filter, validate_id
from domain.errors import InvalidInput, NotFound


def written(folder: Path, request: Any) -> str:
    file = folder / "request.json"
    file.write_text(request if isinstance(request, str) else json.dumps(request), encoding="utf-8")
    return str(file)


def refusal(goal: str | None, file: str | None = None, **options: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_request(goal, file, options)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_options_fill_the_request() -> None:
    options = {"current_level": "advanced", "available_hours_per_week": "2.5", "user_id": "ann", "motivation": None}
    request = read_request("  learn Go ", None, options)
    assert request.preferences.learning_goal == "learn Go"
    assert request.preferences.current_level == "advanced"
    assert request.preferences.available_hours_per_week == 2.5
    assert request.preferences.motivation is None
    assert request.user_id == "ann"


def test_options_override_the_file(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {
            "user_id": "ann",
            "additional_context": "c",
            "preferences": {"learning_goal": "学习围棋", "current_level": "advanced", "industry": "games"},
        },
    )
    request = read_request(None, file, {"current_level": "beginner", "user_id": "bob"})
    assert request.preferences.current_level == "beginner"
    assert request.preferences.industry == "games"
    assert request.preferences.primary_language == "zh"
    assert (request.user_id, request.additional_context) == ("bob", "c")


def test_goal_argument_completes_a_file_without_goal(tmp_path: Path) -> None:
    assert read_request("learn Go", written(tmp_path, {}), {}).preferences.learning_goal == "learn Go"
    file = written(tmp_path, {"preferences": {"learning_goal": "learn Go"}})
    assert read_request("learn Go", file, {}).preferences.learning_goal == "learn Go"
    assert "give only one" in refusal("learn C", file)


def test_request_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf{"preferences":{"learning_goal":"x"}}'))
    )
    assert read_request(None, "-", {}).preferences.learning_goal == "x"


def test_a_bad_option_is_named(subtests: pytest.Subtests) -> None:
    for goal, options, said in [
        ("", {}, "GOAL: "),
        (" \t", {}, "GOAL: must not be blank"),
        ("x" * 2001, {}, "GOAL: String should have at most 2000"),
        ("a\x00b", {}, "GOAL: contains a NUL"),
        (os.fsdecode(b"a\xff"), {}, "GOAL: "),
        ("x", {"available_hours_per_week": "0.5"}, "--hours-per-week: "),
        ("x", {"available_hours_per_week": "169"}, "--hours-per-week: "),
        ("x", {"available_hours_per_week": "nan"}, "--hours-per-week: "),
        ("x", {"available_hours_per_week": "inf"}, "--hours-per-week: "),
        ("x", {"available_hours_per_week": "many"}, "--hours-per-week: "),
        ("x", {"current_level": "wizard"}, "--level: Input should be 'beginner', 'intermediate' or 'advanced'"),
        ("x", {"primary_language": "Klingon!"}, "--language: "),
        ("x", {"user_id": " "}, "--user: must not begin or end with a blank"),
        ("x", {"motivation": "\ud800"}, "--motivation: "),
        ("x", {"career_background": "y" * 4001}, "--background: "),
    ]:
        with subtests.test(goal=goal, options=options, said=said):
            assert refusal(goal, None, **options).startswith(said)


def test_a_bad_file_is_named_with_its_field(tmp_path: Path, subtests: pytest.Subtests) -> None:
    for request_, said in [
        ({"preferences": {}}, "preferences.learning_goal: Field required"),
        ({}, "preferences.learning_goal: Field required"),
        ({"preferences": "x"}, "preferences: must be an object"),
        ({"preferences": {"learning_goal": "x", "colour": 1}}, "preferences.colour: Extra inputs"),
        (
            {"preferences": {"learning_goal": "x", "content_preference": ["smell"]}},
            "preferences.content_preference.0: ",
        ),
        ({"preferences": {"learning_goal": "x\x00"}}, "preferences.learning_goal: contains a NUL"),
        ('{"preferences": {"learning_goal": "\\ud800"}}', "preferences.learning_goal: "),
        ({"preferences": {"learning_goal": "x"}, "user_id": 3}, "user_id: "),
        ("[]", "must contain an object"),
        ("", "is not JSON"),
        ('{"preferences": NaN', "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"user_id": ' + "1" * 5000 + "}", "is not JSON"),
    ]:
        with subtests.test(request_=request_, said=said):
            file = written(tmp_path, request_)
            line = refusal(None, file)
            assert line.startswith(file)
            assert said in line


def test_unusable_request_files_are_refused(tmp_path: Path) -> None:
    assert "Is a directory" in refusal(None, str(tmp_path))
    assert "No such file" in refusal(None, str(tmp_path / "missing"))
    assert "larger than" in refusal(None, "/dev/zero")
    assert "larger than" in refusal(None, written(tmp_path, " " * (MAX_REQUEST_BYTES + 1)))
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"preferences": {"learning_goal": "é"}}'.encode("latin-1"))
    assert "is not UTF-8" in refusal(None, str(latin))
    assert "cannot read" in refusal(None, "a\x00b")


def test_a_goal_is_required() -> None:
    assert "no learning goal" in refusal(None)


def test_an_impossible_id_is_not_found() -> None:
    assert validate_id("x:c-1-1-1", "roadmap") == "x:c-1-1-1"
    with pytest.raises(NotFound, match="There is no task"):
        validate_id(os.fsdecode(b"a\xff"), "task")


def test_a_user_filter_must_be_a_user() -> None:
    assert user_filter(None) is None
    assert user_filter("ann") == "ann"
    with pytest.raises(InvalidInput):
        user_filter(os.fsdecode(b"\xff"))
    with pytest.raises(InvalidInput):
        user_filter("")
