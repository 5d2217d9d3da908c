"""The expectations that a content is checked against, in addition to its shape."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """The expectations that code can check."""

    hours: float = 1.0
    """Hours of study planned for the concept."""
    language: str | None = None
    """The required language; None if the author does not support every language."""
    given: str = ""
    """The text that the author was given; phrases in it do not count as placeholders."""
