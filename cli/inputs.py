"""Reading what the caller gives, before anything is opened or written. All refusals are InvalidInput, in one line."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.errors import InvalidInput, NotFound
from rendering.text.text import one_line

if TYPE_CHECKING:
    from pydantic import ValidationError

    from domain.request import LearningRequest
    from orchestrator.commands.run_request import RetryRequest

MAX_REQUEST_BYTES: Final = 1_000_000
"""Bytes of a request file; a thousand times what a request needs."""

OPTIONS: Final = {
    "learning_goal": "GOAL",
    "current_level": "--level",
    "available_hours_per_week": "--hours-per-week",
    "motivation": "--motivation",
    "career_background": "--background",
    "target_deadline": "--deadline",
    "primary_language": "--language",
    "user_id": "--user",
}
"""Fields of a request that the command line can fill, and how they are called there."""


def read_request(goal: str | None, file: str | None, options: Mapping[str, str | None]) -> "LearningRequest":
    """The request of a `--request` file (`-`: stdin), of the options, or of both: options override the file.

    `options`: values of OPTIONS by field, None where not given. Raises InvalidInput that names the field or option.
    """
    from pydantic import ValidationError

    from domain.request import UNKNOWN_LANGUAGE, LearningRequest, usable_user_id
    from domain.text.language import is_language

    if goal is None and file is None:
        raise InvalidInput('say what is to be learned: roadmap create "learn to draw", or give --request FILE')
    request = {} if file is None else _read_json(file)
    preferences = request.get("preferences", {})
    if not isinstance(preferences, dict):
        raise InvalidInput(f"{file}: preferences: must be an object")
    if goal is not None and preferences.get("learning_goal", goal) != goal:
        raise InvalidInput(f"the goal stands both on the command line and in {file}: give it once")
    given = {name: value for name, value in {**options, "learning_goal": goal}.items() if value is not None}
    user = {"user_id": given.pop("user_id")} if "user_id" in given else {}
    try:
        read = LearningRequest.model_validate({**request, **user, "preferences": {**preferences, **given}})
    except ValidationError as error:
        raise InvalidInput(_first_problem(error, file, {*given, *user})) from error
    if user:
        usable_user_id(str(user["user_id"]), "--user")
    if "primary_language" in given and not is_language(read.preferences.primary_language):
        raise InvalidInput(f"--language: {UNKNOWN_LANGUAGE.format(read.preferences.primary_language)}")
    return read


def language_note(request: "LearningRequest") -> str | None:
    """What to say of a language that was guessed and may be wrong; call it where none was given."""
    from domain.text.language import guess_goal_language

    guess = guess_goal_language(request.preferences.learning_goal)
    if guess.code == "en" and not guess.in_doubt:
        return None
    how = "not understood from the goal, so taken as" if guess.in_doubt else "guessed from the goal:"
    return f"Language {how} {guess.code}; `--language CODE` changes it."


def read_retry_request(file: str | None, *, instructions: str | None = None, user: str | None = None) -> "RetryRequest":
    """What a retry is asked for: `{preferences?, instructions?}` of a `--request` file (`-`: stdin), and options."""
    from pydantic import ValidationError

    from domain.request import LearningRequest, usable_text
    from orchestrator.commands.requests import DEFAULT_USER
    from orchestrator.commands.run_request import RetryRequest

    asked = {} if file is None else _read_json(file)
    if unknown := sorted(asked.keys() - {"preferences", "instructions"}):
        raise InvalidInput(f"{file}: {one_line(unknown[0])!a}: a retry has preferences and instructions only")
    preferences, written = asked.get("preferences") or {}, asked.get("instructions")
    if not isinstance(preferences, dict):
        raise InvalidInput(f"{file}: preferences: must be an object")
    if written is not None and not isinstance(written, str):
        raise InvalidInput(f"{file}: instructions: must be a text")
    if instructions is not None:
        written = usable_text("--instructions", instructions)
    elif written is not None:
        written = usable_text(f"{file}: instructions", written)
    given = set() if user is None else {"user_id"}
    try:  # as the creation's would read with these in their place
        request = {"preferences": {"learning_goal": "any", **preferences}, "user_id": user}
        user_id = LearningRequest.model_validate(request).user_id or DEFAULT_USER
    except ValidationError as error:
        raise InvalidInput(_first_problem(error, file, given)) from error
    return RetryRequest(user_id=user_id, preferences=preferences or None, instructions=written)


def _first_problem(error: "ValidationError", file: str | None, given: set[str]) -> str:
    from domain.request import UNKNOWN_LANGUAGE

    problems = error.errors()
    path: Sequence[int | str] = problems[0]["loc"]
    field = str(path[-1] if len(path) == 1 else path[1])
    where = OPTIONS[field] if field in given else f"{file}: {'.'.join(map(str, path))}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    said = problems[0]["msg"].removeprefix("Value error, ")
    if problems[0]["type"] == "string_pattern_mismatch" and field.endswith("_language"):
        said = UNKNOWN_LANGUAGE.format(str(problems[0]["input"])[:60])
    return f"{where}: {said}{more}"


def _read_json(file: str) -> dict[str, Any]:
    name = "standard input" if file == "-" else file
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            data = source.read(MAX_REQUEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidInput(f"cannot read the request {name}: {reason}") from error
    if len(data) > MAX_REQUEST_BYTES:
        raise InvalidInput(f"{name} is larger than {MAX_REQUEST_BYTES:,} bytes: that is no request")
    try:
        request = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except RecursionError as error:
        raise InvalidInput(f"{name} is nested too deeply: that is no request") from error
    except ValueError as error:
        raise InvalidInput(f"{name} is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise InvalidInput(f'{name} must hold an object: {{"preferences": {{"learning_goal": "..."}}}}')
    return request


def validate_id(identifier: str, kind: str) -> str:
    """The id, unless no roadmap or task can have it: then there is none, and PostgreSQL need not be asked."""
    if not _is_storable(identifier):
        shown = " ".join(identifier.split())
        raise NotFound(f"There is no {kind} {shown!a}.")
    return identifier


def user_filter(user: str | None) -> str | None:
    """Raises InvalidInput for what no user can be called."""
    if user is not None and not (user and _is_storable(user)):
        raise InvalidInput("--user: that is no user id")
    return user


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
