"""The contents that authors write for a concept."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

Text = Annotated[str, Field(min_length=1)]

MIN_QUESTIONS: Final = 3

PLACE_FIELDS: Final = ("outcome", "heading")
"""Fields of a question that say what it belongs to; required of authors who are given outcomes, or a lesson."""

Verification = Literal["verified", "unreachable", "unchecked"]
"""`verified`: the page exists and has this title. `unreachable`: no answer. `unchecked`: could not be checked."""


def _is_empty(text: str) -> bool:
    return not text


class Tutorial(BaseModel):
    title: Text = Field(description="Title of the lesson, plain text.")
    summary: str = Field(description="One to three sentences, plain text.")
    content: str = Field(description="The lesson in Markdown, without its title.")
    estimated_completion_time: int = Field(
        ge=1, le=10_000, description="Minutes that reading and exercises take together, a whole number."
    )
    language: str = Field(description="Code of the language that the lesson is written in, such as en or pt-BR.")


class Resource(BaseModel):
    title: Text = Field(description="Title as the page or the cover has it.")
    url: str = Field(description="Address, with https://.")
    type: str = Field(description="One word, such as docs, book, course, video or article.")
    description: str = Field(description="What the learner finds there and what it is good for, one or two sentences.")
    relevance_score: float = Field(ge=0, le=1, description="From 0 (barely useful) to 1 (exactly this concept).")
    language: str = Field(description="Code of the language of the resource itself, such as en.")
    verification: SkipJsonSchema[Verification] = "unchecked"
    """The result of checking the link; set by code, never by an author."""
    checked_at: SkipJsonSchema[datetime | None] = None
    """When the link was checked."""

    @field_validator("verification", mode="before")
    @classmethod
    def _of_earlier_versions(cls, stored: Any) -> Any:
        return stored if stored in get_args(Verification) else "unchecked"


class Resources(BaseModel):
    resources: list[Resource] = Field(description="The most useful first.")
    search_queries_used: list[str] = Field(default=[], description="Words that were searched for; empty without any.")


class Question(BaseModel):
    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].extend(PLACE_FIELDS))
    question_id: str = Field(description="Id of the question within the quiz: q1, q2, ...")
    question_type: Literal["single_choice", "multiple_choice", "true_false"] = Field(
        description="single_choice and true_false have exactly one right option."
    )
    question: Text = Field(description="The question in Markdown, without its options.")
    options: list[Text] = Field(
        json_schema_extra={"minItems": 2}, description="Texts of the options, without letters or numbers before them."
    )
    correct_answer: list[int] = Field(
        json_schema_extra={"minItems": 1}, description="Indices of the right options, from 0."
    )
    explanation: str = Field(description="Why the right options are right, and the tempting wrong ones are not.")
    difficulty: Literal["easy", "medium", "hard"] = Field(description="For a learner who has read the lesson.")
    outcome: str = Field(
        default="",
        exclude_if=_is_empty,
        description="Id of the outcome of the concept that the question tests, such as o1. Every outcome is tested.",
    )
    heading: str = Field(
        default="",
        exclude_if=_is_empty,
        description="Heading of the section of `lesson` in which the answer is found, as it is written there.",
    )
    """Both are empty in quizzes that were written without a course book or a lesson."""

    @field_validator(*PLACE_FIELDS, mode="before")
    @classmethod
    def _is_named_in_words(cls, named: Any) -> Any:
        return named if isinstance(named, str) else ""


class Quiz(BaseModel):
    questions: list[Question] = Field(
        json_schema_extra={"minItems": MIN_QUESTIONS}, description="In the order in which they are asked."
    )
    """The schema gives the minimum to authors that support it; domain/checks verifies it for all."""


class OpenQuestion(BaseModel):
    """A question without its key."""

    question_id: str
    question_type: str
    question: str
    options: list[str]


class KeyAnswer(BaseModel):
    question_id: str = Field(description="Id of the question that is answered, as given.")
    correct_answer: list[int] = Field(
        description="Indices of the right options, from 0; empty if the question cannot be answered."
    )


class QuizKey(BaseModel):
    """The answers to a quiz by an author that does not know its key."""

    answers: list[KeyAnswer] = Field(description="One for every question.")


class FoundPage(BaseModel):
    """A search result; its texts are untrusted."""

    title: str
    url: str
    snippet: str = ""


Content = Tutorial | Resources | Quiz
