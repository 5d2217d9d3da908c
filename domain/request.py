"""Requests of learners, and the intent that an author reads in them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.config import JsonDict

from domain.errors import InvalidInput
from domain.text.blank import is_blank, is_invisible
from domain.text.language import guess_goal_language, is_language

Level = Literal["beginner", "intermediate", "advanced"]
ContentPreference = Literal["visual", "text", "audio", "hands_on"]

MAX_GOAL_LENGTH = 2000
MAX_TEXT_LENGTH = 4000
MAX_WORDS_LENGTH: Final = 20_000
"""Characters of instructions, wishes and feedback: prompts hold them whole, so this bounds what every call costs."""
UNKNOWN_LANGUAGE: Final = "unknown language {!r}; give a code such as en, zh or pt-BR"


def _storable(text: str) -> str:
    """Refuse NUL and lone surrogates, which PostgreSQL cannot store."""
    if "\x00" in text:
        raise ValueError("contains a NUL character; remove it")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("contains a lone surrogate, which is not a character; remove it")
    return text


def _not_blank(text: str) -> str:
    """Refuse blank text. Stored requests are validated again, so stricter rules belong into `check_words`."""
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


def _visible_name(text: str) -> str:
    """Refuse ids with invisible characters or surrounding blanks, so that no two different ids look alike."""
    if text != text.strip():
        raise ValueError("must not begin or end with a blank")
    for char in text:
        if char != " " and is_invisible(char):
            raise ValueError(f"must not contain U+{ord(char):04X}, which is invisible or looks like a blank")
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH), AfterValidator(_storable)]
Words = Annotated[str, Field(max_length=MAX_WORDS_LENGTH), AfterValidator(_storable)]
"""What a person asks for in their own words."""
Word = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Goal = Annotated[
    str, Field(min_length=1, max_length=MAX_GOAL_LENGTH), AfterValidator(_storable), AfterValidator(_not_blank)
]
StoredUserId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
"""A user id of a stored request; older versions checked it less."""
UserId = Annotated[StoredUserId, AfterValidator(_visible_name)]
"""A user id from outside."""
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


def check_words(name: str, text: str) -> None:
    """Raise InvalidInput for a required text without visible characters."""
    if is_blank(text):
        raise InvalidInput(f"{name}: must not be blank.")


def usable_text(name: str, text: str) -> str:
    """Return a user's text as it is stored. Raises InvalidInput with the name of the field."""
    return _usable(name, text, _TEXT)


def usable_words(name: str, text: str) -> str:
    """Return instructions or feedback as they are stored. Raises InvalidInput with the name of the field."""
    return _usable(name, text, _WORDS)


_TEXT: Final[TypeAdapter[str]] = TypeAdapter(Annotated[Text, AfterValidator(_not_blank)])
_WORDS: Final[TypeAdapter[str]] = TypeAdapter(Annotated[Words, AfterValidator(_not_blank)])


def _usable(name: str, text: str, shape: TypeAdapter[str]) -> str:
    check_words(name, text)
    try:
        return shape.validate_python(text)
    except ValidationError as error:
        raise InvalidInput(f"{name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}.") from error


def check_languages(preferences: Mapping[str, Any]) -> None:
    """Check the language codes of a new request; stored requests are read without this check.

    Raises InvalidInput with the name of the field.
    """
    for field in ("primary_language", "secondary_language"):
        code = preferences.get(field)
        if code and not is_language(str(code)):
            raise InvalidInput(f"preferences.{field}: {UNKNOWN_LANGUAGE.format(code)}.")


def usable_user_id(user_id: str, name: str = "user_id") -> str:
    """Return a valid user id unchanged. Raises InvalidInput with the field `name`."""
    try:
        return TypeAdapter(UserId).validate_python(user_id)
    except ValidationError as error:
        raise InvalidInput(f"{name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}.") from error


class Shape(BaseModel):
    """Base of requests: unknown fields are refused, and values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Preferences(Shape):
    """The goal and the background of a learner. Only `learning_goal` is required."""

    learning_goal: Goal
    available_hours_per_week: float = Field(default=5, ge=1, le=168, allow_inf_nan=False)
    current_level: Level = "beginner"
    motivation: Text | None = None
    career_background: Text | None = None
    content_preference: list[ContentPreference] = Field(default_factory=list, max_length=4)
    target_deadline: Word | None = None
    industry: Word | None = None
    current_role: Word | None = None
    tech_stack: Text | None = None
    primary_language: LanguageCode = Field(
        default_factory=str,  # keeps the default out of schemas, since it does not match the pattern
        description="Guessed from the goal if absent or empty.",
    )
    secondary_language: LanguageCode | None = None

    @model_validator(mode="before")
    @classmethod
    def _language_of_the_goal(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("primary_language") and isinstance(data.get("learning_goal"), str):
            return {**data, "primary_language": guess_goal_language(data["learning_goal"]).code}
        return data


class LearningRequest(Shape):
    """A request for a roadmap."""

    preferences: Preferences
    user_id: StoredUserId | None = None
    session_id: Word | None = None
    additional_context: Text | None = None


_WEIGHTS: Final[JsonDict] = {
    "properties": {name: {"type": "number", "description": "Its part of 1."} for name in get_args(ContentPreference)},
    "required": list(get_args(ContentPreference)),
    "additionalProperties": False,
}
"""The schema for authors. Without fixed names, a model could add properties endlessly."""


class Intent(BaseModel):
    """The request as an author understood it."""

    parsed_goal: str = Field(description="What the learner wants to be able to do, one or two sentences.")
    key_technologies: list[str] = Field(description="Subjects, tools or techniques that it takes, by name.")
    difficulty_profile: str = Field(description="How hard the way is for this learner, one sentence.")
    time_constraint: str = Field(description="Hours a week and weeks until the deadline, one sentence.")
    recommended_focus: list[str] = Field(description="What to spend the most time on, a few words each.")
    user_profile_summary: str = Field(description="What the learner brings along, one to three sentences.")
    skill_gap_analysis: list[str] = Field(description="What is missing so far, one sentence each.")
    personalized_suggestions: list[str] = Field(description="Advice for this learner, one sentence each.")
    estimated_learning_path_type: str = Field(description="A few words, such as project-based or exam preparation.")
    content_format_weights: dict[str, float] = Field(
        json_schema_extra=_WEIGHTS, description="Parts of 1 that the formats get; together they are 1."
    )
