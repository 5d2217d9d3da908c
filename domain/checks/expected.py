"""What a content is measured by, beside its own shape."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked for, as far as code can check it."""

    hours: float = 1.0
    """Hours of study that the concept is given."""
    language: str | None = None
    """The language that the author must have written in; None where its author does not write every language."""
    given: str = ""
    """Words that the author was given: what they hold is no placeholder of the author's."""
