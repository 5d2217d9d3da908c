"""The parts of a course book as an author writes them."""

import pytest

from domain.course.book import Term
from domain.course.drafts import notation_of


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        (r"p(\theta \mid y)", r"$p(\theta \mid y)$"),
        (" y^{rep}\n", "$y^{rep}$"),
        (r"$\theta$", r"$\theta$"),
        (r"$$\theta$$", r"$$\theta$$"),
        (r"`C:\temp`", r"`C:\temp`"),
        ("book_id", "book_id"),
        ("[a, b]", "[a, b]"),
        (r"\d+", r"\d+"),
        (r"C:\temp\logs", r"C:\temp\logs"),
        ("{year}_{month}", "{year}_{month}"),
        ("", ""),
    ],
)
def test_tex_without_dollar_signs_gets_them(notation: str, expected: str) -> None:
    assert notation_of(Term(term="posterior", notation=notation)) == expected
