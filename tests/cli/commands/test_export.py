"""`roadmap export` on a database with one roadmap."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.app import main
from cli.commands.export import write_whole
from orchestrator import Orchestrator, Settings
from tests.support.authors import ScriptedAuthor
from tests.support.databases import create_database, drop_database, url_of
from tests.support.html import elements

Cli = Callable[..., str]


@pytest.fixture(scope="module")
def settings(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One database for the module: nothing here writes after `roadmap_id`."""
    name = create_database(server_url)
    try:
        home = tmp_path_factory.mktemp("unused")
        yield Settings.model_validate({"database_url": url_of(server_url, name), "home": home})
    finally:
        drop_database(server_url, name)


@pytest.fixture(scope="module")
def roadmap_id(settings: Settings) -> str:
    async def create() -> str:
        async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
            task = await orchestrator.wait((await orchestrator.create("учить Go")).task_id)
            return str(task.roadmap_id)

    return asyncio.run(create())


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Cli:
    assert settings.database_url is not None
    monkeypatch.setenv("ROADMAP_DATABASE_URL", settings.database_url.get_secret_value())

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        out, err = capfd.readouterr()
        assert err.count("\n") <= 1
        return str(out if code == 0 else err)

    return run


def test_what_the_program_adds_is_in_the_language_that_is_asked_for(cli: Cli, roadmap_id: str, tmp_path: Path) -> None:
    document = cli("export", roadmap_id, "--language", "zh")
    assert document.startswith("# Scripted\n")
    assert "## 各周" in document
    assert "## Weeks" not in document
    page = tmp_path / "roadmap.html"
    cli("export", roadmap_id, "--language", "zh", "-o", str(page))
    assert "各周" in page.read_text()


def test_default_is_markdown_on_stdout(cli: Cli, roadmap_id: str) -> None:
    document = cli("export", roadmap_id)
    assert document.startswith("# Scripted\n")
    assert "## Weeks" in document
    assert document == cli("export", roadmap_id, "--format", "markdown", "-o", "-")
    assert document == cli("show", roadmap_id, "--format", "markdown")
    html = elements(cli("export", roadmap_id, "--format", "html"))
    assert html[0].tag == "html"
    assert html[0].attributes["lang"] == "en"


def test_the_extension_determines_the_format(cli: Cli, roadmap_id: str, tmp_path: Path) -> None:
    page, text, odd = tmp_path / "r.HTML", tmp_path / "r.md", tmp_path / "odd.html"
    assert cli("export", roadmap_id, "-o", str(page)) == ""
    cli("export", roadmap_id, "-o", str(text))
    cli("export", roadmap_id, "-o", str(odd), "--format", "markdown")
    assert page.read_text().startswith("<!doctype html>")
    assert text.read_text() == odd.read_text() == cli("export", roadmap_id)
    assert sorted(tmp_path.iterdir()) == sorted([page, text, odd])


def test_json_names_the_written_file(cli: Cli, roadmap_id: str, tmp_path: Path) -> None:
    file = str(tmp_path / "r.md")
    said = json.loads(cli("export", roadmap_id, "-o", file, "--json"))
    assert said == {"roadmap_id": roadmap_id, "format": "markdown", "bytes": os.stat(file).st_size, "file": file}
    said = json.loads(cli("export", roadmap_id, "--json"))
    assert said["document"] == Path(file).read_text()


def test_mistakes_are_one_line_and_leave_no_file(cli: Cli, roadmap_id: str, tmp_path: Path) -> None:
    file = tmp_path / "r.md"
    assert "There is no" in cli("export", "none-1", "-o", str(file), code=3)
    assert "cannot write" in cli("export", roadmap_id, "-o", str(tmp_path), code=2)
    assert "No such file" in cli("export", roadmap_id, "-o", str(tmp_path / "no" / "r.md"), code=2)
    assert "cannot write" in cli("export", roadmap_id, "-o", "", code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_with_its_rights_and_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "r.md", tmp_path / "link.md"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(str(link), b"new")
    assert link.is_symlink()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o640)
    assert sorted(tmp_path.iterdir()) == [link, file]


def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(str(pipe), b"said")
    assert os.read(reader, 100) == b"said"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["go.pdf", "go.PDF", "go.docx", "go.txt", "go.md.bak", "folder/"])
def test_unsupported_extensions_are_refused(
    cli: Cli, roadmap_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file called go.pdf held Markdown."""
    monkeypatch.chdir(tmp_path)
    said = cli("export", roadmap_id, "-o", name, code=2)
    assert name in said
    assert name == "folder/" or ".md, .markdown, .html, .htm" in said
    assert list(tmp_path.iterdir()) == []


def test_with_a_format_any_extension_but_a_foreign_one_is_accepted(cli: Cli, roadmap_id: str, tmp_path: Path) -> None:
    for name in ("go.txt", "go", ".hidden"):
        cli("export", roadmap_id, "-o", str(tmp_path / name), "--format", "html")
        assert (tmp_path / name).read_text().startswith("<!doctype html>")
    cli("export", roadmap_id, "-o", str(tmp_path / "go"))
    assert (tmp_path / "go").read_text().startswith("# Scripted")
    cli("export", roadmap_id, "-o", str(tmp_path / "go.pdf"), "--format", "html", code=2)
    assert not (tmp_path / "go.pdf").exists()
