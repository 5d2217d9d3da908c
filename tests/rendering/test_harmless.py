import pytest
from markdown_it import MarkdownIt

from rendering.harmless import harmless

HTML = [
    "a <b>bold</b> word",
    "<div onclick=x>\n\ntext\n</div>",
    "<!-- x -->\n    <b>no code</b>",
    "> <script\n> src=x>\n> </script>",
    "- \t<b>x</b>\n\n1. # <i>x</i> #",
    "\u00a0\n<b>x</b>",
    "\\\\<b> \\<b> <b>",
    "`<b>` <b> [<b>](https://a.example) ![<b>](https://a.example)",
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
