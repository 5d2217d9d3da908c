from domain.editing.diff import changed_concepts, diff
from domain.framework import Concept, Framework, Module, Stage


def concept(number: str, name: str, **changes: object) -> Concept:
    return Concept.model_validate({"concept_id": f"c-{number}", "name": name, **changes})


def framework(*stages: tuple[str, list[Concept]]) -> Framework:
    made = []
    for order, (name, concepts) in enumerate(stages, start=1):
        module = Module(module_id=f"m-{name}", name=f"module {name}", concepts=concepts)
        made.append(Stage(stage_id=f"s-{name}", name=name, order=order, modules=[module]))
    return Framework(roadmap_id="r", title="T", stages=made)


BEFORE = framework(("a", [concept("1", "One"), concept("2", "Two")]), ("b", [concept("3", "Three")]))


def seen(after: Framework) -> list[tuple[str, str]]:
    return [(change.kind, change.target_id) for change in diff(BEFORE, after)]


def test_nothing_changed_is_no_change() -> None:
    assert diff(BEFORE, BEFORE.model_copy(deep=True)) == []


def test_added_and_removed_parts_are_listed_with_their_children() -> None:
    after = framework(("a", [concept("1", "One"), concept("2", "Two"), concept("9", "Nine")]))
    assert seen(after) == [
        ("removed", "s-b"),
        ("removed", "m-b"),
        ("removed", "c-3"),
        ("added", "c-9"),
    ]


def test_changed_names_hours_and_texts_are_listed_with_old_and_new_values() -> None:
    one = concept("1", "Uno", estimated_hours=5, description="new")
    after = framework(("a", [one, concept("2", "Two")]), ("b", [concept("3", "Three")]))
    assert [(change.kind, change.before, change.after) for change in diff(BEFORE, after)] == [
        ("renamed", "One", "Uno"),
        ("hours", "1 h", "5 h"),
        ("changed", "", "description"),
    ]


def test_a_part_that_changed_its_place_or_its_parent_is_moved_and_its_neighbours_are_not() -> None:
    swapped = framework(("a", [concept("2", "Two"), concept("1", "One")]), ("b", [concept("3", "Three")]))
    assert {kind for kind, _ in seen(swapped)} == {"moved"}
    elsewhere = framework(("a", [concept("2", "Two")]), ("b", [concept("1", "One"), concept("3", "Three")]))
    assert seen(elsewhere) == [("moved", "c-1")]
    (moved,) = diff(BEFORE, elsewhere)
    assert (moved.before, moved.after) == ("module a", "module b")


def test_only_concepts_with_a_new_subject_are_generated_again() -> None:
    one, two = concept("1", "One", estimated_hours=9, prerequisites=["c-3"]), concept("2", "Two", difficulty="hard")
    after = framework(("b", [concept("3", "Three")]), ("a", [one, two]))
    assert changed_concepts(BEFORE, after) == ["c-2"]
