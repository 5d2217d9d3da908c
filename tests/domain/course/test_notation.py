"""The glossary and how a lesson writes its entries: another notation is found, and ordinary prose passes."""

import pytest

from domain.course.book import Term
from domain.course.notation import other_notations

GLOSSARY = [
    Term(term="data set", meaning="Rows that belong together."),
    Term(term="subquery", meaning="A query within a query."),
    Term(term="Primärschlüssel", meaning="Eine Spalte, die Zeilen benennt.", notation="`book_id`"),
    Term(term="transpose", meaning="Rows become columns.", notation="$A^\\top$"),
    Term(term="norm", meaning="The length of a vector.", notation="$\\lVert x \\rVert$"),
    Term(term="expectation", meaning="The mean of a distribution.", notation="$\\mathbb{E}[X]$"),
    Term(term="dot product", meaning="A weighted sum.", notation="$x \\cdot y$"),
    Term(term="向量", meaning="有大小和方向的量。", notation="$\\mathbf{v}$"),
    Term(term="missing value", notation="`NULL`"),
]


@pytest.mark.parametrize(
    ("lesson", "other", "wanted"),
    [
        ("The dataset has six rows.", "dataset", "data set"),
        ("All datasets have rows.", "datasets", "data set"),
        ("A sub-query comes first.", "sub-query", "subquery"),
        ("A sub query comes first.", "sub query", "subquery"),
        ("Der Primär-Schlüssel benennt die Zeile.", "Primär-Schlüssel", "Primärschlüssel"),
        ("Use `bookId` here.", "bookId", "`book_id`"),
        ("```sql\nSELECT bookid FROM books;\n```", "bookid", "`book_id`"),
        ("The columns of $B^T$ are rows.", "$B^T$", "$A^\\top$"),
        ("We use $X^{\\mathsf{T}} X$.", "$X^{\\mathsf{T}} X$", "$A^\\top$"),
        ("The transpose $A'$ swaps them.", "$A'$", "$A^\\top$"),
        ("Its norm $|v|$ is its length.", "$|v|$", "$\\lVert x \\rVert$"),
        ("Then $E[X] = 2$.", "$E[X] = 2$", "$\\mathbb{E}[X]$"),
        ("Their dot product $\\langle a, b \\rangle$ is zero.", "$\\langle a, b \\rangle$", "$x \\cdot y$"),
        ("Their dot product $a^\\top b$ is zero.", "$a^\\top b$", "$x \\cdot y$"),
        ("向量 $\\vec{v}$ 的长度是 5。", "$\\vec{v}$", "$\\mathbf{v}$"),
    ],
)
def test_another_notation_than_that_of_the_glossary_is_found(lesson: str, other: str, wanted: str) -> None:
    assert f"It writes “{other}”; the course writes “{wanted}”." in other_notations(lesson, GLOSSARY)


@pytest.mark.parametrize(
    "lesson",
    [
        "The data set, its data sets, and the data-set column. Data. Set it to data; set theory has data sets.",
        "A subquery and many Subqueries. Die Primärschlüssel der Tabellen.",
        "Use `book_id`, `BOOK_ID` and `books.book_id`, never `isbn`. A book id is a number.",
        "```sql\nSELECT book_id, 'bookstore' FROM books;\n```",
        "The transpose $A^\\top$, of a product $(AB)^\\top = B^\\top A^\\top$, and $f'(x)$.",
        "The norm $\\|v\\|$ is $\\sqrt{v \\cdot v}$, so that the norm $||v||$ of $(3, 4)$ is the norm $5$.",
        "The expectation $\\mathbb{E}[Y]$ of a die is $3.5$, and $E = mc^2$.",
        "The dot product $a \\cdot b = 3$, and the dot product $s$ for short.",
        "向量 $\\mathbf{w}$ 和向量 $\\mathbf{v}$。",
        "`NULL` is written null in prose, and `null` in JSON.",
        "",
        "\x00\ud800 `\ud800` $\ud800$",
    ],
)
def test_ordinary_prose_passes(lesson: str) -> None:
    assert other_notations(lesson, GLOSSARY) == []


@pytest.mark.slow
def test_odd_glossaries_do_no_harm() -> None:
    odd = [
        Term(term=""),
        Term(term="$$"),
        Term(term="`", notation="``"),
        Term(term="x" * 5000, notation="$\\" + "{" * 500),
    ]
    assert other_notations("## One\n\nA text with $x$ and `y`.", odd) == []
    assert other_notations("word " * 20_000, GLOSSARY) == []
