"""Flashcards of a course book."""

from domain.course.book import ConceptPlan, CourseBook, Term
from domain.course.cards import flashcards_of

BOOK = CourseBook(
    glossary=[
        Term(term=" SVD ", meaning="Three factors.", notation="$U S V^T$"),
        Term(term="SVD", meaning="Said twice."),
        Term(term="rank"),
        Term(term="主键", meaning="唯一标识一行的列"),
    ],
    concepts=[
        ConceptPlan(concept_id="c-1", teaches="NULL is no value.", misconceptions=["NULL equals NULL.", "  "]),
        ConceptPlan(concept_id="gone", teaches="Anything.", misconceptions=["It is."]),
        ConceptPlan(concept_id="c-2", misconceptions=["Nothing says why this is wrong."]),
    ],
)


def test_a_card_has_two_sides_and_belongs_to_what_the_roadmap_has() -> None:
    cards = flashcards_of(BOOK, {"c-1": "NULL", "c-2": "Joins"})
    assert [(card.kind, card.front, card.concept_name) for card in cards] == [
        ("term", "SVD", None),
        ("term", "主键", None),
        ("misconception", "NULL equals NULL.", "NULL"),
    ]
    assert len({card.card_id for card in cards}) == 3


def test_a_card_keeps_its_id_when_its_back_is_rewritten() -> None:
    rewritten = BOOK.model_copy(deep=True)
    rewritten.glossary[3].meaning = "另一种说法"
    names = {"c-1": "NULL"}
    assert [card.card_id for card in flashcards_of(rewritten, names)] == [
        card.card_id for card in flashcards_of(BOOK, names)
    ]
