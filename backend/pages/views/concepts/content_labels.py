"""Names of each content type on the pages: one declaration per type, those of plug-ins by their noun."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.content_plugins import PLUGINS
from domain.content_types import CONTENT_SPECS
from domain.vocabulary import ContentType
from rendering.languages.translation import N_


@dataclass(frozen=True, slots=True)
class ContentLabels:
    """Declaration of a content type for the pages."""

    name: str
    heading: str
    """Heading of its section in the page of a concept; templates/contents/<type>.html writes the section."""
    noun: str
    """The name in a sentence, with its article."""
    retry: str
    """Name of a run that writes one content of this type again."""


def _by_noun(noun: str) -> ContentLabels:
    name = noun[0].upper() + noun[1:]
    return ContentLabels(name, name, f"the {noun}", f"New {noun}")


CONTENT_LABELS_OF: Final[Mapping[ContentType, ContentLabels]] = {
    ContentType.TUTORIAL: ContentLabels(N_("Tutorial"), N_("Tutorial"), N_("the tutorial"), N_("New tutorial")),
    ContentType.RESOURCES: ContentLabels(N_("Links"), N_("Further reading"), N_("the list of links"), N_("New links")),
    ContentType.QUIZ: ContentLabels(N_("Quiz"), N_("Quiz"), N_("the quiz"), N_("New quiz")),
    **{ContentType(name): _by_noun(CONTENT_SPECS[ContentType(name)].noun) for name in PLUGINS},
}
