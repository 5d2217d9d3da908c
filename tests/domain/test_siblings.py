"""A program that has folders named as our packages is told so, in one line, before anything of them is executed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.planted import PACKAGES, executed, plant

USED: dict[str, tuple[str, ...]] = {
    "rendering": ("domain",),
    "repository": ("domain",),
    "nodes": ("domain", "repository"),
    "orchestrator": ("domain", "repository", "nodes"),
    "backend": ("domain", "repository", "nodes", "orchestrator", "rendering"),
    "cli": ("domain", "repository", "nodes", "orchestrator", "rendering", "backend"),
}
"""Which packages each of ours cannot do without."""


def python(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("package", USED)
def test_a_package_beside_foreign_ones_names_each_folder_that_hides_ours_and_executes_none(
    package: str, tmp_path: Path
) -> None:
    plant(tmp_path, USED[package])
    ended = python(f"import {package}", tmp_path)
    assert ended.returncode != 0
    said = ended.stderr.splitlines()[-1]
    assert all(str(tmp_path / name) in said for name in USED[package])
    assert "roadmap-orchestrator" in said
    assert (ended.stdout, executed(tmp_path)) == ("", "")


@pytest.mark.slow
def test_the_library_does_not_mind_foreign_folders_that_it_never_imports(tmp_path: Path) -> None:
    plant(tmp_path, ("backend", "cli", "migrations", "rendering"))
    ended = python("from orchestrator import Orchestrator; print(Orchestrator.__name__)", tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Orchestrator\n", "")


def test_a_module_or_a_hand_made_one_in_the_place_of_a_package_is_named_too(tmp_path: Path) -> None:
    plant(tmp_path, (), ("domain",))
    assert str(tmp_path / "domain.py") in python("import orchestrator", tmp_path).stderr.splitlines()[-1]
    made = "import sys, types; sys.modules['nodes'] = types.ModuleType('nodes'); import orchestrator"
    assert "the module nodes" in python(made, Path(__file__).parent).stderr.splitlines()[-1]


def test_an_error_can_be_caught_as_an_import_error_and_nothing_is_left_half_imported(tmp_path: Path) -> None:
    plant(tmp_path, ("nodes",))
    program = """
import sys
try:
    import orchestrator
except ImportError as error:
    print(type(error).__name__, "orchestrator" in sys.modules)
"""
    assert python(program, tmp_path).stdout == "ForeignPackageError False\n"


@pytest.mark.slow
def test_folders_that_get_onto_the_path_after_the_import_replace_nothing(tmp_path: Path) -> None:
    plant(tmp_path, [name for name in PACKAGES if name != "orchestrator"])
    program = f"import orchestrator, sys; sys.path.insert(0, {str(tmp_path)!r}); orchestrator.Orchestrator"
    ended = python(program, Path(__file__).parent)
    assert (ended.returncode, ended.stderr, executed(tmp_path)) == (0, "", "")


def test_the_command_ends_in_one_line_where_pythonpath_leads_to_foreign_packages(tmp_path: Path) -> None:
    plant(tmp_path, ("domain", "backend"))
    command = Path(sys.executable).with_name("roadmap")
    ended = subprocess.run([command, "serve"], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, executed(tmp_path)) == (2, "", "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("roadmap: ")
    assert str(tmp_path / "domain") in line
    assert str(tmp_path / "backend") in line
