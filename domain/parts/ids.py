"""Ids of parts, given by code when a content is saved: one stays while its text stays, and none is used again."""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from pydantic import Field, ValidationError

from domain.contents import Question, Quiz, Tutorial
from domain.parts.lessons import Chain
from domain.parts.sections import sections_of

_NUMBER: Final = re.compile(r"[a-z](\d{1,9})")


def with_question_ids(quiz: Quiz, earlier: Sequence[Any]) -> Quiz:
    """Return a quiz with ids for its questions. `earlier`: payloads of its former versions, newest first.

    A question is the same while its text and its options are, in any order.
    """
    before = [
        {question.question_id: _key(question) for question in former.questions} for former in _read(Quiz, earlier)
    ]
    ids = _ids("q", [_key(question) for question in quiz.questions], before)
    questions = [
        question.model_copy(update={"question_id": part_id})
        for question, part_id in zip(quiz.questions, ids, strict=True)
    ]
    return quiz.model_copy(update={"questions": questions})


class IdentifiedTutorial(Tutorial):
    """A lesson as it is stored: with the ids of its sections, in order. Older versions stored none."""

    section_ids: list[str] = Field(default_factory=list)


class IdentifiedChain(IdentifiedTutorial, Chain):
    """A chain of lessons as it is stored."""


def with_section_ids(tutorial: Tutorial, earlier: Sequence[Any]) -> IdentifiedTutorial:
    """Return a lesson with ids for its sections. `earlier`: payloads of its former versions, newest first."""
    before = [dict(section_ids(former)) for former in _read(IdentifiedTutorial, earlier)]
    texts = [section.text.strip() for section in sections_of(tutorial.content)]
    shape = IdentifiedChain if isinstance(tutorial, Chain) else IdentifiedTutorial
    return shape(**tutorial.model_dump(), section_ids=_ids("s", texts, before))


def section_ids(tutorial: IdentifiedTutorial) -> list[tuple[str, str]]:
    """Return the id and the text of each section; the ids are its numbers where an older version stored none."""
    sections = sections_of(tutorial.content)
    stored = tutorial.section_ids
    ids = stored if len(stored) == len(sections) else [section.part_id for section in sections]
    return [(part_id, section.text.strip()) for part_id, section in zip(ids, sections, strict=True)]


def _key(question: Question) -> Hashable:
    return question.question.strip(), tuple(sorted(question.options))


def _read(shape: Any, payloads: Sequence[Any]) -> list[Any]:
    """Return the payloads that have the shape; another version of the program may have written others."""
    known = []
    for payload in payloads:
        try:
            known.append(shape.model_validate(payload))
        except ValidationError:
            continue
    return known


def _ids(letter: str, keys: Sequence[Hashable], before: Sequence[Mapping[str, Hashable]]) -> list[str]:
    """Return an id for each key: that of the newest version which has the key, else the next number never used."""
    known: dict[Hashable, list[str]] = {}
    for version in reversed(before):
        known |= {key: [part_id for part_id, other in version.items() if other == key] for key in version.values()}
    used = [match for version in before for part_id in version if (match := _NUMBER.fullmatch(part_id))]
    number = max((int(match[1]) for match in used), default=0)
    ids: list[str] = []
    for key in keys:
        if known.get(key):
            ids.append(known[key].pop(0))
            continue
        number += 1
        ids.append(f"{letter}{number}")
    return ids
