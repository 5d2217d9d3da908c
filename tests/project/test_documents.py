"""The documents agree with the code: settings, exit codes, terms, drawings, commands, links, the example."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main

from cli.app import app
from cli.exit_codes import EXIT_CODES
from domain.vocabulary import ContentStatus, ContentType, Step, TaskStatus, TaskType
from orchestrator.graphs.creation import build_creation_graph
from orchestrator.graphs.modification import build_modification_graph
from orchestrator.graphs.retry import build_retry_graph
from orchestrator.settings import Settings, stem

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MADE_ELSEWHERE: Final = {"home"}
"""Settings whose default depends on the machine."""


def _read(name: str) -> str:
    return (ROOT / name).read_text()


def _blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.DOTALL | re.MULTILINE)


def _table(document: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first heading is this."""
    rows = document.partition(f"\n| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def test_the_documented_settings_are_the_fields_of_settings() -> None:
    rows = _table(_read("docs/settings.md"), "variable")
    documented = {row[0].strip("`").removeprefix("ROADMAP_").lower(): row[1] for row in rows}
    assert list(documented) == [stem(name) for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        if name not in MADE_ELSEWHERE:
            assert documented[stem(name)] == ("" if default is None or default == () else str(default)), name


def test_the_documented_exit_codes_are_those_of_the_command_line() -> None:
    documented = {int(row[0]) for row in _table(_read("docs/cli.md"), "exit code")}
    assert documented == {0, *EXIT_CODES.values(), 130}


@pytest.mark.parametrize("vocabulary", [TaskType, TaskStatus, ContentType, ContentStatus, Step])
def test_the_glossary_explains_every_word(vocabulary: type[StrEnum]) -> None:
    explained = set(re.findall(r"^\| (`.*?) \|", _read("docs/glossary.md"), re.MULTILINE))
    words = {word for cell in explained for word in re.findall(r"`(\w+)`", cell)}
    assert set(vocabulary) <= words


@pytest.mark.parametrize(
    ("name", "build"),
    [("creation", build_creation_graph), ("retry", build_retry_graph), ("modification", build_modification_graph)],
)
def test_the_drawings_are_of_the_graphs_there_are(name: str, build: Callable[[], Any]) -> None:
    chapter = _read("docs/architecture.md").partition(f"\n### {name}\n")[2]
    drawing = build().compile().get_graph().draw_mermaid().rstrip() + "\n"
    assert _blocks(chapter, "mermaid")[0] == drawing, f"put the output of `roadmap graph {name}` there"


def test_the_readme_is_short() -> None:
    assert len(_read("README.md").splitlines()) <= 120


@pytest.mark.slow
def test_the_example_of_the_readme_runs(database_url: str, tmp_path: Path) -> None:
    (example,) = _blocks(_read("README.md"), "python")
    env = {**os.environ, "ROADMAP_DATABASE_URL": database_url}
    ran = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=env, check=True, capture_output=True)
    lines = ran.stdout.decode().splitlines()
    assert lines[0] == "1 run_requested"
    assert lines[-1] == "completed"


@pytest.mark.slow
def test_the_example_of_the_readme_passes_mypy_strict(tmp_path: Path) -> None:
    """Regression: the example once ignored that not every task has a roadmap ID."""
    (example,) = _blocks(_read("README.md"), "python")
    sample = tmp_path / "sample.py"
    sample.write_text(example)
    command = [sys.executable, "-m", "mypy", "--strict", str(sample), "examples/fastapi_backend.py"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@cache
def _commands() -> dict[tuple[str, ...], Any]:
    """Typer's own commands and groups, by the words that call them."""
    found: dict[tuple[str, ...], Any] = {}

    def visit(path: tuple[str, ...], command: Any) -> None:
        found[path] = command
        for name, below in getattr(command, "commands", {}).items():
            visit((*path, name), below)

    visit((), typer.main.get_command(app))
    return found


def _commands_named(document: str) -> Iterator[str]:
    """Each `roadmap ...` of the document, in a block or in a line."""
    for block in _blocks(document, "(?:sh|console)"):
        for line in block.replace("\\\n", " ").splitlines():
            if found := re.search(r"(?:^|\$ |bin/|\()roadmap( .*?)(?:[|>#)]|$)", line):
                yield found[1]
    yield from re.findall(r"`(?:\.venv/bin/)?roadmap( [^`]*)`", document)


def test_every_command_and_option_that_a_document_names_exists(subtests: pytest.Subtests) -> None:
    for path in DOCUMENTS:
        with subtests.test(path=path):
            for named in _commands_named(path.read_text()):
                words = [word for word in shlex.split(named.replace("[", " ").replace("]", " ")) if word != "..."]
                depth = max(depth for depth in range(len(words) + 1) if tuple(words[:depth]) in _commands())
                assert depth or words[0].startswith("-"), f"there is no `roadmap{named}`"
                command = _commands()[tuple(words[:depth])]
                known = {
                    "--help",
                    *(
                        option
                        for parameter in command.params
                        for option in (*parameter.opts, *parameter.secondary_opts)
                    ),
                }
                wanted = {word.partition("=")[0] for word in words if word.startswith("-")}
                assert wanted <= known, f"`roadmap{named}`"


def test_the_page_of_the_command_line_names_every_command() -> None:
    named = {tuple(shlex.split(words))[:1] for words in _commands_named(_read("docs/cli.md"))}
    assert {path for path in _commands() if len(path) == 1} <= named


def test_every_link_leads_somewhere(subtests: pytest.Subtests) -> None:
    for path in DOCUMENTS:
        with subtests.test(path=path):
            for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
                if target.startswith(("http:", "https:")):
                    continue
                file, _, anchor = target.partition("#")
                linked = path.parent / file if file else path
                assert linked.exists(), target
                if anchor:
                    headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
                    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
                    assert anchor in anchors, target


def test_every_test_that_a_promise_names_exists() -> None:
    tests = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", _read("docs/promises.md")))
    assert len(named) > 10
    assert named <= tests


def test_every_target_that_a_document_names_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"(?:^|`)make ([a-z]+)", path.read_text(), re.MULTILINE)}
    assert named <= targets
    assert targets - {"help"} <= named


def test_documents_name_no_place_of_one_machine(subtests: pytest.Subtests) -> None:
    for path in DOCUMENTS:
        with subtests.test(path=path):
            assert not re.search(r"/(?:home|root|work|Users)/", path.read_text())
