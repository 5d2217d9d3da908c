"""What a plan under review does with contents, in words: warnings, what is written, what it costs."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from rendering.languages.translation import N_, _, ngettext
from rendering.text.estimate_text import price_text
from rendering.text.text import counted, one_line

_TYPES: Final = (N_("tutorial"), N_("resources"), N_("quiz"))
MAX_SHOWN: Final = 12
"""Concepts of one kind that are listed."""


class ContentLike(Protocol):
    """The part of a proposed content that is shown."""

    concept_id: str
    concept: str
    content_type: str
    wish: str
    version: int | None
    learned: bool


def proposed_lines(
    written: Sequence[ContentLike], rewritten: Sequence[ContentLike], reverted: Sequence[ContentLike]
) -> Iterator[str]:
    """Yield a line for each concept whose contents change, without new ones, which are only counted."""
    if written:
        concepts = len({content.concept_id for content in written})
        yield _(
            "New: {contents} of {concepts}.",
            contents=counted(len(written), "content"),
            concepts=counted(concepts, "concept"),
        )
    yield from _listed(_("Written again:"), rewritten)
    yield from _listed(_("Put back, at no cost:"), reverted)


def price_line(calls: int, minutes: float, dollars: float | None) -> str:
    """Return `About 9 calls, 3 minutes, about $0.05.`"""
    if calls == 0:
        return _("Nothing is bought.")
    return _(
        "About {calls}, {minutes}, {price}.",
        calls=counted(calls, "call"),
        minutes=counted(max(1, round(minutes)), "minute"),
        price=price_text(dollars),
    )


def _listed(heading: str, contents: Sequence[ContentLike]) -> Iterator[str]:
    by_concept: dict[str, list[ContentLike]] = {}
    for content in contents:
        by_concept.setdefault(content.concept_id, []).append(content)
    if not by_concept:
        return
    yield heading
    for concept_id, group in list(by_concept.items())[:MAX_SHOWN]:
        types = ", ".join(
            _(content.content_type)
            if content.version is None
            else _("{content_type} version {version}", content_type=_(content.content_type), version=content.version)
            for content in group
        )
        learned = f" ({_('learned')})" if group[0].learned else ""
        wishes = "; ".join(dict.fromkeys(one_line(content.wish, 300) for content in group if content.wish))
        yield f"  {concept_id}  {one_line(group[0].concept)}{learned}: {types}{f' — {wishes}' if wishes else ''}"
    if len(by_concept) > MAX_SHOWN:
        left = len(by_concept) - MAX_SHOWN
        yield "  " + ngettext("... and {number} more concept", "... and {number} more concepts", left)
