import pytest
from markdown_it import MarkdownIt

from rendering.documents.markdown_embedding import demoted, escaped
from tests.cli.roadmaps import HOSTILE


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ `c` [d](e) <b> & &amp; # ~x~ |y| $z$ \\",
        "1. one",
        "2) two",
        "- item",
        "+ item",
        "# title",
        "=",
        "> q",
        "---",
    ],
)
def test_escaped_text_means_itself(text: str) -> None:
    inline = MarkdownIt("commonmark").parse(escaped(text))
    assert [token.type for token in inline] == ["paragraph_open", "inline", "paragraph_close"]
    children = inline[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == text


def test_escaped_text_is_one_harmless_line() -> None:
    assert escaped("a\n\nb") == "a b"
    assert "\x1b" not in escaped(HOSTILE)


def test_headings_move_below_those_of_the_document_around() -> None:
    document = "# One\n\ntext\n\nTwo\nlines\n---\n\n```sh\n# a comment\n```\n\n    # code\n\n> # quoted\n\n###### Six\n"
    assert demoted(document, below=3) == (
        "#### One\n\ntext\n\n##### Two lines\n\n```sh\n# a comment\n```\n\n    # code\n\n> # quoted\n\n###### Six"
    )


@pytest.mark.parametrize(
    "left_open",
    ["```\nx", "```\nx\n    ```", "~~~~ go\nx\n```", "<!-- x", "<script>\n\nx", "<pre>\n```\nx", "<?x", "<![CDATA["],
)
def test_what_a_document_leaves_open_does_not_swallow_what_follows(left_open: str) -> None:
    document = f"{demoted(f'# A{chr(10) * 2}{left_open}', below=1)}\n\n# Next\n"
    assert MarkdownIt("commonmark").render(document).endswith("\n<h1>Next</h1>\n")


def test_headings_that_are_low_enough_stay() -> None:
    assert demoted("### A\n\n#### B", below=2) == "### A\n\n#### B"
    assert demoted("no heading", below=2) == "no heading"
    assert demoted("", below=2) == ""
