"""Flashcards of a course book."""

from domain.course.book import ConceptPlan, CourseBook, Misconception, Term
from domain.course.cards import flashcards_of

BOOK = CourseBook(
    glossary=[
        Term(term=" SVD ", meaning="Three factors.", notation="$U S V^T$"),
        Term(term="SVD", meaning="Said twice."),
        Term(term="rank"),
        Term(term="主键", meaning="唯一标识一行的列"),
    ],
    concepts=[
        ConceptPlan(
            concept_id="c-1",
            teaches="NULL is no value.",
            misconceptions=[
                Misconception(belief="NULL equals NULL.", correction="It compares as unknown."),
                Misconception(belief="NULL is zero."),
                Misconception(belief="  "),
            ],
        ),
        ConceptPlan(concept_id="gone", teaches="Anything.", misconceptions=[Misconception(belief="It is.")]),
        ConceptPlan(concept_id="c-2", misconceptions=[Misconception(belief="Nothing says why this is wrong.")]),
    ],
)


def test_a_card_has_two_sides_and_belongs_to_what_the_roadmap_has() -> None:
    cards = flashcards_of(BOOK, {"c-1": "NULL", "c-2": "Joins"})
    assert [(card.kind, card.front, card.concept_name) for card in cards] == [
        ("term", "SVD", None),
        ("term", "主键", None),
        ("misconception", "NULL equals NULL.", "NULL"),
        ("misconception", "NULL is zero.", "NULL"),
    ]
    assert len({card.card_id for card in cards}) == 4


def test_the_back_of_a_misconception_is_its_correction_and_in_older_books_what_the_concept_teaches() -> None:
    older = {"concepts": [{"concept_id": "c-1", "teaches": "NULL is no value.", "misconceptions": ["NULL is zero."]}]}
    for book, backs in ((BOOK, ["It compares as unknown.", "NULL is no value."]), (older, ["NULL is no value."])):
        cards = flashcards_of(CourseBook.model_validate(book), {"c-1": "NULL"})
        assert [card.back for card in cards if card.kind == "misconception"] == backs


def test_a_card_keeps_its_id_when_its_back_is_rewritten() -> None:
    rewritten = BOOK.model_copy(deep=True)
    rewritten.glossary[3].meaning = "另一种说法"
    names = {"c-1": "NULL"}
    assert [card.card_id for card in flashcards_of(rewritten, names)] == [
        card.card_id for card in flashcards_of(BOOK, names)
    ]
