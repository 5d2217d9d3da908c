"""The answer of a critic, who reads a content that another author has written."""

from typing import Any, get_args

from pydantic import BaseModel, Field, field_validator

from domain.editing.review import Severity


class Remark(BaseModel):
    """One fault that a critic names."""

    quote: str = Field(
        description="The faulty passage, copied letter by letter from one text of the content: as short as possible, "
        "and long enough to stand there only once."
    )
    problem: str = Field(description="What is wrong and why, in one or two sentences for the reader.")
    severity: Severity = Field(
        default="critical", description="critical: a learner would learn something false, or could not go on."
    )
    mend: str = Field(
        default="",
        description="The text that takes the place of the quote, and of nothing else; empty if you are not certain.",
    )

    @field_validator("severity", mode="before")
    @classmethod
    def _is_critical_if_unknown(cls, named: Any) -> Any:
        return named if named in get_args(Severity) else "critical"


class Critique(BaseModel):
    """The faults of one content."""

    findings: list[Remark] = Field(description="The gravest first; empty where nothing is wrong.")
