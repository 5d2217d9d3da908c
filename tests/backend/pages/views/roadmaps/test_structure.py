"""Structures side by side."""

from backend.pages.views.roadmaps.structure import changes_between, history_of, outline_of
from domain.framework import Concept
from tests.cli.roadmaps import NOON, framework


def test_each_kind_of_change_has_its_own_sign_and_word() -> None:
    before, after = framework(), framework()
    module = after.stages[0].modules[0]
    module.concepts[0].name = "Kinds"
    module.concepts[1].estimated_hours = 9
    module.concepts.append(Concept(concept_id="c-1-1-3", name="Tests"))
    lines = changes_between(before, after)
    assert {(line.sign, line.kind, line.note) for line in lines} == {
        ("~", "renamed", "was “Types”"),
        ("~", "other hours", "3 h -> 9 h"),
        ("+", "added", ""),
    }
    assert changes_between(after, before)[0].sign == "−"


def test_a_history_tells_the_newest_first_and_what_each_changed() -> None:
    first, second = framework(), framework("Kinds")
    versions = history_of([(1, None, first), (2, NOON, second)])
    assert [version.version for version in versions] == [2, 1]
    assert versions[0].changes is not None
    assert versions[1].changes is None
    assert outline_of(first).stages[0].modules[0].concepts[1].name == "Errors"
