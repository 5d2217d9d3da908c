"""Flashcards for spaced repetition, made from the course book: one for each term and each misconception."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel

from domain.course.book import CourseBook


class Flashcard(BaseModel):
    """A card. Its texts are in the language of the course."""

    card_id: str
    """The same as long as its front is, so that a learner's progress with it can be kept elsewhere."""
    kind: Literal["term", "misconception"]
    front: str
    """A term, or a statement that is wrong."""
    back: str
    """The meaning and notation of the term, or what is true instead; in older books, what the concept teaches."""
    concept_id: str | None
    """The concept of a misconception; null for a term, which belongs to the whole course."""
    concept_name: str | None


def flashcards_of(book: CourseBook, names: Mapping[str, str]) -> list[Flashcard]:
    """Return the cards of a book. `names`: names of the concepts that the roadmap has, by id."""
    cards = {card.card_id: card for card in (*_terms(book), *_misconceptions(book, names)) if card.front and card.back}
    return list(cards.values())


def _terms(book: CourseBook) -> Iterator[Flashcard]:
    for term in book.glossary:
        meaning = "\n\n".join(text.strip() for text in (term.meaning, term.notation) if text.strip())
        yield _card("term", term.term, meaning)


def _misconceptions(book: CourseBook, names: Mapping[str, str]) -> Iterator[Flashcard]:
    for plan in book.concepts:
        if plan.concept_id in names:
            for one in plan.misconceptions:
                back = one.correction if one.correction.strip() else plan.teaches
                yield _card("misconception", one.belief, back, plan.concept_id, names[plan.concept_id])


def _card(
    kind: Literal["term", "misconception"],
    front: str,
    back: str,
    concept_id: str | None = None,
    concept_name: str | None = None,
) -> Flashcard:
    front = front.strip()
    identity = "\n".join((kind, concept_id or "", front))
    return Flashcard(
        card_id=sha256(identity.encode("utf-8", "replace")).hexdigest()[:16],
        kind=kind,
        front=front,
        back=back.strip(),
        concept_id=concept_id,
        concept_name=concept_name,
    )
