"""The data files of the author without a model: all of them can be read, and a mistake is one line."""

import string

import pytest

from nodes.offline import subjects
from nodes.offline.subjects import ANY, DATA, EXAM, OfflineSubject, avoided, neutral, parse, toml, types_of

ALL: list[OfflineSubject] = [*subjects.subjects(), neutral(ANY), neutral(EXAM)]
LANGUAGES = ["en", "zh"]


@pytest.mark.parametrize("subject", ALL, ids=lambda subject: subject.key)
def test_a_subject_file_is_whole(subject: OfflineSubject) -> None:
    assert subject.kind in {"tool", "field"}
    assert subject.practice in {"code", "numbers", "language", "music", "making", "general"}
    assert sum(not entry.extra for entry in subject.entries()) >= 12
    assert all(url.en.startswith("https://") for _, _, url in subject.sources)
    for language in LANGUAGES:
        names = [entry.name.of(language) for entry in subject.entries()]
        assert len(set(names)) == len(names)
        assert all(len(name) <= 80 for name in names)
        kinds: dict[str, str] = {}
        for entry in subject.entries():
            assert 1 <= len(entry.terms) <= 6, entry.name
            for kind, term in entry.terms:
                assert kinds.setdefault(term.of(language).casefold(), kind) == kind, f"{term}: two types"
                assert not set("*`|<>{}") & set(term.of(language))


@pytest.mark.parametrize("subject", ALL, ids=lambda subject: subject.key)
def test_no_term_to_avoid_is_practised_elsewhere(subject: OfflineSubject) -> None:
    for language in LANGUAGES:
        assert not avoided() & {
            term.casefold() for term, kind in types_of(subject, language).items() if kind != "avoid"
        }


def test_no_address_of_a_source_stands_twice_in_a_subject() -> None:
    for subject in ALL:
        urls = [url.en for _, _, url in subject.sources]
        assert len(set(urls)) == len(urls)


HEAD = "named: x | 某 | x\n== A | 甲\n= M | 乙\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "line 1: not a line of a subject file"),
        (HEAD + "easy: Only English", "line 4: needs English and Chinese"),
        (HEAD + "easy: C | 丙\n  know: a, b | 一", "line 5: zip"),
        ("= M | 乙", "line 1: list index out of range"),
        ("named: x | 某", "line 1: list index out of range"),
        (HEAD, "x.txt: needs a line `named:` and four stages"),
        ("", "needs a line `named:` and four stages"),
    ],
)
def test_a_mistake_in_a_file_is_one_line_that_names_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"x\.txt") as caught:
        parse("x", text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def shape(value: object) -> object:
    """Keys and places, without the words."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return sorted({name for _, name, _, _ in string.Formatter().parse(str(value)) if name is not None})


def test_both_languages_have_the_same_phrases_with_the_same_places() -> None:
    assert shape(toml("phrases.en")) == shape(toml("phrases.zh"))


def test_only_data_lies_in_the_data_folder() -> None:
    names = [path.name for folder in (DATA, DATA / "subjects", DATA / "neutral") for path in folder.iterdir()]
    assert not [name for name in names if name.endswith(".py")]
