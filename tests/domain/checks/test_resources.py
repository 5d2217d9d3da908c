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
    assert (
        "same URL" in objections_to(Resources(resources=[resource("https://go.dev/#a"), resource("https://go.dev")]))[0]
    )
