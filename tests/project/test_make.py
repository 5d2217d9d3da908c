"""Set-up as a newcomer does it, in a folder with an odd name. Needs a package index, and a minute."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

pytestmark = pytest.mark.soak


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The working tree, without what was built in it."""
    place = tmp_path / "ein Ordner, größer & 'quoted'"
    shutil.copytree(
        ROOT, place, ignore=shutil.ignore_patterns(".venv*", ".git", ".*_cache", "__pycache__", "*.egg-info")
    )
    return place


def make(target: str, place: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "-C", str(place), target]
    return subprocess.run(command, env={**env, **settings}, capture_output=True, text=True)


def works(place: Path) -> bool:
    return subprocess.run([place / ".venv" / "bin" / "roadmap", "--version"], capture_output=True).returncode == 0


def test_set_up_is_quick_when_nothing_changed_and_mends_what_is_half_made(clone: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    assert make("setup", clone).returncode == 0
    first = time.monotonic() - began
    assert works(clone)
    began = time.monotonic()
    again = make("setup", clone)
    assert time.monotonic() - began < first / 2
    assert (again.returncode, again.stderr) == (0, "")

    (packages,) = clone.glob(".venv/lib/python*/site-packages")
    shutil.rmtree(packages / "pip")
    shutil.rmtree(packages / "typer")
    (clone / ".venv" / ".complete").unlink()  # as a set-up leaves it that was killed
    assert make("setup", clone).returncode == 0
    assert works(clone)

    moved = clone.rename(tmp_path / "another place")
    assert make("setup", moved).returncode == 0
    assert works(moved)


def test_an_install_that_fails_fails_the_target_and_runs_nothing(clone: Path, tmp_path: Path) -> None:
    project = clone / "pyproject.toml"
    project.write_text(re.sub('"anyascii>=[^"]*"', '"anyascii>=999"', project.read_text()))
    home = tmp_path / "home"
    assert make("demo", clone, ROADMAP_HOME=str(home)).returncode != 0
    assert not home.exists()
    assert make("setup", clone).returncode != 0, "and it is not taken for complete the next time"


@pytest.mark.soak
def test_an_extra_is_installed_beside_the_editable_checkout_and_stays_when_it_is_not_named_again(clone: Path) -> None:
    python = clone / ".venv" / "bin" / "python"
    where = "import cli, langchain_anthropic; print(cli.__file__)"
    assert make("setup", clone).returncode == 0
    assert make("setup", clone, EXTRAS="anthropic").returncode == 0
    assert make("setup", clone).returncode == 0
    ended = subprocess.run([python, "-c", where], cwd=clone.parent, capture_output=True, text=True)
    assert ended.stdout.strip() == str(clone / "cli" / "__init__.py"), "no frozen copy"
    shutil.rmtree(clone / ".venv" / "lib")  # nothing works any more, so that all of it is made again
    assert make("setup", clone).returncode == 0
    assert subprocess.run([python, "-c", "import langchain_anthropic"]).returncode == 0


def test_an_extra_that_there_is_none_of_is_named_with_those_that_there_are(clone: Path) -> None:
    for extras in ("antropic", "anthropic,dev", "it's", "$(id)"):
        refused = make("setup", clone, EXTRAS=extras)
        assert refused.returncode != 0
        assert "EXTRAS may name anthropic, ollama, openai" in refused.stderr
    assert not (clone / ".venv").exists()
