"""The contents that authors write for a concept."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

Text = Annotated[str, Field(min_length=1)]

MIN_QUESTIONS: Final = 3

Verification = Literal["verified", "unreachable", "unchecked"]
"""`verified`: the page exists and has this title. `unreachable`: no answer. `unchecked`: could not be checked."""


class Tutorial(BaseModel):
    title: Text
    summary: str
    content: str
    """Markdown."""
    estimated_completion_time: int = Field(ge=1, le=10_000)
    """Minutes."""
    language: str
    """The language that the author wrote in."""


class Resource(BaseModel):
    title: Text
    url: str
    type: str
    description: str
    relevance_score: float = Field(ge=0, le=1)
    language: str
    verification: SkipJsonSchema[Verification] = "unchecked"
    """The result of checking the link; set by code, never by an author."""
    checked_at: SkipJsonSchema[datetime | None] = None
    """When the link was checked."""

    @field_validator("verification", mode="before")
    @classmethod
    def _of_earlier_versions(cls, stored: Any) -> Any:
        return stored if stored in get_args(Verification) else "unchecked"


class Resources(BaseModel):
    resources: list[Resource]
    search_queries_used: list[str] = []


class Question(BaseModel):
    question_id: str
    question_type: Literal["single_choice", "multiple_choice", "true_false"]
    question: Text
    options: list[Text] = Field(json_schema_extra={"minItems": 2})
    correct_answer: list[int] = Field(json_schema_extra={"minItems": 1})
    """Indices of `options`."""
    explanation: str
    difficulty: Literal["easy", "medium", "hard"]


class Quiz(BaseModel):
    questions: list[Question] = Field(json_schema_extra={"minItems": MIN_QUESTIONS})
    """The schema gives the minimum to authors that support it; domain/checks verifies it for all."""


class OpenQuestion(BaseModel):
    """A question without its key."""

    question_id: str
    question_type: str
    question: str
    options: list[str]


class KeyAnswer(BaseModel):
    question_id: str
    correct_answer: list[int]
    """Indices of the options; empty if the question cannot be answered."""


class QuizKey(BaseModel):
    """The answers to a quiz by an author that does not know its key."""

    answers: list[KeyAnswer]


class FoundPage(BaseModel):
    """A search result; its texts are untrusted."""

    title: str
    url: str
    snippet: str = ""


Content = Tutorial | Resources | Quiz
