"""Marks of learners on concepts, and the concept to go on with."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from domain.framework import Concept, Framework


class ConceptMark(StrEnum):
    """A mark of a learner on a concept."""

    DONE = "done"
    KNOWN = "known"
    """Known before; it is never asked for repetition."""
    IN_PROGRESS = "in_progress"


LEARNED: Final = frozenset({ConceptMark.DONE, ConceptMark.KNOWN})
"""Marks of concepts that count as learned."""


def next_concept(framework: Framework, learned: Collection[str], begun: Collection[str] = ()) -> Concept | None:
    """Return the concept to go on with, or None where all are learned.

    It is the first in learning order whose prerequisites are learned, one that was begun before any other.
    Prerequisites that are no longer part of the roadmap do not count. Where each concept that is left waits for another
    one, it is the first.
    """
    present = {concept.concept_id for concept in framework.concepts()}
    left = [concept for concept in framework.concepts() if concept.concept_id not in learned]
    ready = [
        concept for concept in left if all(other in learned or other not in present for other in concept.prerequisites)
    ]
    open_now = [concept for concept in ready if concept.concept_id in begun] or ready or left
    return open_now[0] if open_now else None
