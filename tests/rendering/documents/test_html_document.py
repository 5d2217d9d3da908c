import re
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.roadmap_export import Manuscript, Planning, WrittenContent
from domain.vocabulary import ContentStatus, ContentType
from rendering.documents.html_document import html_document, styles
from rendering.documents.markdown_document import roadmap_document
from rendering.pages.markdown import TAGS
from rendering.text.text import BY_RULES, CONFIGURE
from tests.support.deadlines import TODAY
from tests.support.frameworks import framework
from tests.support.html import dangers, elements, text
from tests.support.manuscripts import made_of, manuscript
from tests.support.xss import XSS

OURS = TAGS | set(
    """html head meta title style body main nav section article figure figcaption svg g rect path text bdi details
    summary""".split()  # noqa: SIM905
)


def test_hostile_words_stay_words_in_every_place(subtests: pytest.Subtests) -> None:
    for hostile in XSS:
        with subtests.test(hostile=hostile):
            document = html_document(made_of(hostile))
            assert list(dangers(document, OURS)) == []
            assert document.count("<style>") == document.count("</style>") == 1


@given(st.text(max_size=50))
def test_any_words_make_a_document_that_a_file_can_hold(words: str) -> None:
    document = html_document(made_of(words))
    assert list(dangers(document, OURS)) == []
    document.encode()


def test_nothing_is_loaded_from_outside_and_nothing_runs() -> None:
    document = html_document(manuscript())
    found = elements(document)
    assert not {element.tag for element in found} & {"script", "link", "img", "iframe", "object", "base", "form"}
    (policy,) = [e.attributes["content"] for e in found if e.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"url\(|@import|//", re.sub(r"/\*.*?\*/", "", styles(), flags=re.DOTALL))


def test_every_link_within_leads_somewhere_and_every_id_is_there_once() -> None:
    found = elements(html_document(manuscript(drawn=framework(3, 2, 4))))
    ids = [element.attributes["id"] for element in found if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    inner = [e.attributes["href"][1:] for e in found if e.attributes.get("href", "").startswith("#")]
    assert set(inner) <= set(ids)
    assert len(inner) == 3 + 24 + 24  # stages and concepts in the contents, cards in the drawing
    labels = [element.attributes["aria-labelledby"] for element in found if "aria-labelledby" in element.attributes]
    assert set(labels) <= set(ids)


def test_a_document_holds_the_whole_roadmap() -> None:
    document = text(html_document(manuscript(plan=Planning(TODAY, 5.0, TODAY + timedelta(weeks=2)))))
    for said in ("Stage 2", "Module 1", "Concept c-2-1-3", "Some words.", "func main", "A title", "Answer"):
        assert said in document
    plan = "With 5 h a week: 3 weeks, as of 2026-11-30. The deadline, 2026-12-14, leaves 2 weeks: this takes 6 h"
    assert plan in document
    assert "2026-11-30 to 2026-12-06" in document


def test_an_answer_says_which_section_explains_it() -> None:
    assert "See “A title”." in text(html_document(manuscript()))
    assert "*See “A title”.*" in roadmap_document(manuscript())


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(e.tag[1]) for e in elements(html_document(manuscript())) if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_reader_from_the_right_gets_a_document_from_the_right() -> None:
    (html,) = [element for element in elements(html_document(manuscript(language="ar"))) if element.tag == "html"]
    assert html.attributes == {"lang": "ar", "dir": "rtl"}


def test_what_is_missing_is_said_and_so_is_what_only_an_earlier_system_has() -> None:
    written = manuscript(contents={("c-1-1-1", ContentType.QUIZ): WrittenContent(None, ContentStatus.COMPLETED)})
    document = text(html_document(written))
    assert "The quiz was written by an earlier system and is not stored here." in document
    assert "The tutorial has not been written yet." in document


def test_a_roadmap_without_a_framework_says_so() -> None:
    assert "This roadmap has no framework yet." in text(html_document(Manuscript("learn Go", None)))


def test_two_hundred_concepts_are_written_in_a_moment() -> None:
    whole = manuscript(drawn=framework(5, 8, 5))
    began = time.process_time()
    assert len(html_document(whole)) < 1_000_000
    assert time.process_time() - began < 5


def test_a_reader_of_a_document_learns_that_no_model_wrote_it() -> None:
    by_rules = text(html_document(manuscript(by_rules=True)))
    assert BY_RULES in by_rules
    assert CONFIGURE in by_rules
    assert BY_RULES not in text(html_document(manuscript()))
