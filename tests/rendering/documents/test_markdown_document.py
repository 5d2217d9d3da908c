from collections.abc import Sequence

from markdown_it import MarkdownIt

from domain.roadmap_export import Manuscript, WrittenContent
from domain.vocabulary import ContentStatus, ContentType
from orchestrator.queries.export import manuscript_of
from orchestrator.queries.status import RoadmapView
from rendering.documents.html_document import html_document
from rendering.documents.markdown_document import concept_document, roadmap_document
from rendering.text.text import BY_RULES, CONFIGURE
from repository.tables.roadmaps import ContentVersionRow
from tests.cli.roadmaps import HOSTILE, framework, roadmap, state, states, versions
from tests.support.manuscripts import manuscript


def headings(document: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(document)
    return [
        f"{token.tag} {tokens[index + 1].content}" for index, token in enumerate(tokens) if token.type == "heading_open"
    ]


def written(view: RoadmapView, contents: Sequence[ContentVersionRow]) -> str:
    return roadmap_document(manuscript_of(view, contents))


def test_a_document_that_one_would_hand_to_a_learner() -> None:
    document = written(roadmap(), [*versions("c-1-1-1"), *versions("c-1-1-2")])
    contents = ["h6 One", "h6 Two", "h5 Resources", "h5 Quiz"]
    assert headings(document) == [
        "h1 Types",
        "h2 Overview",
        "h2 Plan",
        "h2 Stage 1: Foundations",
        "h3 Basics",
        *["h4 Types", "h5 T", *contents],
        *["h4 Errors", "h5 T", *contents],
        "h2 Answers",
        "h3 Types",
        "h3 Errors",
    ]
    assert "5.5 h of study: 1 stage, 2 concepts." in document
    assert "   - Basics: Types, Errors" in document
    assert "*3 h, medium; builds on Types*" in document
    assert "- [Go](<https://go.dev>) (docs)" in document
    assert document.index("   - A. 1") < document.index("## Answers") < document.index("1. A: It is counted.")


def test_a_title_that_repeats_the_concept_is_not_said_twice() -> None:
    document = written(roadmap(framework=framework("t")), versions())
    assert headings(document)[5:9] == ["h4 t", "h5 One", "h5 Two", "h5 Resources"]


def test_one_concept_with_its_answers_last() -> None:
    view = roadmap()
    assert view.framework is not None
    place = view.framework.find("c-1-1-1")
    assert place is not None
    document = concept_document(manuscript_of(view, versions()), place)
    assert headings(document) == ["h1 Types", "h2 T", "h3 One", "h3 Two", "h2 Resources", "h2 Quiz", "h2 Answers"]


def test_what_is_missing_is_said() -> None:
    tutorial, resources, quiz = ContentType
    changes = {
        ("c-1-1-1", tutorial): state("c-1-1-1", tutorial, ContentStatus.FAILED, last_error="no *luck*"),
        ("c-1-1-1", resources): state("c-1-1-1", resources, ContentStatus.GENERATING, stale=True),
        ("c-1-1-1", quiz): state("c-1-1-1", quiz, ContentStatus.GENERATING),
    }
    document = written(roadmap(contents=states(changes)), [])
    assert "*The tutorial could not be written: no \\*luck\\**" in document
    assert "*The list of resources was never finished.*" in document
    assert "*The quiz is still being written.*" in document
    assert "*The quiz was written by an earlier system and is not stored here.*" in document
    assert "## Answers" not in document
    assert "*The tutorial has not been written yet.*" in written(roadmap(contents=[]), [])


def test_without_a_framework_there_is_a_title() -> None:
    view: RoadmapView = roadmap(framework=None, title="learn *Go*", framework_version=0)
    assert written(view, []).startswith("# learn \\*Go\\*\n")


def test_names_are_text_and_nothing_else() -> None:
    document = written(roadmap(framework=framework(HOSTILE)), versions())
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(document)
    html = MarkdownIt("commonmark").render(document)
    assert "<b>" not in html
    assert "<code>c" not in html


def test_a_link_that_ends_in_a_backslash_is_a_link() -> None:
    resource = {"title": "T", "url": "https://e.org/\\", "type": "docs", "description": "", "language": "en"}
    listed = WrittenContent({"resources": [{**resource, "relevance_score": 1}]})
    manuscript = Manuscript("T", framework("T"), {("c-1-1-1", ContentType.RESOURCES): listed})
    assert '<a href="https://e.org/%5C">T</a>' in MarkdownIt("commonmark").render(roadmap_document(manuscript))


def test_a_document_by_rules_says_so_at_its_head() -> None:
    lines = roadmap_document(manuscript(by_rules=True)).splitlines()
    assert lines[2] == f"> {BY_RULES} A model writes after `{CONFIGURE}`."
    assert BY_RULES not in roadmap_document(manuscript())


def test_a_content_that_was_made_from_an_older_lesson_says_so() -> None:
    marked = state("c-1-1-1", ContentType.QUIZ, out_of_date=True)
    view = roadmap(contents=states({("c-1-1-1", ContentType.QUIZ): marked}))
    contents = [*versions("c-1-1-1"), *versions("c-1-1-2")]
    assert written(view, contents).count("*Out of date: the quiz was made from an older lesson.*") == 1
    assert html_document(manuscript_of(view, contents)).count("Out of date: the quiz was made") == 1
