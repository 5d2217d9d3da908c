import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.identity import identify
from domain.text.names import MAX_NAME_LENGTH, loose_key, name_key, tidy_name


def resolved(name: str, reference: str) -> list[str]:
    concepts = [
        ConceptDraft(name=name, description="", estimated_hours=1),
        ConceptDraft(name="Last", description="", estimated_hours=1, prerequisites=[reference]),
    ]
    module = ModuleDraft(name="M", description="", concepts=concepts)
    draft = FrameworkDraft(title="T", stages=[StageDraft(name="S", description="", modules=[module])])
    return identify(draft, "r", 5)[0].concepts()[1].prerequisites


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("Qualit\u00e9 du son", "Qualite\u0301 du son"),
        ("Chords", "1.2 Chords"),
        ("Chords", "3) chords"),
        ("Chords", "(3) “Chords”."),
        ("Chords", "- **Chords**"),
        ("Chords", "b) Chords"),
        ("Chords", "Step 4: Chords"),
        ("Chords", "c-1-1-1: Chords"),
        ("Chords", "Ｃｈｏｒｄｓ\u200b"),
        ("1. Chords", "Chords"),
        ("和弦", "第二章 和弦"),
        ("和弦", "三、《和弦》。"),
        ("می\u200cروم", "میروم"),
        ("Chords " + "and more of them " * 30, "Chords " + "and more of them " * 30),
        (
            "TCP/IP, C#/.NET ../../etc 👩\u200d🚀 <b>x</b>",
            "TCP/IP, C#/.NET ../../etc 👩\u200d🚀 <b>x</b>",
        ),
    ],
)
def test_a_prerequisite_written_in_another_way_is_found(name: str, reference: str) -> None:
    assert resolved(name, reference) == ["c-1-1-1"]


@pytest.mark.parametrize(
    ("name", "reference"), [("3D printing", "printing"), ("C", "C#"), ("C", "C++"), ("Chords", "Scales"), ("x", " . ")]
)
def test_a_prerequisite_with_another_name_is_not_found(name: str, reference: str) -> None:
    assert resolved(name, reference) == []


def test_of_several_names_that_differ_in_their_number_none_is_guessed() -> None:
    names = ["1. Review", "2. Review"]
    concepts = [ConceptDraft(name=name, description="", estimated_hours=1) for name in names]
    concepts.append(ConceptDraft(name="C", description="", estimated_hours=1, prerequisites=["Review", "2. review"]))
    module = ModuleDraft(name="M", description="", concepts=concepts)
    draft = FrameworkDraft(title="T", stages=[StageDraft(name="S", description="", modules=[module])])
    framework, issues = identify(draft, "r", 5)
    assert framework.concepts()[2].prerequisites == ["c-1-1-2"]
    assert [issue.category for issue in issues] == ["unknown_prerequisite"]


def test_a_stored_name_has_no_hidden_characters_and_keeps_those_that_scripts_need() -> None:
    assert tidy_name("\u202eevil\u202c \t e\u0301\u200b\x07\n") == "evil \u00e9"
    assert tidy_name("👩\u200d🚀 می\u200cروم") == "👩\u200d🚀 می\u200cروم"


def test_a_name_that_is_too_long_is_cut_between_words() -> None:
    name = tidy_name("Chords " + "and more of them " * 30)
    assert len(name) <= MAX_NAME_LENGTH
    assert name.endswith(" more…") or name.split()[-1].rstrip("…") in {"and", "more", "of", "them"}


@pytest.mark.parametrize("name", ["", " ", "\u200b\u202e", "\x00"])
def test_a_name_without_a_visible_character_is_objected_to_by_its_place(name: str) -> None:
    with pytest.raises(ValidationError) as error:
        ModuleDraft.model_validate({"name": "M", "description": "", "concepts": [{"name": name}]})
    assert ("concepts", 0, "name") in [found["loc"] for found in error.value.errors()]


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_name_is_tidied_once_and_has_keys(name: str) -> None:
    tidy = tidy_name(name)
    assert tidy == tidy_name(tidy)
    assert len(tidy) <= MAX_NAME_LENGTH
    assert name_key(name) == name_key(tidy)
    assert loose_key(name) == loose_key(tidy)
    assert bool(loose_key(name)) == bool(name_key(name))
