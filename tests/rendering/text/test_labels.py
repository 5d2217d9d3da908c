"""Words that the program adds to a lesson are in the language of the lesson."""

import pytest

from rendering.pages.markdown import rendered, rendered_short
from rendering.text.labels import labels_of
from tests.support.html import text

LANGUAGES = (
    *("en", "de", "es", "fr", "pt", "it", "nl", "pl", "ru", "uk"),
    *("tr", "zh", "ja", "ko", "ar", "he", "fa", "hi", "vi", "id"),
)
OF_ENGLISH_ALONE = {"info", "success", "danger", "error"}
"""Names of boxes; elsewhere their kind says it."""
MARKED = (
    "> [!NOTE]\n> a\n\n> [!CAUTION]\n> b\n\n:::solution\nc\n:::\n\n:::hints\nd\n:::\n\n:::danger\ne\n:::\n\n"
    "<details>\nf\n</details>\n\n```mermaid\ngraph TD\n```\n\n![](https://a.example/b.png)"
)


def test_no_language_lacks_a_word(subtests: pytest.Subtests) -> None:
    for language in LANGUAGES:
        with subtests.test(language=language):
            labels = labels_of(language)
            assert labels.keys() == labels_of("en").keys() - (set() if language == "en" else OF_ENGLISH_ALONE)
            assert all(word.strip() for word in labels.values())
            assert language == "en" or labels["not_run"] != labels_of("en")["not_run"]


@pytest.mark.parametrize("language", ["zh", "zh-TW", "Chinese", "ZH_cn"])
def test_a_chinese_lesson_has_no_english_labels(language: str) -> None:
    html = rendered(MARKED, prefix="t-", language=language).html
    labels = labels_of("zh")
    for key in ("note", "caution", "solution", "hint", "details", "picture"):
        assert labels[key] in text(html)
    assert f'data-label="{labels["diagram"]}"' in html
    for word in ("Note", "Caution", "Solution", "Hint", "Danger", "Details", "Diagram", "Picture"):
        assert word not in html


def test_a_title_of_the_author_is_kept() -> None:
    assert "Merke" in rendered(":::note Merke\na\n:::", prefix="t-", language="de").html
    assert "Exercise" in rendered(":::exercise\na\n:::", prefix="t-", language="de").html


@pytest.mark.parametrize("language", ["", "tlh", "x" * 3000, "\x00", "en-US"])
def test_an_unknown_language_gets_english(language: str) -> None:
    assert "Note" in rendered_short("> [!NOTE]\n> a", language=language).html
