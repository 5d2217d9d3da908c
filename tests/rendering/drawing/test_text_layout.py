from hypothesis import given
from hypothesis import strategies as st

from rendering.drawing.text_layout import wrapped


@given(st.text(max_size=300), st.integers(4, 40), st.integers(1, 4))
def test_any_name_fits_into_its_lines(text: str, letters: int, lines: int) -> None:
    found = wrapped(text, letters, lines)
    assert len(found) <= lines
    assert all(line == line.strip() for line in found)


def test_words_stay_whole_and_what_is_cut_says_so() -> None:
    assert wrapped("Interfaces and what they are for", 16, 2) == ("Interfaces and", "what they are for")
    assert wrapped("Interfaces and what they are for in a large program", 16, 2) == (
        "Interfaces and",
        "what they are for…",
    )
    assert wrapped("", 16, 2) == ()


def test_a_script_without_spaces_is_broken_where_the_line_ends() -> None:
    assert wrapped("数据库系统与分布式计算基础", 12, 3) == ("数据库系统与", "分布式计算基", "础")
