import pytest
from markdown_it import MarkdownIt

from rendering.documents.safe_markdown import harmless
from tests.support.html import elements

HTML = [
    "a <b>bold</b> word",
    "<div onclick=x>\n\ntext\n</div>",
    "<!-- x -->\n    <b>no code</b>",
    "> <script\n> src=x>\n> </script>",
    "- \t<b>x</b>\n\n1. # <i>x</i> #",
    "\u00a0\n<b>x</b>",
    "\\\\<b> \\<b> <b>",
    "`<b>` <b> [<b>](https://a.example)",
    "<style>\n```\n<b>\n```\n<b>",
    "Head <b>\n===",
]
LINKS = [
    "[x](javascript:x)",
    "![x](javascript:x)",
    "[x](<JavaScript:x>)",
    "[x](java&#115;cript:x)",
    "[x][y]\n\n[y]: javascript:x",
    "<javascript:x>",
    "[[x](vbscript:x)](vbscript:x)",
    "> [x](data:text/html,x)",
]


@pytest.mark.parametrize("markdown", HTML)
def test_html_is_text_for_every_reader(markdown: str) -> None:
    ours = MarkdownIt("commonmark", {"html": False}).render(markdown)
    assert MarkdownIt("commonmark").render(harmless(markdown)) == ours


def any_link(url: str) -> bool:
    return bool(url)


@pytest.mark.parametrize("markdown", LINKS)
def test_a_link_that_a_browser_obeys_is_text_for_every_reader(markdown: str) -> None:
    trusting = MarkdownIt("commonmark")
    trusting.validateLink = any_link  # type: ignore[method-assign]
    assert "<a" in trusting.render(markdown) or "<img" in trusting.render(markdown)
    shown = trusting.render(harmless(markdown))
    assert "<a" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    "markdown",
    [
        "a < b, `<b>`, <https://a.example> and [x](https://a.example)",
        "```html\n<b>[x](javascript:x)</b>\n```",
        "- [ ] to do\n- [x] done",
        "[x]: https://a.example\n\n[x]",
        "references\n\n[x]: https://a.example\n\nloose",
        "    <b>",
    ],
)
def test_what_does_no_harm_stays_as_it_was_written(markdown: str) -> None:
    assert harmless(markdown) == markdown


PICTURES = {
    "![a](https://h.example/x.png)": '<a href="https://h.example/x.png">a</a>',
    "![](//h.example/x)": '<a href="//h.example/x">picture</a>',
    '![a *b*](<https://h.example/x y> "t")': '<a href="https://h.example/x%20y" title="t">a <em>b</em></a>',
    "![a][r]\n\n[r]: https://h.example/x": '<a href="https://h.example/x">a</a>',
    "![r][]\n\n[r]: https://h.example/x": '<a href="https://h.example/x">r</a>',
    "![r]\n\n[r]: https://h.example/x": '<a href="https://h.example/x">r</a>',
    "!!![a](https://h.example/x)": '!! <a href="https://h.example/x">a</a>',
    "[![a](https://h.example/x)](https://to.example)": '<a href="https://to.example">a</a>',
    "[![](https://h.example/x) b](https://to.example)": '<a href="https://to.example">picture b</a>',
    "![a ![b](https://h.example/y)](https://h.example/x)": '<a href="https://h.example/y">b</a>',
    "> - ![a](https://h.example/x)": '<a href="https://h.example/x">a</a>',
    "# ![a](https://h.example/x)": '<a href="https://h.example/x">a</a>',
    "**![a\nb](https://h.example/x)**": '<a href="https://h.example/x">a\nb</a>',
    "| a | b |\n|---|---|\n| ![a](https://h.example/x) | c |": '<a href="https://h.example/x">a</a>',
    "| a | b |\n|---|---|\n| `x | ![a](https://h.example/x)` |": '<a href="https://h.example/x">a</a>',
    "| a | b |\n|---|---|\n| ![a](https://h.example/x) | ![a](https://h.example/x) |": "h.example",
    "<div>\n\n![a](https://h.example/x)\n</div>": '<a href="https://h.example/x">a</a>',
    "<div>\n![a](https://h.example/x)\n</div>": '<a href="https://h.example/x">a</a>',
    '<img src="https://h.example/x" alt="a">': "&lt;img",
    "a <picture><source srcset=https://h.example/x></picture>": "&lt;picture&gt;",
    "| a | b |\n|---|---|\n| `x | <img src=https://h.example/x>` |": "&lt;img",
    "![r]: https://h.example/x\n\n[r]: https://h.example/y": "![r]",
}


def test_a_picture_from_outside_is_a_link_for_every_reader(subtests: pytest.Subtests) -> None:
    """Whoever opened the document would be made known to its host."""
    for markdown in PICTURES:
        with subtests.test(markdown=markdown):
            for reader in (MarkdownIt("commonmark"), MarkdownIt("gfm-like", {"html": True, "linkify": False})):
                if "|--" in markdown:
                    reader.enable("table")
                shown = reader.render(harmless(markdown))
                assert not {"img", "picture", "source"} & {element.tag for element in elements(shown)}
            assert PICTURES[markdown] in shown


def test_a_picture_in_code_is_code() -> None:
    for markdown in (
        "`![a](https://h.example/x)`",
        "```\n![a](https://h.example/x)\n```",
        "\\![a](https://h.example/x)",
    ):
        assert harmless(markdown) == markdown


def test_what_would_turn_the_text_around_is_no_character_for_any_reader() -> None:
    for reference in ("&#x202E;", "&#8238;", "&#x1b;", "&#X2067;", "&#0027;", "&#x9b;"):
        shown = MarkdownIt("commonmark").render(harmless(f"x {reference} y"))
        assert not {"\u202e", "\u2067", "\x1b", "\x9b"} & set(shown)
    assert harmless("&#169; &#x41; &lt; &#x110000;") == "&#169; &#x41; &lt; &#x110000;"
