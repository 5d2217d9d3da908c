"""Sections of a lesson: nothing is lost between them, and code is no heading."""

from hypothesis import given
from hypothesis import strategies as st

from domain.parts import sections_of

LINES = st.sampled_from(
    [
        "# A",
        "## B",
        "text",
        "",
        "   ",
        "```py",
        "```",
        "# no heading",
        "~~~",
        "#no",
        "\x0b",
        "####### 7",
        "é 学习",
        "\r",
    ]
)


@given(st.lists(LINES).map("\n".join) | st.text())
def test_sections_together_are_the_lesson_character_for_character(markdown: str) -> None:
    sections = sections_of(markdown)
    assert "".join(section.text for section in sections) == markdown
    assert [section.part_id for section in sections] == [f"s{number + 1}" for number in range(len(sections))]


def test_a_heading_begins_a_section_and_a_comment_in_code_does_not() -> None:
    markdown = "Before.\n\n## One\n\n```python\n# no heading\n```\n\n### Two\nend"
    assert [section.text for section in sections_of(markdown)] == [
        "Before.\n\n",
        "## One\n\n```python\n# no heading\n```\n\n",
        "### Two\nend",
    ]


def test_blank_lines_before_the_first_heading_are_no_section() -> None:
    assert [section.text for section in sections_of("\n\n## One\n\n## Two\n")] == ["\n\n## One\n\n", "## Two\n"]
    assert sections_of("") == []
