import pytest

from domain.content_types import objections_to
from domain.contents import Resource, Resources


def resource(url: str, title: str = "Docs") -> Resource:
    return Resource(title=title, url=url, type="documentation", description="", relevance_score=1, language="en")


@pytest.mark.parametrize(
    "url", ["", "go.dev", "ftp://go.dev", "javascript:alert(1)", "https://", "https://[bad", "https://a b.c", "//x.y"]
)
def test_a_link_that_no_browser_should_follow_does_not_count(url: str) -> None:
    assert objections_to(Resources(resources=[resource(url)]))


def test_resources_need_titles_and_there_must_be_some() -> None:
    assert objections_to(Resources(resources=[resource("https://go.dev/doc/?q=a%20b#x")])) == []
    assert objections_to(Resources(resources=[resource("https://go.dev", title=" ")]))
    assert objections_to(Resources(resources=[]))


def test_the_same_link_twice_does_not_count() -> None:
    assert "same URL" in objections_to(Resources(resources=[resource("https://go.dev/#a")] * 2))[0]


def test_chapters_of_one_page_count() -> None:
    chapters = [resource(f"https://go.dev/book#{chapter}") for chapter in range(3)]
    assert objections_to(Resources(resources=chapters)) == []


def test_front_pages_only_do_not_count() -> None:
    pages = [resource(f"https://{name}.dev/") for name in ("go", "web", "rust")]
    assert "front page" in objections_to(Resources(resources=pages))[0]
    assert objections_to(Resources(resources=[*pages, resource("https://go.dev/doc")])) == []


def test_tools_are_their_front_page() -> None:
    tools = [
        resource(f"https://{name}.com/").model_copy(update={"type": "Tool"}) for name in ("regex101", "regexr", "a")
    ]
    assert objections_to(Resources(resources=tools)) == []
