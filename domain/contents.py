"""What authors write for a concept."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Text = Annotated[str, Field(min_length=1)]


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
    verification: Literal["unverified"] = "unverified"
    """Nobody has opened the link."""


class Resources(BaseModel):
    resources: list[Resource]
    search_queries_used: list[str] = []


class Question(BaseModel):
    question_id: str
    question_type: Literal["single_choice", "multiple_choice", "true_false"]
    question: Text
    options: list[Text]
    correct_answer: list[int]
    """Indices into `options`."""
    explanation: str
    difficulty: Literal["easy", "medium", "hard"]


class Quiz(BaseModel):
    questions: list[Question]


Content = Tutorial | Resources | Quiz
