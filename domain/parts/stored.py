"""Findings about parts of an answer, once code has given the parts of the stored content their ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from domain.checks.code_runs import BlockRun
from domain.checks.findings import Finding
from domain.contents import Quiz, Tutorial
from domain.parts.ids import IdentifiedTutorial, section_ids
from domain.parts.sections import heading_lines, sections_of

T = TypeVar("T", Finding, BlockRun)


def ids_of(content: BaseModel) -> list[str]:
    """Return the ids of the parts of a content, in order."""
    if isinstance(content, IdentifiedTutorial):
        return [part_id for part_id, _ in section_ids(content)]
    if isinstance(content, Tutorial):
        return [section.part_id for section in sections_of(content.content)]
    return [question.question_id for question in content.questions] if isinstance(content, Quiz) else []


def with_stored_parts(about: Iterable[T], answer: BaseModel, stored: BaseModel) -> list[T]:
    """Return findings, or runs of code, about an answer with the ids that its parts have in the stored content."""
    before, after = ids_of(answer), ids_of(stored)
    renamed = dict(zip(before, after, strict=True)) if len(before) == len(after) else {}
    return [_renamed(one, renamed) for one in about]


def _renamed(one: T, renamed: Mapping[str, str]) -> T:
    part = renamed.get(one.part or "", one.part)
    if part == one.part:
        return one
    return one.model_copy(update={"part": part}) if isinstance(one, BlockRun) else replace(one, part=part)


class PlacedDoubt(NamedTuple):
    """A doubt that is stored with a content, and where it belongs."""

    rule: str
    message: str
    part: str | None
    heading: str | None
    """The heading of the section of a lesson that it is about, in Markdown."""
    line: int | None
    """The line of that heading in the lesson, from 0."""


def placed_doubts(doubts: Sequence[Mapping[str, Any]], payload: Any) -> list[PlacedDoubt]:
    """Return stored doubts with their places in a stored content, which another version may have written."""
    text = payload.get("content") if isinstance(payload, Mapping) else None
    places: dict[str, tuple[str, int]] = {}
    if isinstance(text, str) and any(doubt["part"] for doubt in doubts):
        sections, stored = sections_of(text), payload.get("section_ids")
        known = stored if isinstance(stored, list) and len(stored) == len(sections) else [s.part_id for s in sections]
        lines = heading_lines(text)
        places = {
            part_id: (section.heading, lines[section.part_id])
            for part_id, section in zip(known, sections, strict=True)
            if section.part_id in lines
        }
    nowhere = (None, None)
    return [
        PlacedDoubt(doubt["rule"], doubt["message"], doubt["part"], *places.get(doubt["part"] or "", nowhere))
        for doubt in doubts
    ]
