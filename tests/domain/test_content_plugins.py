"""Content types of other packages: which names they may have, and what is said of a package that cannot be used."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from domain.content_plugins import GROUP, RESERVED, ContentDeclaration, load_part, read_names
from domain.content_types import CONTENT_STEPS, ContentSpec
from domain.framework import Concept
from domain.vocabulary import ContentType, Step, TaskType
from nodes.authors.briefs import AuthorRole


def point(name: str, value: str = "module:DECLARATION") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_names_are_read_in_one_order_whatever_the_order_of_packages() -> None:
    usable, problems = read_names([point("flashcards"), point("exercise")])
    assert (list(usable), problems) == (["exercise", "flashcards"], [])


@pytest.mark.parametrize(
    "name", ["", "Exercise", "2nd", "an exercise", "übung", "_x", "a" * 33, "x;--", "x\n", "x" * 10_000, "a.b", "a-b"]
)
def test_a_name_that_the_database_would_refuse_is_refused_in_one_line(name: str) -> None:
    usable, (problem,) = read_names([point(name)])
    assert usable == {}
    assert "a to z and _" in problem
    assert "\n" not in problem
    assert len(problem) < 300


def test_a_name_that_something_else_has_is_refused() -> None:
    for name in RESERVED:
        usable, (problem,) = read_names([point(name)])
        assert usable == {}
        assert "taken by this program" in problem


def test_two_packages_cannot_declare_the_same_type() -> None:
    usable, (problem,) = read_names(
        [point("exercise", "one:A"), point("exercise", "two:B"), point("exercise", "one:A")]
    )
    assert usable["exercise"].value == "one:A"
    assert "taken by one:A" in problem


def test_all_names_that_a_new_type_would_collide_with_are_reserved() -> None:
    retried = {task.removeprefix("retry_") for task in TaskType if task.startswith("retry_")}
    written = {step.removesuffix("_generation") for step in Step if step.endswith("_generation")}
    assert {*ContentType, *AuthorRole, *retried, *written, *Concept.model_fields} <= RESERVED | {"tags"}
    assert set(Step) >= CONTENT_STEPS


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (None, "cannot be imported (ModuleNotFoundError"),
        ("1 / 0", "cannot be imported (ZeroDivisionError"),
        ("raise ImportError('two\\nlines')", "two lines"),
        ("X = 1", "cannot be imported (AttributeError"),
        ("DECLARATION = object()", "is no ContentDeclaration"),
    ],
)
def test_a_declaration_that_cannot_be_loaded_is_named_in_one_line(
    source: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.errors import Misconfigured

    monkeypatch.syspath_prepend(tmp_path)
    if source is not None:
        (tmp_path / "broken_type.py").write_text(source)
    try:
        with pytest.raises(Misconfigured) as refused:
            load_part(point("exercise", "broken_type:DECLARATION"), "domain", ContentSpec)
    finally:
        sys.modules.pop("broken_type", None)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_module:X", "its part for domain, no_such_module:X, cannot be imported"),
        ("json:dumps", "its part for domain, json:dumps, is no ContentSpec"),
        ("", "cannot be imported"),
        ("not a reference", "cannot be imported"),
    ],
)
def test_a_part_that_cannot_be_loaded_is_named_in_one_line(
    value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.errors import Misconfigured

    module = ModuleType("declared_type")
    declaration = ContentDeclaration(domain=value, nodes=value, rendering=value)
    monkeypatch.setattr(module, "DECLARATION", declaration, raising=False)
    monkeypatch.setitem(sys.modules, "declared_type", module)
    with pytest.raises(Misconfigured) as refused:
        load_part(point("exercise", "declared_type:DECLARATION"), "domain", ContentSpec)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
