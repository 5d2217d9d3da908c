import time

import pytest

from nodes.verification.titles import agree, looks_like_404, titles_of


@pytest.mark.parametrize(
    ("body", "content_type", "titles"),
    [
        (b"<title>A &amp; B\n c</title>", "text/html", ["A & B c"]),
        ("<title>Грамматика</title>".encode("windows-1251"), "text/html; charset=windows-1251", ["Грамматика"]),
        ("<meta charset=gbk><title>语法</title>".encode("gbk"), "text/html", ["语法"]),
        (b"<title></title><h1>The <b>way</b></h1>", "text/html", ["The way"]),
        (b"<meta property='og:title' content='Og'>", "text/html", ["Og"]),
        (b"<title>x</title>", "application/pdf", []),
        (b"<title>" + b"a" * 10_000, "text/html; charset=nonsense", []),
        (b"\xff\xfe\x00", "text/html", []),
    ],
)
def test_titles_are_found_in_any_encoding(body: bytes, content_type: str, titles: list[str]) -> None:
    assert titles_of(body, content_type) == titles


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "Raw_Unicode_Escape"])
def test_a_page_cannot_choose_a_codec_that_is_slow_or_warns(charset: str) -> None:
    body = b"<title>T</title>-" + b"99a" * 80_000 + rb"\q"
    began = time.process_time()
    assert titles_of(body, f"text/html; charset={charset}") == ["T"]
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("claimed", "titles", "host", "same"),
    [
        ("Go documentation", ["Documentation - The Go Programming Language"], "go.dev", True),
        ("Effective Go", ["Cooking for two"], "food.example", False),
        ("MDN: JavaScript", ["Welcome"], "developer.mozilla.org", False),
        ("Mozilla developer pages", ["Welcome"], "developer.mozilla.org", True),
        ("机器学习入门", ["机器学习 - 维基百科"], "x.org", True),
        ("机器学习入门", ["今天的菜谱"], "x.org", False),
        ("机器学习入门", ["Machine learning"], "x.org", True),
        ("Guides", [], "x.org", True),
    ],
)
def test_a_title_that_has_nothing_to_do_with_the_page_is_noticed(
    claimed: str, titles: list[str], host: str, same: bool
) -> None:
    assert agree(claimed, titles, host) is same


@pytest.mark.parametrize(
    "title", ["404 Not Found", "Page not found · GitHub", "This video doesn't exist", "页面不存在"]
)
def test_a_page_that_admits_to_be_missing_is_heard(title: str) -> None:
    assert looks_like_404(title)
    assert not looks_like_404("Finding your page in history")
