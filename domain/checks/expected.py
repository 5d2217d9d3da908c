"""The expectations that a content is checked against, in addition to its shape."""

from dataclasses import dataclass

from domain.course.book import ConceptPlan


@dataclass(frozen=True, slots=True)
class Subject:
    """A concept as its name, description and keywords describe it."""

    name: str
    description: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """The expectations that code can check. The defaults expect nothing."""

    hours: float = 1.0
    """Hours of study planned for the concept."""
    language: str | None = None
    """The required language; None for the worksheets of an author that does not write every language."""
    given: str = ""
    """The text that the author was given; phrases in it do not count as placeholders."""
    subject: Subject | None = None
    """The concept that the content is about."""
    others: tuple[Subject, ...] = ()
    """The other concepts of the roadmap."""
    lesson: str = ""
    """The lesson that a quiz is about, in Markdown; empty where there is none at hand."""
    plan: ConceptPlan | None = None
    """What the course book says about the concept; None without a book."""
    example: str = ""
    """The code of the example that the lessons of the course share."""
    planned_minutes: int | None = None
    """Minutes that the course book plans for the lesson; None where it plans none."""
