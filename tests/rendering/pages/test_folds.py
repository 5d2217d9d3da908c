"""What folds, boxes, and inline tags; and short texts, in which little is markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.documents.markdown_embedding import demoted, embedded
from rendering.pages.html_sanitizer import TAGS
from rendering.pages.markdown import rendered, rendered_short
from tests.support.html import dangers, elements, text
from tests.support.xss import XSS

FOLDS = {
    "<details><summary>S</summary>words</details>": "<details><summary>S</summary>\n<p>words</p>\n</details>\n",
    "words\n<details>\n<summary><b>S</b></summary>\nmore\n</details>\nend": (
        "<p>words</p>\n<details><summary>S</summary>\n<p>more</p>\n</details>\n<p>end</p>\n"
    ),
    "<details open>\n<summary>A</summary>\n\n<details>\n<summary>B</summary>\nb\n</details>\n\n</details>": (
        "<details><summary>A</summary>\n<details><summary>B</summary>\n<p>b</p>\n</details>\n</details>\n"
    ),
    "- item\n  <details>\n  <summary>S</summary>\n\n  a\n  </details>\n- other": (
        "<ul>\n<li>item<details><summary>S</summary>\n<p>a</p>\n</details>\n</li>\n<li>other</li>\n</ul>\n"
    ),
    "<details>\nwords\n</details>": "<details><summary>Details</summary>\n<p>words</p>\n</details>\n",
    ":::solution\n*a*\n:::": "<details><summary>Solution</summary>\n<p><em>a</em></p>\n</details>\n",
    "::: {.hint} Try `x`\na\n:::": "<details><summary>Try <code>x</code></summary>\n<p>a</p>\n</details>\n",
    "::::solution\n:::hint\na\n:::\n::::": (
        "<details><summary>Solution</summary>\n<details><summary>Hint</summary>\n<p>a</p>\n</details>\n</details>\n"
    ),
}


def html(markdown: str) -> str:
    return rendered(markdown, prefix="t-").html


def test_solutions_fold_however_they_are_written(subtests: pytest.Subtests) -> None:
    for markdown, expected in FOLDS.items():
        with subtests.test(markdown=markdown):
            assert html(markdown) == expected


def test_code_in_a_fold_may_hold_its_end() -> None:
    shown = html("<details>\n<summary>S</summary>\n\n```html\n</details>\n```\n\nwords\n</details>\nend")
    assert shown.index("words") < shown.rindex("</details>") < shown.index("end")
    assert "&lt;/details&gt;" in text(shown).replace("<", "&lt;").replace(">", "&gt;")


def test_notes_of_both_kinds_are_boxes() -> None:
    for markdown in ("> [!WARNING]\n> a", ":::warning\na\n:::"):
        assert 'class="markdown-alert markdown-alert-warning"' in html(markdown)
    assert "[!" not in text(html("> [!NOTE]\n> a"))


def test_the_small_tags_work_in_pairs_and_never_with_attributes() -> None:
    assert html("H<sub>2</sub>O<br>x<sup>*2*</sup> <kbd>Ctrl</kbd>") == (
        "<p>H<sub>2</sub>O<br>\nx<sup><em>2</em></sup> <kbd>Ctrl</kbd></p>\n"
    )
    for markdown in ("<sub>", "a</sup>", "<kbd onclick=x>a</kbd>", "<sub></sub>"):
        assert not {"sub", "sup", "kbd"} & {element.tag for element in elements(html(markdown))}
        assert text(html(markdown)).strip() == markdown


def test_bare_addresses_are_links_without_what_follows(subtests: pytest.Subtests) -> None:
    for markdown, url in {
        "see https://a.example/b_(c)?d=e#f.": "https://a.example/b_(c)?d=e#f",
        "(https://a.example)": "https://a.example",
        "见https://a.example/x。然后": "https://a.example/x",
        "**http://a.example**": "http://a.example",
        "<https://a.example/y>": "https://a.example/y",
    }.items():
        with subtests.test(markdown=markdown):
            assert [e.attributes["href"] for e in elements(html(markdown)) if e.tag == "a"] == [url]
    for markdown in ("`https://a.example`", "xhttps://a.example", "https://"):
        assert "<a" not in html(markdown)


def test_footnotes_lead_there_and_back_and_two_documents_share_a_page() -> None:
    first, second = (rendered("a[^1] b[^1]\n\n[^1]: c", prefix=prefix).html for prefix in ("t1-", "t2-"))
    ids = [element.attributes["id"] for element in elements(first + second) if "id" in element.attributes]
    assert len(ids) == len(set(ids)) == 6
    targets = {element.attributes["href"][1:] for element in elements(first + second) if element.tag == "a"}
    assert targets == set(ids)


def test_an_option_of_one_line_means_itself(subtests: pytest.Subtests) -> None:
    for option in (
        "#",
        "# x",
        "-",
        "1.",
        "> x",
        "***",
        "<br>",
        "<div>",
        "__init__",
        "a * b",
        "*args",
        "$5",
        "C:\\x",
        "[x]",
    ):
        with subtests.test(option=option):
            assert text(rendered_short(option).html) == option
            assert not {"h1", "ul", "ol", "hr", "br"} & {e.tag for e in elements(rendered_short(option).html)}
    assert rendered_short("&nbsp;").html == "&amp;nbsp;"
    assert rendered_short("`x` and *y*").html == "<code>x</code> and <em>y</em>"


def test_code_in_a_question_keeps_its_lines_and_indents() -> None:
    code = "for i in x:\n\n    if i:\n\tprint(i)\n"
    shown = rendered_short(f"What does this print?\n\n```python\n{code}```\nReally?").html
    assert code in text(shown)
    assert 'data-language="python"' in shown
    assert rendered_short("one\ntwo").html == "one<br>\ntwo"


def test_a_title_holds_no_link() -> None:
    shown = rendered_short("`x` [a](https://a.example) https://b.example", links=False).html
    assert "<a" not in shown
    assert "<code>x</code>" in shown


def test_nothing_of_a_hostile_short_text_runs() -> None:
    for hostile in XSS:
        for markdown in (
            hostile,
            f"a\n{hostile}",
            f"<sub>{hostile}</sub>",
            f"<details><summary>{hostile}</summary>",
            f"${hostile}$",
        ):
            assert list(dangers(rendered_short(markdown).html, TAGS)) == []
            assert list(dangers(html(markdown), TAGS)) == []


PIECES = [
    "<details>", "</details>", "<details><summary>S</summary>", "<details></details>", ":::note\n", ":::\n",
    ":::solution",
    "```\n", "`", "$", "$$", "\\[", "\\]", "> ", "> [!NOTE]\n", "- ", "1. ", "# h", "---\n", "| a |\n|--|\n", "[^1]: n",
    "[^1]", "<sub>", "</sub>", "<", "\\", "    ", "\n", "\n\n", "words",
]  # fmt: skip


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("words", "<p>words</p>"),
        (" - one\n- two", "<li>one</li>"),
        ("# H", '<h2 id="t-h">H</h2>'),
        ("<details><summary>T</summary>c</details>end", "<summary>T</summary>\n<p>c</p>\n</details>\n<p>end</p>"),
        ("```\ncode\n```", "<code>code\n</code>"),
    ],
)
def test_what_follows_a_fold_on_its_line_takes_no_page_away(behind: str, expected: str) -> None:
    page = html(f"<details><summary>S</summary>b</details>{behind}")
    assert "<summary>S</summary>\n<p>b</p>\n</details>\n" in page
    assert expected in page


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_mixture_of_marks_fails_a_page_or_an_export(markdown: str) -> None:
    rendered(markdown, prefix="t-")
    rendered_short(markdown)
    demoted(markdown, below=1)
    embedded(markdown)
