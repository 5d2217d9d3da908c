import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.pages.bounds import MAX_LENGTH
from rendering.pages.markdown import TAGS, Heading, is_safe_link, rendered
from tests.support.html import dangers, elements, text
from tests.support.xss import XSS

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["# ", "\n", "\n\n", "    ", "```", "|", "-", "> ", "* ", "[x](", ")", "![", "<", "&", "`", "~~"]
        ),
        st.sampled_from(XSS),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)


def html(markdown: str) -> str:
    return rendered(markdown, prefix="t-").html


def test_there_are_enough_hostile_strings() -> None:
    assert len(set(XSS)) == len(XSS) >= 100


def test_nothing_of_a_hostile_string_runs(subtests: pytest.Subtests) -> None:
    for hostile in XSS:
        with subtests.test(hostile=hostile):
            for markdown in (
                hostile,
                f"# {hostile}",
                f"a {hostile} b",
                f"[{hostile}]({hostile})",
                f"```{hostile}\n{hostile}\n```",
            ):
                assert list(dangers(html(markdown), TAGS)) == []


@given(PIECES)
def test_no_text_breaks_it_or_gets_through(markdown: str) -> None:
    result = rendered(markdown, prefix="t-")
    assert list(dangers(result.html, TAGS)) == []
    ids = [element.attributes["id"] for element in elements(result.html) if "id" in element.attributes]
    assert ids == [heading.identifier for heading in result.headings]
    assert len(ids) == len(set(ids))
    assert all(identifier.startswith("t-") for identifier in ids)


def test_headings_move_below_the_page_and_make_its_contents() -> None:
    result = rendered("# One `x`\n\n## Two\n\n## Two\n\n# ![Three](https://x.example)\n", prefix="t-", below=2)
    assert result.headings == (
        Heading(3, "t-one-x", "One x"),
        Heading(4, "t-two", "Two"),
        Heading(4, "t-two--2", "Two"),
        Heading(3, "t-three", "Three"),
    )
    assert [element.tag for element in elements(result.html) if element.tag[0] == "h"] == ["h3", "h4", "h4", "h3"]


def test_what_would_turn_the_text_around_does_not_come_in_as_an_entity_either() -> None:
    result = html('x &#x202E;y &#8238;z [t](https://e.org "&#x2067;") \n\n    &#x202E;\n')
    assert not {"\u202e", "\u2067"} & set(result)


def test_a_link_within_the_tutorial_finds_its_heading() -> None:
    result = rendered("[go](#Two-Words)\n\n## Two words\n", prefix="t-")
    hrefs = [element.attributes["href"] for element in elements(result.html) if element.tag == "a"]
    assert hrefs == ["#t-two-words"]
    assert result.headings[0].identifier == "t-two-words"


def test_a_picture_is_named_with_its_address_since_nothing_is_loaded_from_outside() -> None:
    url = "https://example.org/tree.png"
    shown = html(f"![a *tree*]({url}) ![]({url}) [![a bush]({url})](https://to.example)")
    assert text(shown).strip() == f"Picture: a tree ({url}) Picture: {url} a bush"
    assert [e.attributes["href"] for e in elements(shown) if e.tag == "a"] == [url, url, "https://to.example"]
    assert "img" not in {element.tag for element in elements(shown)}


def test_a_reader_is_not_made_known_to_the_site_behind_a_link() -> None:
    (link,) = [element for element in elements(html("[x](https://example.org)")) if element.tag == "a"]
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize("url", ["/x", "x", "//example.org", "javascript:x", "https:x", "https:///x"])
def test_links_that_lead_astray_are_text(url: str) -> None:
    assert not is_safe_link(url)
    assert "<a" not in html(f"[x](<{url}>)")


def test_code_is_coloured_by_classes_and_reads_from_left_to_right() -> None:
    result = html('```go\nfunc main() { print("<b>") }\n```')
    (pre,) = [element for element in elements(result) if element.tag == "pre"]
    assert pre.attributes == {"class": "code", "dir": "ltr", "data-language": "go"}
    assert "kd" in {element.attributes.get("class") for element in elements(result)}
    assert text(result).strip() == 'func main() { print("<b>") }'


@pytest.mark.parametrize("language", ["", "nonsense", "smithy", "x" * 99, '"><b>'])
def test_code_of_an_unknown_language_is_plain(language: str) -> None:
    result = html(f"```{language}\nx = 1\n```")
    assert [element.tag for element in elements(result)] == ["pre", "code"]
    assert text(result).strip() == "x = 1"


def test_tables_align_without_inline_style() -> None:
    result = html("| a | b |\n|--:|:-:|\n| 1 | 2 |")
    assert [element.attributes for element in elements(result) if element.tag == "td"] == [
        {"class": "right"},
        {"class": "center"},
    ]


def test_what_is_longer_than_any_tutorial_is_cut() -> None:
    assert "[…]" in text(html("> " * MAX_LENGTH))


def test_the_boxes_of_a_checklist_are_boxes() -> None:
    drawn = html("- [ ] to do, *soon*\n- [x] done\n- [?] neither\n\n[ ] no list\n")
    assert [text(item).strip() for item in drawn.split("</li>")] == [
        "☐ to do, soon",
        "☑ done",
        "[?] neither",
        "[ ] no list",
    ]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (
            "<details>\n<summary>Solution: `x`</summary>\n\nIt is *2*.\n\n</details>\n\nOn.",
            "<details><summary>Solution: <code>x</code></summary>\n<p>It is <em>2</em>.</p>\n</details>\n<p>On.</p>\n",
        ),
        (
            "<details>\n<summary>never closed</summary>\n\nx",
            "<details><summary>never closed</summary>\n<p>x</p>\n</details>",
        ),
        ("x\n\n</details>", "<p>x</p>\n\n"),
        (
            "<details open ontoggle=alert(1)>\n<summary>x</summary>",
            "<p>&lt;details open ontoggle=alert(1)&gt;\n&lt;summary&gt;x&lt;/summary&gt;</p>\n",
        ),
        (
            "<details>\n<summary><script>alert(1)</script></summary>",
            "<details><summary>&lt;script&gt;alert(1)&lt;/script&gt;</summary>\n</details>",
        ),
        ("`<details>`", "<p><code>&lt;details&gt;</code></p>\n"),
    ],
)
def test_a_folded_solution_folds_and_lets_no_other_html_in(markdown: str, html: str) -> None:
    assert rendered(markdown, prefix="t-").html == html
