from domain.course.book import CourseBook
from domain.course.drafts import numbered, shared_part
from rendering.documents.book_document import book_document, book_lines
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import roadmap_document
from rendering.pages.markdown import TAGS, rendered
from tests.support.authors import concept_plans, course_book
from tests.support.html import dangers
from tests.support.manuscripts import manuscript
from tests.support.rows import framework
from tests.support.xss import XSS

FRAMEWORK = framework()


def book() -> CourseBook:
    shared = shared_part(course_book(["s-1"]), FRAMEWORK)
    plans = [numbered(concept_plans({one.concept_id: 60}).plans[0], one) for one in FRAMEWORK.concepts()]
    return shared.model_copy(update={"concepts": plans, "warnings": ["“C1” is thin."]})


def test_every_part_of_a_book_is_in_its_document() -> None:
    document = book_document(book(), FRAMEWORK)
    for said in (
        "# Course book: T",
        "- **move** (e4): What a player does in turn.",
        "## Running example: A game",
        "```python\nmoves = ['e4', 'e5']\n```",
        "- Python 3.12",
        "## Project: A club",
        "- **S**: Grow it.",
        "- “C1” is thin.",
        "### C1",
        "Teaches: c-1-1-1 alone.",
        "- can explain c-1-1-1",
        "min",
    ):
        assert said in document, said


def test_an_empty_book_is_a_document_too() -> None:
    assert book_document(CourseBook(), None) == "# Course book\n"


def test_a_fence_in_the_code_of_an_example_does_not_end_it() -> None:
    shared = book()
    assert shared.example is not None
    example = shared.example.model_copy(update={"code": "```\n<script>\n```", "language": "x y`"})
    document = book_document(shared.model_copy(update={"example": example}), FRAMEWORK)
    assert "````\n```\n<script>\n```\n````" in document


def test_no_text_of_a_book_becomes_markup_in_any_document() -> None:
    for attack in XSS:
        hostile = CourseBook.model_validate(
            {
                "glossary": [{"term": attack, "notation": attack, "meaning": attack}],
                "example": {"title": attack, "description": attack, "language": attack, "code": attack},
                "tools": [{"name": attack, "version": attack}],
                "project": {"title": attack, "description": attack, "steps": [{"stage_id": "s-1", "task": attack}]},
                "warnings": [attack],
                "concepts": [
                    {
                        "concept_id": "c-1-1-1",
                        "outcomes": [{"outcome_id": "o1", "text": attack}],
                        "teaches": attack,
                        "misconceptions": [attack, {"belief": f"{attack} ", "correction": attack}],
                        "lessons": [{"lesson_id": "l1", "title": attack, "minutes": 5}],
                    }
                ],
            }
        )
        html = rendered("\n".join(book_lines(hostile, FRAMEWORK, level=1)), prefix="book-").html
        assert list(dangers(html, TAGS)) == [], attack


def test_a_misconception_stands_in_quotation_marks_beside_its_correction() -> None:
    plan = {"concept_id": "c-1-1-1", "misconceptions": [{"belief": "It is.", "correction": "It is not."}, "It was."]}
    lines = list(book_lines(CourseBook.model_validate({"concepts": [plan]}), FRAMEWORK, level=1))
    assert lines[-4:-1] == ["", "- “It is.” It is not.", "- “It was.”"]


def test_exports_hold_the_book() -> None:
    with_book = manuscript(book=book())
    assert "## Course book" in roadmap_document(with_book)
    assert "## Course book" not in roadmap_document(manuscript())
    html = html_document(with_book)
    assert 'id="book"' in html
    assert "What a player does in turn." in html
    assert 'id="book"' not in html_document(manuscript())
