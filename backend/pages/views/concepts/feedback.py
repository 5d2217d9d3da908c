"""What readers call wrong: the places of a content, and reports."""

from typing import Final

from markupsafe import Markup

from backend.pages.views.concepts.concept import ContentPart, QuizPart, ResourcesPart, TutorialPart
from orchestrator.learners.feedback import Report
from rendering.languages.translation import _

MAX_PLACE_LENGTH: Final = 120
"""Characters."""


def instruction_of(report: Report) -> str:
    """Return what a retry of the content is told."""
    return f"{report.part}: {report.words}" if report.part else report.words


def places_of(part: ContentPart) -> tuple[str, ...]:
    """Return the questions, links or sections of a content in words, which also say a model what is meant."""
    match part:
        case QuizPart():
            questions = enumerate(part.questions or (), start=1)
            return tuple(
                _short(_("Question {number}: {text}", number=number, text=_plain(one.text)))
                for number, one in questions
            )
        case ResourcesPart():
            return tuple(_short(_("Link: {title}", title=_plain(link.title))) for link in part.items or ())
        case TutorialPart():
            return tuple(_short(_("Section: {title}", title=heading.text)) for heading in part.contents_table)
        case _:
            return ()


def _plain(html: Markup) -> str:
    return html.striptags()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_PLACE_LENGTH else line[: MAX_PLACE_LENGTH - 1] + "…"
