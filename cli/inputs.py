"""Parse and validate arguments before anything is opened or written. Errors are InvalidInput, one line each."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.errors import InvalidInput, NotFound
from rendering.text.text import one_line

if TYPE_CHECKING:
    from pydantic import ValidationError

    from domain.course.book import CourseBook
    from domain.request import LearningRequest
    from orchestrator.commands.run_request import RetryRequest

MAX_REQUEST_BYTES: Final = 1_000_000
"""Size limit of a request file: a thousand times what a request needs."""

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
"""Fields of a request that the command line can set -> name of the argument or option."""


def read_request(goal: str | None, file: str | None, options: Mapping[str, str | None]) -> "LearningRequest":
    """Build a request from a `--request` file, from options, or from both; options override the file.

    file: a path, `-` for stdin.
    options: values by field name of OPTIONS, None if not given.
    Raises InvalidInput, naming the field or option.
    """
    from pydantic import ValidationError

    from domain.request import UNKNOWN_LANGUAGE, LearningRequest, usable_user_id
    from domain.text.language import is_language

    if goal is None and file is None:
        raise InvalidInput('no learning goal: give one, as in `roadmap create "learn to draw"`, or --request FILE')
    request = {} if file is None else _read_json(file)
    preferences = request.get("preferences", {})
    if not isinstance(preferences, dict):
        raise InvalidInput(f"{file}: preferences: must be an object")
    if goal is not None and preferences.get("learning_goal", goal) != goal:
        raise InvalidInput(f"the command line and {file} give different goals: give only one")
    fields = {name: value for name, value in {**options, "learning_goal": goal}.items() if value is not None}
    user = {"user_id": usable_user_id(fields.pop("user_id"), "--user")} if "user_id" in fields else {}
    try:
        read = LearningRequest.model_validate({**request, **user, "preferences": {**preferences, **fields}})
    except ValidationError as error:
        raise InvalidInput(_first_problem(error, file, {*fields, *user})) from error
    if user:
        usable_user_id(str(user["user_id"]), "--user")
    if "primary_language" in fields and not is_language(read.preferences.primary_language):
        raise InvalidInput(f"--language: {UNKNOWN_LANGUAGE.format(read.preferences.primary_language)}")
    return read


def language_note(request: "LearningRequest") -> str | None:
    """Return a note on the language guessed from the goal, None if it is certainly English.

    Call it only if the request names no language.
    """
    from domain.text.language import guess_goal_language

    guess = guess_goal_language(request.preferences.learning_goal)
    if guess.code == "en" and not guess.in_doubt:
        return None
    how = "not recognised from the goal, using" if guess.in_doubt else "guessed from the goal:"
    return f"Language {how} {guess.code}; `--language CODE` changes it."


def read_retry_request(
    file: str | None, *, instructions: str | None = None, user: str | None = None, lesson_id: str | None = None
) -> "RetryRequest":
    """Build the request of a retry from a `--request` file and options; options override the file.

    file: `{preferences?, instructions?}` as JSON; a path, `-` for stdin. Raises InvalidInput.
    """
    from pydantic import ValidationError

    from domain.request import LearningRequest, usable_user_id, usable_words
    from orchestrator.commands.requests import DEFAULT_USER
    from orchestrator.commands.run_request import RetryRequest

    document = {} if file is None else _read_json(file)
    if unknown := sorted(document.keys() - {"preferences", "instructions"}):
        raise InvalidInput(
            f"{file}: {one_line(unknown[0])!a}: unknown field; a retry takes preferences and instructions"
        )
    preferences, text = document.get("preferences") or {}, document.get("instructions")
    if not isinstance(preferences, dict):
        raise InvalidInput(f"{file}: preferences: must be an object")
    if text is not None and not isinstance(text, str):
        raise InvalidInput(f"{file}: instructions: must be a string")
    if instructions is not None:
        text = usable_words("--instructions", instructions)
    elif text is not None:
        text = usable_words(f"{file}: instructions", text)
    user_id = DEFAULT_USER if user is None else usable_user_id(user, "--user")
    try:  # validate as a creation with these preferences
        LearningRequest.model_validate({"preferences": {"learning_goal": "any", **preferences}})
    except ValidationError as error:
        raise InvalidInput(_first_problem(error, file, set())) from error
    lesson_id = None if lesson_id is None else validate_id(lesson_id, "lesson")
    return RetryRequest(user_id=user_id, preferences=preferences or None, instructions=text, lesson_id=lesson_id)


def _first_problem(error: "ValidationError", file: str | None, given: set[str]) -> str:
    from domain.request import UNKNOWN_LANGUAGE

    problems = error.errors()
    path: Sequence[int | str] = problems[0]["loc"]
    field = str(path[-1] if len(path) == 1 else path[1])
    where = OPTIONS[field] if field in given else f"{file}: {'.'.join(map(str, path))}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    message = problems[0]["msg"].removeprefix("Value error, ")
    if problems[0]["type"] == "string_pattern_mismatch" and field.endswith("_language"):
        message = UNKNOWN_LANGUAGE.format(str(problems[0]["input"])[:60])
    return f"{where}: {message}{more}"


def read_book(file: str) -> "CourseBook":
    """Read a course book as `roadmap book --json` prints it; a path, `-` for stdin. Raises InvalidInput."""
    from domain.course.edits import book_of_json

    try:
        return book_of_json(_read_json(file, example='{"glossary": [...], "concepts": [...]}'))
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}") from error


def _read_json(file: str, *, example: str = '{"preferences": {"learning_goal": "..."}}') -> dict[str, Any]:
    name = "standard input" if file == "-" else file
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            data = source.read(MAX_REQUEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidInput(f"cannot read {name}: {reason}") from error
    if len(data) > MAX_REQUEST_BYTES:
        raise InvalidInput(f"{name} is larger than {MAX_REQUEST_BYTES:,} bytes")
    try:
        request = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except RecursionError as error:
        raise InvalidInput(f"{name} is nested too deeply") from error
    except ValueError as error:
        raise InvalidInput(f"{name} is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise InvalidInput(f"{name} must contain an object: {example}")
    return request


def validate_id(identifier: str, kind: str) -> str:
    """Return the id. Raises NotFound for text that PostgreSQL cannot store: no row can have such an id."""
    if not _is_storable(identifier):
        shown = " ".join(identifier.split())
        raise NotFound(f"There is no {kind} {shown!a}.")
    return identifier


def user_filter(user: str | None) -> str | None:
    """Return the user id of a --user filter. Raises InvalidInput if no user can have it."""
    if user is not None and not (user and _is_storable(user)):
        raise InvalidInput("--user: not a valid user id")
    return user


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
