"""No text, however it was made, holds up whoever renders it."""

from collections.abc import Callable
from itertools import count
from time import thread_time

import pytest

from rendering.documents.markdown_embedding import demoted
from rendering.pages.bounds import MAX_LENGTH, MAX_LINES, fits
from rendering.pages.highlighting import Highlighter
from rendering.pages.markdown import rendered
from rendering.text.labels import labels_of
from tests.support.html import elements, text

LABELS = labels_of("en")

# fmt: off
PIECES = [
    "[", "![", "[![", "*[", "[a", "[a](", "![a](", "[a](b", "[a](<b", "[a][b]", "[[a]", "[]", "](", "[a\n",
    "*", "_*", "*a_ ", "**a_ ", "a**b", "~~a", "`", "``a`", "a`b", "\\", "&", "&#x26;", "<", "<a ", "<!--", "<![CDATA[",
    "<http://a", "> ", "> > ", "> - ", "- ", "- - ", "* a\n", "- a\n  - b\n", "1. ", "\n", "a\n", "a\n---\n", "# a\n",
    "|", "|a|b\n|-|-\n", "a|", "```\n", "    a\n", "\t", "[a]: b\n", "[a]: /u '\n",
    "$", "$a ", "$$\n", "$$", "\\(", "\\[\n", "$(", "\\begin{align}\n", "<sub>", "<sub>a</sub>", "<br>", "<details>\n",
    "</details>\n", "<details><summary>", ":::a\n", ":::\n", ":::a\n:::\n", "https://a ", "https://a:", ":", "[^a] ",
    "[^a]: b\n", "|$a|$b\n", "__a__ ", "> [!NOTE]\n",
    "```cs\n" + "a\n" * 200 + "```\n",
]
# fmt: on
SHORT, LONG = 500, 4000
"""Within the bounds, where nothing is left out."""
LARGEST_LAID_OUT = 24_000
CONTROL = "Some *words* with `code`, a [link](https://a.example) and more of them than one would like to read.\n\n"


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def once(act: Callable[[], object]) -> float:
    """Seconds of processor time: other processes count little."""
    began = thread_time()
    act()
    return thread_time() - began


def html(markdown: str) -> str:
    return rendered(markdown, prefix="t-").html


@pytest.mark.slow
@pytest.mark.parametrize(
    "render",
    [html, pytest.param(lambda markdown: demoted(markdown, below=2), marks=pytest.mark.slow)],
    ids=["page", "export"],
)
def test_the_work_for_a_hostile_text_is_that_for_a_long_ordinary_one(render: Callable[[str], str]) -> None:
    """`![` was a hundred times as dear as prose, and code in C# grew with the square of its length."""
    control = once(lambda: render(repeated(CONTROL, MAX_LENGTH)))
    for piece in PIECES:
        hostile = repeated(piece, LARGEST_LAID_OUT)
        assert any(once(lambda: render(hostile)) < 5 * control for _ in range(3)), piece  # noqa: B023


@pytest.mark.slow
def test_the_work_grows_with_the_text_and_no_faster() -> None:
    """Eight times the text takes eight times the work; 24 on a busy machine, 64 if it grew with the square."""
    for piece in PIECES:
        short, long = repeated(piece, SHORT), repeated(piece, LONG)
        limit = 24 * max(once(lambda: html(short)), 0.001)  # noqa: B023
        assert any(once(lambda: html(long)) < limit for _ in range(3)), piece  # noqa: B023


def test_a_paragraph_beyond_the_bound_is_plain_text_and_said_to_be() -> None:
    shown = html(f"# A *title*\n\n{'![' * 40_000}\n\nThe *end*\n")
    assert LABELS["partly_laid_out"] in text(shown)
    assert "![![![" in text(shown)
    assert [element.tag for element in elements(shown) if element.tag in ("h2", "em")] == ["em", "h2", "em", "em"]


def test_a_text_of_too_many_lines_is_shown_as_it_was_written_and_said_to_be() -> None:
    whole = "- *a*\n" * (MAX_LINES + 1)
    assert not fits(whole)
    shown = html(whole)
    assert LABELS["not_laid_out"] in text(shown)
    assert whole in text(shown)
    exported = demoted(whole + "```\nb\n", below=2)
    assert LABELS["not_laid_out"] in exported
    assert whole in exported
    assert [element.tag for element in elements(html(exported))].count("pre") == 1


def test_a_long_ordinary_tutorial_is_laid_out_whole() -> None:
    shown = html(repeated(CONTROL + "- one\n- two\n\n```python\nx = [1]\n```\n\n", 60_000))
    assert LABELS["partly_laid_out"] not in shown
    assert LABELS["not_laid_out"] not in shown


def test_code_whose_lexer_takes_too_long_is_plain() -> None:
    ticks = count()
    slow = Highlighter(clock=lambda: float(next(ticks)))
    assert slow.html("x = '<b>'", "python") == "x = &#x27;&lt;b&gt;&#x27;"
    assert "<span" in Highlighter(clock=lambda: 0.0).html("x = '<b>'", "python")
