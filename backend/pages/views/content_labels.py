"""Names of each content type on the pages: one declaration per type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.vocabulary import ContentType


@dataclass(frozen=True, slots=True)
class ContentLabels:
    """Declaration of a content type for the pages."""

    name: str
    subject: str
    """The name in a sentence, with its article."""
    retry: str
    """Name of a run that writes one content of this type again."""


CONTENT_LABELS_OF: Final[Mapping[ContentType, ContentLabels]] = {
    ContentType.TUTORIAL: ContentLabels("Tutorial", "the tutorial", "Rewrite of a tutorial"),
    ContentType.RESOURCES: ContentLabels("Links", "the links", "New search for links"),
    ContentType.QUIZ: ContentLabels("Quiz", "the quiz", "Rewrite of a quiz"),
}
