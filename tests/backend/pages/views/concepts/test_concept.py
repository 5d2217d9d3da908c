"""A concept as it can be read."""

from typing import Any

from backend.pages.views.concepts.concept import ContentView, content_of, resources_of, summary_of, tutorial_of
from domain.vocabulary import ContentStatus, ContentType
from rendering.pages.markdown import rendered
from repository.contents.content_queries import ContentState
from repository.tables.roadmaps import ContentVersionRow
from tests.cli.roadmaps import NOON, framework, state
from tests.support.authors import RESOURCES, TUTORIAL


def version(content_type: ContentType, payload: dict[str, Any], number: int = 1) -> ContentVersionRow:
    return ContentVersionRow(
        roadmap_id="go-1",
        concept_id="c-1-1-1",
        content_type=content_type,
        version=number,
        payload=payload,
        task_id="t",
        author="a",
        created_at=NOON,
    )


def written(row: ContentVersionRow | None, status: ContentStatus = ContentStatus.COMPLETED, **more: Any) -> ContentView:
    kind = ContentType(row.content_type) if row else ContentType.TUTORIAL
    known: ContentState = state("c-1-1-1", kind, status, **more)
    return ContentView(known, [row] if row else [], row)


def test_a_tutorial_becomes_html_with_a_table_of_contents() -> None:
    text = "# One\n\ntext <b>bold</b>\n\n# Two\n\n## Three\n\n```python\nx = 1\n```\n"
    payload = TUTORIAL.model_copy(update={"content": text}).model_dump(mode="json")
    one = written(version(ContentType.TUTORIAL, payload))
    part = tutorial_of(one, rendered(str(content_of(one)), prefix="t-", below=2), present=True)
    assert [entry.text for entry in part.contents_table] == ["One", "Two", "Three"]
    assert part.html is not None
    assert "<b>" not in part.html
    assert 'id="t-one"' in part.html


def test_a_link_that_may_not_be_followed_is_no_link() -> None:
    urls = [
        "https://go.dev/doc",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.example/a",
        "//x.example",
        "http://[",
    ]
    one = RESOURCES.resources[0]
    payload = {"resources": [one.model_copy(update={"url": url}).model_dump(mode="json") for url in urls]}
    part = resources_of(written(version(ContentType.RESOURCES, payload)), present=True)
    assert part.items is not None
    assert [bool(link.href) for link in part.items][:5] == [True, False, False, False, False]
    assert part.items[0].host == "go.dev"


def test_what_is_missing_says_why_and_what_can_be_done() -> None:
    failed = tutorial_of(written(None, ContentStatus.FAILED, version=0, last_error="No answer."), None, present=True)
    assert (failed.why_missing, failed.last_error) == ("The tutorial could not be written:", "No answer.")
    assert failed.retryable
    assert not failed.rewritable
    stale = tutorial_of(written(None, ContentStatus.GENERATING, version=0, stale=True), None, present=True)
    assert "no run is working on it" in stale.why_missing
    assert stale.retryable
    writing = tutorial_of(written(None, ContentStatus.GENERATING, version=0, in_work=True), None, present=True)
    assert not writing.retryable
    gone = tutorial_of(written(None, ContentStatus.FAILED, version=0), None, present=False)
    assert not gone.retryable


def test_one_reads_on_in_learning_order() -> None:
    whole = framework()
    place = whole.find("c-1-1-2")
    assert place is not None
    standing = summary_of(whole, place, removed_after=None)
    assert (standing.number, standing.total) == (2, 2)
    assert standing.previous is not None
    assert standing.previous.concept_id == "c-1-1-1"
    assert standing.next is None
    assert [other.name for other in standing.builds_on] == ["Types"]
    removed = summary_of(whole, place, removed_after=3)
    assert removed.previous is None
