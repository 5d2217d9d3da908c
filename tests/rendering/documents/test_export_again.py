"""An exported document that is read again shows what the stored text shows."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rendering.documents.markdown_embedding import demoted, embedded
from rendering.pages.html_sanitizer import MATHML, TAGS
from rendering.pages.markdown import rendered, rendered_short
from tests.support.html import dangers
from tests.support.marked import EXPLANATION, LESSON, OPTIONS, QUESTION
from tests.support.xss import XSS

BLOCKS = [
    "# One",
    "Two\n===",
    "## Three with $\\hat{x}$ and `code`",
    "Words with *stress*, **more**, ~~less~~, `a < b` and a_1 * b_2.",
    "$a<b$, $\\|x\\|$ and \\(x \\ge 1\\), for $5 and $10.",
    "$$\n\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}\n- 1 < 0\n$$",
    "\\[\n\\begin{aligned} a &= b \\\\ c &< d \\end{aligned}\n\\]",
    "```html\n<b onclick=x>\n\n  $x$\n```",
    "    indented <code>",
    "<details>\n<summary>Solution: <b>x</b></summary>\n\n```\n</details>\n```\n\n# Inside\n</details>",
    "<details><summary>S</summary>words `<kbd>`</details>",
    "<details>\n<summary>open</summary>\n\nwords",
    ":::solution Title\n*a*\n:::",
    ":::note\nleft open",
    "> [!NOTE]\n> H<sub>2</sub>O<br>x<sup>2</sup> <kbd>Ctrl</kbd>",
    "- [ ] see [x](https://a.example)\n- [x] done\n  1. deep",
    "| a | b |\n|:--|--:|\n| $\\|x\\|$ | `x` |\n| <br> | $P(A|B)$ |",
    "Note[^1] and https://a.example/b?c=d&e.\n\n[^1]: A *note*.",
    "<script>alert(1)</script> <b>bold</b> <!-- x -->",
    "<div onclick=x>\nwords\n</div>",
    "[x](javascript:x) [y][z]\n\n[z]: javascript:x",
    "&copy; &lt;b&gt; &amp;lt; \\*no\\*",
    "***",
    "$a <b> c$ and $[a](b)$",
]


def same(html: str) -> str:
    """The HTML without the levels of headings, which an export moves, and without what separates its lines."""
    return re.sub(r">\s+<", "><", re.sub(r"<(/?)h[1-6]", r"<\1h", html)).strip()


def shown(markdown: str) -> str:
    return same(rendered(markdown, prefix="t-").html)


def test_good_markdown_is_exported_as_it_was_written(subtests: pytest.Subtests) -> None:
    lesson = LESSON.replace("![a circle]", "[a circle]")
    for markdown in (lesson, *OPTIONS, QUESTION, EXPLANATION):
        with subtests.test(markdown=markdown[:40]):
            assert demoted(markdown, below=1) == markdown.strip("\n")
            if markdown != lesson:
                assert "\n".join(embedded(markdown)) == markdown


@pytest.mark.parametrize("block", BLOCKS)
def test_each_kind_of_block_is_read_again_as_it_was(block: str) -> None:
    assert shown(demoted(block, below=1)) == shown(block)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(BLOCKS), max_size=8).map("\n\n".join))
@example(LESSON.replace("![a circle]", "[a circle]"))
def test_what_is_exported_is_read_again_as_the_stored_text(markdown: str) -> None:
    assert shown(demoted(markdown, below=1)) == shown(markdown)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*OPTIONS, QUESTION, EXPLANATION, "# a", "- x", "1. y", "`#`", "a\n# b", "a\n---", "::: x", "> z"])
)
def test_a_short_text_is_read_again_as_the_stored_one(markdown: str) -> None:
    again = "\n".join(embedded(markdown))
    assert rendered_short(again).html == rendered_short(markdown).html
    assert "<h" not in rendered(again, prefix="t-").html


def test_a_picture_is_a_link_in_the_export() -> None:
    assert demoted("![a *tree*](https://x.example/t.png)", below=1) == "[a *tree*](https://x.example/t.png)"


FRAMES = [
    "{}",
    "<details>\n{}\n</details>",
    "<details><summary>{}</summary>`{}`</details>",
    "${}$",
    "$$\n{}\n$$",
    "`x\n<details>\n{}` y",
]


@pytest.mark.slow
def test_no_reader_of_an_export_runs_hostile_words(subtests: pytest.Subtests) -> None:
    """Another reader lets HTML through, and takes what follows `<details>` as HTML, code and formulas too."""
    reader = MarkdownIt("commonmark")
    for frame in FRAMES:
        for hostile in XSS:
            with subtests.test(frame=frame, hostile=hostile):
                document = "\n".join([demoted(frame.replace("{}", hostile), below=1), "", *embedded(hostile)])
                allowed = TAGS - MATHML | {"img", "pre"}
                assert [
                    danger for danger in dangers(reader.render(document), allowed) if not danger.startswith("a href")
                ] == []
                assert "<img" not in reader.render(document)
