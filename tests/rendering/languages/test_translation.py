"""Languages of readers: which one is chosen, and catalogues that translate every message with its placeholders."""

import re
from string import Formatter

import pytest

from rendering.languages.translation import LANGUAGES, PSEUDO, _, accepted, catalogue_path, language, ngettext, read_in
from rendering.text.markup import markup
from rendering.text.text import counted, hours, seconds
from tests.support.texts import catalogue, keys, messages, updated

TRANSLATED = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-TW,zh;q=0.9,en;q=0.5", "zh"),
        ("de,zh;q=0.8,en;q=0.7", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh;q=0.2, en;q=0.3", "en"),
        ("zh;q=0", "en"),
        ("*", "en"),
        ("en-XA", "en"),
        ("zh;q=nonsense", "en"),
        (";;;,,,q=1;zh", "en"),
        ("\x00,\ud800;q=1", "en"),
        ("de," * 5000 + "zh", "en"),
    ],
)
def test_the_language_of_a_browser_is_used_if_there_is_a_catalogue(header: str, expected: str) -> None:
    assert accepted(header) == expected


def test_texts_are_english_unless_a_reader_has_another_language() -> None:
    assert (hours(2.5), seconds(3), counted(1, "stage"), counted(2, "stage")) == (
        "2.5 h",
        "3.0 s",
        "1 stage",
        "2 stages",
    )
    with read_in("zh"):
        assert (hours(2.5), counted(1, "stage"), counted(2, "stage")) == ("2.5 小时", "1 个阶段", "2 个阶段")
        assert ngettext("{number} stage", "{number} stages", 1) == "1 个阶段"
        assert (_("no such message {x}", x=1), _("")) == ("no such message 1", "")
    with read_in(PSEUDO):
        assert (_("Save"), hours(1)) == ("⟦Save⟧", "⟦1 h⟧")
    assert language() == "en"


def test_values_in_templates_are_escaped_and_cleaned_and_messages_are_not() -> None:
    assert markup("<b>{x}</b> {y}", x="<i>\x1b\u202e", y=markup("<br>")) == "<b>&lt;i&gt;</b> <br>"
    assert markup("<b>100 %</b>") == "<b>100 %</b>"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_has_every_message_and_no_other(code: str) -> None:
    assert catalogue_path(code).read_bytes() == updated(code), "run `make texts`, and translate what is new"
    assert keys(catalogue(code)) == messages()
    missing = [one.id for one in catalogue(code) if one.id and not (one.string and all(_forms(one.string)))]
    assert missing == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_placeholders_and_tags_of_its_message(code: str) -> None:
    for one in catalogue(code):
        if one.id:
            original = _forms(one.id)[-1]
            for form in _forms(one.string):
                assert _placeholders(form) == _placeholders(original), one.id
                assert sorted(re.findall("<[^>]*>", form)) == sorted(re.findall("<[^>]*>", original)), one.id
                assert '"' not in form, "it may stand in an attribute"


def _forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(form) for form in text] if isinstance(text, list | tuple) else []


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
