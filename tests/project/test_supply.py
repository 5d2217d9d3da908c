"""What deployments install: every list says the same, nothing has a known hole, and every licence is known."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.licences import ELSEWHERE, document, licences, locked, pins

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PROVIDERS: Final = ("openai", "anthropic", "ollama")

SAFE: Final = {
    "langgraph": "1.0.10",
    "langgraph-checkpoint": "4.1.1",
    "langgraph-sdk": "0.3.15",
    "langchain-core": "1.2.5",
}
"""The lowest versions without the holes that advisories tell of."""

PERMITTED: Final = (
    r"MIT|BSD|0BSD|CC0-1|Apache|ISC|PSF|Mozilla Public License 2|MPL[- ]2|LGPL-3|CNRI-Python|PostgreSQL|Zlib"
)
"""Licences under which this program may be used and passed on together with what it needs."""


def _declared(*extras: str) -> list[Requirement]:
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return [Requirement(line) for lines in lists for line in lines]


def test_the_lock_agrees_with_the_constraints() -> None:
    constraints = pins("constraints.txt")
    differing = {name: version for name, version in locked().items() if constraints.get(name, version) != version}
    assert differing == {}, "run `make lock`"


def test_the_lock_holds_every_declaration() -> None:
    held = locked()
    for wanted in _declared(*PROVIDERS):
        assert wanted.specifier.contains(held[canonicalize_name(wanted.name)]), f"{wanted}: run `make lock`"


def test_the_lock_holds_a_hash_of_every_package_and_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(locked())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?://|file:|--(?:index|extra-index|find-links)", text)


@pytest.mark.parametrize("name", SAFE)
def test_no_list_allows_a_version_with_a_known_hole(name: str) -> None:
    lowest = [
        Version(item.version)
        for wanted in _declared()
        if canonicalize_name(wanted.name) == name
        for item in wanted.specifier
        if item.operator == ">="
    ]
    assert lowest
    assert max(lowest) >= Version(SAFE[name]), "pyproject.toml"
    for file in ("constraints.txt", "requirements.lock", "constraints-studio.txt"):
        assert Version(pins(file)[name]) >= Version(SAFE[name]), file


def test_prompts_are_not_loaded_from_files() -> None:
    """langchain-core's loader for them runs what the file says."""
    sources = [path for package in ("nodes", "orchestrator", "cli") for path in (ROOT / package).rglob("*.py")]
    assert not [path for path in sources if "load_prompt" in path.read_text()]


def test_the_licences_are_those_of_the_lock() -> None:
    page = (ROOT / "docs" / "licences.md").read_text()
    rows = re.findall(r"^\| (\S+) \| (\d\S*) \| (.*) \|$", page, re.MULTILINE)
    told = {name: (version, licence) for name, version, licence in rows}
    assert {name: version for name, (version, _) in told.items()} == locked(), "run `make lock`"
    assert page == document({name: licence for name, (_, licence) in told.items()})
    here = licences()
    for name, (version, licence) in told.items():
        if name in here and licence != ELSEWHERE:
            assert licence == here[name], f"{name} {version}: run `make lock`"


def test_every_licence_is_known_and_permitted() -> None:
    page = (ROOT / "docs" / "licences.md").read_text()
    rows = re.findall(r"^\| ([\w.-]+) \| \d\S* \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) == len(locked())
    for name, licence in rows:
        parts = [part.strip() for part in re.split(r" AND | OR |, |[()]", licence) if part.strip()]
        assert licence == ELSEWHERE or parts, name
        assert licence == ELSEWHERE or all(re.match(PERMITTED, part) for part in parts), f"{name}: {licence}"
