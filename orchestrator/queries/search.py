"""Search inside a roadmap: names and descriptions of concepts, and their lessons."""

import re
from typing import Final, Literal

from domain.errors import InvalidInput
from domain.text.blank import is_blank
from orchestrator.queries.status import View
from repository.db.database import Session
from repository.roadmaps import roadmaps
from repository.roadmaps.search import lessons_with

MAX_QUERY_LENGTH: Final = 200
"""Characters of a search."""
_AROUND: Final = 80
"""Characters shown on each side of what was found."""


class Hit(View):
    """A concept that holds the searched words."""

    concept_id: str
    name: str
    found_in: Literal["name", "description", "lesson"]
    before: str
    """The words before what was found, then what was found as it is written, then the words after it."""
    found: str
    after: str


async def search(session: Session, roadmap_id: str, words: str, *, owner: str | None = None) -> list[Hit]:
    """Return the concepts of a roadmap that hold these words, in learning order; none for no words.

    Raises NotFound, and InvalidInput for too many words.
    """
    searched = " ".join(words.split())
    if len(searched) > MAX_QUERY_LENGTH:
        raise InvalidInput(f"q: at most {MAX_QUERY_LENGTH} characters.")
    framework = roadmaps.framework_of(await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner))
    if is_blank(searched):
        return []
    lessons = {found.concept_id: found.text for found in await lessons_with(session, roadmap_id, searched)}
    hits = []
    for concept in framework.concepts():
        places: tuple[tuple[Literal["name", "description", "lesson"], str], ...] = (
            ("name", concept.name),
            ("description", concept.description),
            ("lesson", lessons.get(concept.concept_id, "")),
        )
        for place, text in places:
            if (match := re.search(re.escape(searched), text, re.IGNORECASE)) is not None:
                before, after = _end(text[: match.start()]), _start(text[match.end() :])
                hits.append(
                    Hit(
                        concept_id=concept.concept_id,
                        name=concept.name or concept.concept_id,
                        found_in=place,
                        before=before,
                        found=match[0],
                        after=after,
                    )
                )
                break
    return hits


def _end(text: str) -> str:
    line = " ".join(text[-3 * _AROUND :].split())
    short = line if len(line) <= _AROUND and len(text) <= 3 * _AROUND else "…" + line[-_AROUND:]
    return short + (" " if text[-1:].isspace() else "")


def _start(text: str) -> str:
    line = " ".join(text[: 3 * _AROUND].split())
    short = line if len(line) <= _AROUND and len(text) <= 3 * _AROUND else line[:_AROUND] + "…"
    return (" " if text[:1].isspace() else "") + short
